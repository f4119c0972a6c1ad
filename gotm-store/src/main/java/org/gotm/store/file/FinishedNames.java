package org.gotm.store.file;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SecureDirectoryStream;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributeView;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Set;

/**
 * The move from a current to a finished name, in a folder for each day. No link below the output
 * folder is followed, and no file is written over, whoever makes files or links there meanwhile.
 *
 * <pre>
 * FOLDER/yyyy/MM/dd/yyyy-MM-ddTHH-mm-ss[SERIES][-N].pcap[.gz|.zst]
 * </pre>
 *
 * <p>Any thread.
 */
public final class FinishedNames {
  private static final DateTimeFormatter DAY = DateTimeFormatter.ofPattern("uuuu/MM/dd");
  private static final DateTimeFormatter SECOND =
      DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH-mm-ss");
  private static final long NANOS_A_SECOND = 1_000_000_000;

  /** What the name ends with, and a dot begins, of the empty file that keeps a name from others. */
  private static final String RESERVED = ".reserved";

  private final Path folder;
  private final ZoneId zone;

  /**
   * Names in one folder.
   *
   * @param folder relative or absolute; log lines show it as it is here
   * @param zone the time zone of the names
   */
  public FinishedNames(Path folder, ZoneId zone) {
    this.folder = folder;
    this.zone = zone;
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
    Path day = Path.of(DAY.format(time));
    try (var from = open(file.toAbsolutePath().getParent());
        var to = openDay(day)) {
      String name = SECOND.format(time) + series;
      Path free = Path.of(name + end);
      for (int n = 1; !moveTo(from, file.getFileName(), to, free); n++) {
        free = Path.of(name + "-" + n + end);
      }
      return folder.resolve(day).resolve(free);
    }
  }

  /** Opens a folder, which may be a link. */
  private static SecureDirectoryStream<Path> open(Path folder) throws IOException {
    return secure(Files.newDirectoryStream(folder));
  }

  private static SecureDirectoryStream<Path> secure(DirectoryStream<Path> stream)
      throws IOException {
    if (stream instanceof SecureDirectoryStream<Path> secure) {
      return secure;
    }
    stream.close();
    throw new IOException("this system cannot open folders without following links");
  }

  /** Opens the folder of a day, which is made if it is missing, following no link. */
  private SecureDirectoryStream<Path> openDay(Path day) throws IOException {
    makeFolder(folder.resolve(day));
    SecureDirectoryStream<Path> at = open(folder);
    for (Path name : day) {
      try (var above = at) {
        at = above.newDirectoryStream(name, LinkOption.NOFOLLOW_LINKS);
      } catch (IOException e) {
        throw new IOException(
            "%s is no folder but a link, or cannot be opened: %s"
                .formatted(name, ErrorState.reason(e)),
            e);
      }
    }
    return at;
  }

  private void makeFolder(Path day) throws IOException {
    if (!Files.exists(day, LinkOption.NOFOLLOW_LINKS)) {
      Files.createDirectories(day);
      sync(day.getParent());
      sync(day.getParent().getParent());
      sync(folder);
    }
  }

  /**
   * Gives a file a name that nothing has. Another process that wants this name, too, finds it
   * reserved.
   *
   * @return false if something has the name or is about to
   */
  private static boolean moveTo(
      SecureDirectoryStream<Path> from, Path name, SecureDirectoryStream<Path> to, Path newName)
      throws IOException {
    Path reservation = Path.of("." + newName.toString().replace(".pcap", "") + RESERVED);
    if (exists(to, newName) || !reserve(to, reservation)) {
      return false;
    }
    try {
      if (exists(to, newName)) {
        return false;
      }
      from.move(name, to, newName);
      return true;
    } finally {
      to.deleteFile(reservation);
    }
  }

  private static boolean exists(SecureDirectoryStream<Path> in, Path name) throws IOException {
    try {
      in.getFileAttributeView(name, BasicFileAttributeView.class, LinkOption.NOFOLLOW_LINKS)
          .readAttributes();
      return true;
    } catch (NoSuchFileException e) {
      return false;
    }
  }

  private static boolean reserve(SecureDirectoryStream<Path> in, Path name) throws IOException {
    try {
      in.newByteChannel(
              name,
              Set.of(
                  StandardOpenOption.CREATE_NEW,
                  StandardOpenOption.WRITE,
                  LinkOption.NOFOLLOW_LINKS))
          .close();
      return true;
    } catch (FileAlreadyExistsException e) {
      return false;
    }
  }

  /** Makes the move of a finished file permanent. */
  public void syncFolders(Path finished) throws IOException {
    sync(finished.getParent());
    sync(folder);
  }

  private static void sync(Path folder) throws IOException {
    try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }
}
