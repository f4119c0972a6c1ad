package org.gotm.store.file;

import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.charset.CharsetEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.gotm.store.api.Compression;
import org.gotm.store.api.RecordingException;

/**
 * What files are called until they are {@linkplain FinishedNames finished}.
 *
 * <pre>
 * FOLDER/INTERFACES[SERIES]_current.pcap[ng].tmp[.gz|.zst]
 * </pre>
 *
 * <p>Any thread.
 */
public final class FileNames {
  private static final String CURRENT = "_current";
  private static final String TEMPORARY = ".tmp";
  private static final String PCAP = ".pcap";
  private static final Pattern LEFTOVER = Pattern.compile(".*_current\\.pcap(ng)?\\.tmp.*");
  private static final String PUT_ASIDE = ".leftover";
  private static final String DAMAGED = ".damaged";
  private static final String SERIES = "((?:_w\\d+)?(?:_linktype\\d+)?)_current\\.";
  private static final Pattern SERIES_CURRENT =
      Pattern.compile(SERIES + "pcap(?:ng)?\\.tmp(\\.gz|\\.zst)?");
  private static final Pattern SERIES_INDEX = Pattern.compile(SERIES + "\\d+\\.gix");
  private static final Pattern CURRENT_NAME = Pattern.compile(".*?" + SERIES_CURRENT);

  /** Bytes that leave room in the 255 of a file name for all that can follow. */
  private static final int MAX_BASE_LENGTH = 100;

  private final Path folder;
  private final String base;
  private final String format;
  private final String compression;

  /**
   * Names in one folder.
   *
   * @param folder relative or absolute; log lines show it as it is here
   * @param baseName what the names of current files begin with; characters that could lead out of
   *     the folder are replaced
   * @param format of the current files, as the end of their finished names
   * @param compression of the current files
   */
  public FileNames(Path folder, String baseName, String format, Compression compression) {
    this.folder = folder;
    this.base = base(baseName);
    this.format = format;
    this.compression = compression.extension();
  }

  /**
   * What the names of current files begin with: nothing that could lead out of the folder, hide the
   * file, break a line of the log or not be written in the system's encoding. A name that is too
   * long for a file is shortened, and ends with what tells it from others.
   */
  public static String base(String name) {
    String safe = name.replaceAll("[/\\\\\\p{Cc}\\u2028\\u2029]", "_").replaceFirst("^\\.+", "_");
    CharsetEncoder encoder = Charset.forName(System.getProperty("sun.jnu.encoding")).newEncoder();
    StringBuilder base = new StringBuilder();
    safe.codePoints()
        .mapToObj(Character::toString)
        .map(character -> encoder.canEncode(character) ? character : "_")
        .forEach(base::append);
    if (length(base) > MAX_BASE_LENGTH) {
      String end = "~%08x".formatted(name.hashCode());
      while (length(base) + end.length() > MAX_BASE_LENGTH) {
        base.setLength(base.offsetByCodePoints(base.length(), -1));
      }
      base.append(end);
    }
    return base.isEmpty() ? "_" : base.toString();
  }

  private static int length(StringBuilder name) {
    return name.toString().getBytes(StandardCharsets.UTF_8).length;
  }

  /** The folder, as the user gave it. */
  public Path folder() {
    return folder;
  }

  /** The current file of a series; the main series is the empty string. */
  public Path current(String series) {
    return folder.resolve(base + series + CURRENT + format + TEMPORARY + compression);
  }

  /** True for a current file of ours, of whatever series and compression. */
  public boolean isCurrent(Path path) {
    String name = path.getFileName().toString();
    return name.startsWith(base) && SERIES_CURRENT.matcher(name.substring(base.length())).matches();
  }

  /** True for the index of a current file of ours, which is of no use when that has an end. */
  public boolean isIndexOfCurrent(Path path) {
    String name = path.getFileName().toString();
    return name.startsWith(base) && SERIES_INDEX.matcher(name.substring(base.length())).matches();
  }

  /** Where a recorder with this base of names listens for who wants to see what it has. */
  public static Path doorbell(Path folder, String base) {
    return folder.resolve(base + CURRENT + ".sock");
  }

  /** What the original program calls its current file. */
  public String original() {
    return base + CURRENT + PCAP + TEMPORARY;
  }

  /** What to tell the user when a current file of ours is another process's. */
  public RecordingException refusal(Path current) {
    return SeriesLock.refusal(folder, base, SeriesLock.holder(current, 0));
  }

  /** What the name of a finished file ends with. */
  String finishedExtension() {
    return format + compression;
  }

  /** True for a file that was current when a run ended before its time. */
  public static boolean isLeftover(Path path) {
    String name = path.getFileName().toString();
    return LEFTOVER.matcher(name).matches() && !name.contains(DAMAGED);
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
    return free(leftover, leftover.getFileName() + DAMAGED);
  }

  /** A free name beside a file, which begins with its name and a suffix. */
  public static Path beside(Path file, String suffix) {
    return free(file, file.getFileName() + suffix);
  }

  private static Path renameFree(Path from, String name) throws IOException {
    Path to = free(from, name);
    Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
    return to;
  }

  /** A name beside {@code sibling} that nothing has yet. */
  private static Path free(Path sibling, String name) {
    Path path = sibling.resolveSibling(name);
    for (int n = 1; Files.exists(path, LinkOption.NOFOLLOW_LINKS); n++) {
      path = sibling.resolveSibling(name + "-" + n);
    }
    return path;
  }
}
