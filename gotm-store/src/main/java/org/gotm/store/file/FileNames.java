package org.gotm.store.file;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.gotm.store.api.Compression;

/**
 * What files are called, and the move from a current to a finished name.
 *
 * <pre>
 * FOLDER/INTERFACES[SERIES]_current.pcap.tmp[.gz|.zst]
 * FOLDER/yyyy/MM/dd/yyyy-MM-ddTHH-mm-ss[SERIES][-N].pcap[.gz|.zst]
 * </pre>
 *
 * <p>Any thread; the folder belongs to this process by its {@link FolderLock}.
 */
public final class FileNames {
  private static final String CURRENT = "_current.pcap.tmp";
  private static final String PUT_ASIDE = ".leftover";
  private static final String DAMAGED = ".damaged";
  private static final Pattern CURRENT_NAME =
      Pattern.compile(".*?((?:_w\\d+)?(?:_linktype\\d+)?)_current\\.pcap\\.tmp(\\.gz|\\.zst)?");
  private static final DateTimeFormatter DAY = DateTimeFormatter.ofPattern("uuuu/MM/dd");
  private static final DateTimeFormatter SECOND =
      DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH-mm-ss");
  private static final long NANOS_A_SECOND = 1_000_000_000;
  private static final int MAX_BASE_LENGTH = 100;

  private final Path folder;
  private final ZoneId zone;
  private final String base;
  private final String extension;

  /**
   * Names in one folder.
   *
   * @param folder relative or absolute; log lines show it as it is here
   * @param baseName what the names of current files begin with; characters that could lead out of
   *     the folder are replaced
   * @param zone the time zone of the names of finished files
   * @param compression of the current files
   */
  public FileNames(Path folder, String baseName, ZoneId zone, Compression compression) {
    this.folder = folder;
    this.zone = zone;
    this.base = harmless(baseName);
    this.extension = compression.extension();
  }

  /** Replaces all that could lead out of the folder, hide the file or break a line of the log. */
  private static String harmless(String name) {
    String safe = name.replaceAll("[/\\\\\\p{Cntrl}]", "_").replaceFirst("^\\.+", "_");
    safe = safe.substring(0, Math.min(safe.length(), MAX_BASE_LENGTH));
    return safe.isEmpty() ? "_" : safe;
  }

  /** The folder, as the user gave it. */
  public Path folder() {
    return folder;
  }

  /** The current file of a series; the main series is the empty string. */
  public Path current(String series) {
    return folder.resolve(base + series + CURRENT + extension);
  }

  /** What the name of a finished file ends with. */
  String finishedExtension() {
    return ".pcap" + extension;
  }

  /** True for a file that was current when a run ended before its time. */
  public static boolean isLeftover(Path path) {
    String name = path.getFileName().toString();
    return name.contains(CURRENT) && !name.contains(DAMAGED);
  }

  /** True for a leftover that is out of the way of new current files. */
  public static boolean isPutAside(Path leftover) {
    return leftover.getFileName().toString().contains(PUT_ASIDE);
  }

  /** The series that a current file or leftover belongs to. */
  public static String series(Path path) {
    String name = path.getFileName().toString();
    int aside = name.indexOf(PUT_ASIDE);
    Matcher matcher = CURRENT_NAME.matcher(aside < 0 ? name : name.substring(0, aside));
    return matcher.matches() ? matcher.group(1) : "";
  }

  /** Gives a current file another name in the same folder, so that a new one can be made. */
  public synchronized Path putAside(Path current) throws IOException {
    return renameFree(current, current.getFileName() + PUT_ASIDE);
  }

  /** Gives a file that cannot be repaired a name that is never touched again. */
  public synchronized Path putAsideDamaged(Path leftover) throws IOException {
    return renameFree(leftover, leftover.getFileName() + DAMAGED);
  }

  /** A free name beside a leftover for what was cut off it. */
  public synchronized Path damagedRest(Path leftover) {
    return free(leftover, leftover.getFileName() + DAMAGED, "");
  }

  private static Path renameFree(Path from, String name) throws IOException {
    Path to = free(from, name, "");
    Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
    return to;
  }

  /** A name beside {@code sibling} that nothing has yet. */
  private static Path free(Path sibling, String name, String end) {
    Path path = sibling.resolveSibling(name + end);
    for (int n = 1; Files.exists(path, LinkOption.NOFOLLOW_LINKS); n++) {
      path = sibling.resolveSibling(name + "-" + n + end);
    }
    return path;
  }

  /**
   * Moves a complete file to its finished name. Never overwrites. The move outlives a crash when
   * {@link #syncFolders} has succeeded.
   *
   * @param file what to move, already on disk
   * @param epochNanos the time that gives the name
   * @param end what the name ends with, from {@code .pcap} on
   * @return the finished file
   */
  public synchronized Path moveIntoPlace(Path file, String series, long epochNanos, String end)
      throws IOException {
    ZonedDateTime time =
        Instant.ofEpochSecond(
                Math.floorDiv(epochNanos, NANOS_A_SECOND),
                Math.floorMod(epochNanos, NANOS_A_SECOND))
            .atZone(zone);
    Path day = folder.resolve(DAY.format(time));
    makeFolder(day);
    Path to = free(day.resolve("name"), SECOND.format(time) + series, end);
    Files.move(file, to, StandardCopyOption.ATOMIC_MOVE);
    return to;
  }

  /** Makes the move of a finished file permanent. */
  public void syncFolders(Path finished) throws IOException {
    sync(finished.getParent());
    sync(folder);
  }

  private void makeFolder(Path day) throws IOException {
    if (!Files.isDirectory(day)) {
      Files.createDirectories(day);
      sync(day.getParent());
      sync(day.getParent().getParent());
      sync(folder);
    }
  }

  private static void sync(Path folder) throws IOException {
    try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }
}
