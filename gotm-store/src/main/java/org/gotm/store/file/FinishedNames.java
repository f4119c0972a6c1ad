package org.gotm.store.file;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.AtomicMoveNotSupportedException;
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
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.gotm.core.failure.Reason;

/**
 * The move from a current to a finished name, in a folder for each day. No link below the output
 * folder is followed, and no file is written over, whoever makes files or links there meanwhile.
 *
 * <pre>
 * FOLDER/yyyy/MM/dd/yyyy-MM-ddTHH-mm-ss[SERIES][xNNN].pcap[ng][.gz|.zst]
 * </pre>
 *
 * <p>Names sort in the order of time, by bytes and in every locale: {@code x} comes after the dot
 * and after the p of pcap, for locales that ignore the dot, and numbers of more digits begin with
 * more of it. When the clock goes back, as it does at the end of summer time, the next names are
 * those that follow the last one by number, until the clock has caught up.
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

  private static final int DIGITS = 3;

  /** How often a folder is made anew that is gone before a file is in it. */
  private static final int FOLDER_TRIES = 3;

  private final Path folder;
  private final ZoneId zone;
  private final Map<String, Stem> last = new HashMap<>();

  /** A second and a number: what a name begins with. */
  private record Stem(String second, int number) implements Comparable<Stem> {
    private static final Comparator<Stem> ORDER =
        Comparator.comparing(Stem::second).thenComparingInt(Stem::number);

    Stem next() {
      return new Stem(second, number + 1);
    }

    String day() {
      return second.substring(0, second.indexOf('T'));
    }

    String name(String series) {
      if (number == 0) {
        return second + series;
      }
      String digits = "%03d".formatted(number);
      return second + series + "x".repeat(digits.length() - DIGITS + 1) + digits;
    }

    @Override
    public int compareTo(Stem other) {
      return ORDER.compare(this, other);
    }
  }

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
   * @param inOrder true if the name is to sort after all others of its series and day
   * @return the finished file
   */
  public synchronized Path moveIntoPlace(
      Path file, String series, long epochNanos, String end, boolean inOrder) throws IOException {
    for (int left = FOLDER_TRIES; ; left--) {
      try {
        return moveOnce(file, series, epochNanos, end, inOrder);
      } catch (NoSuchFileException e) {
        if (left == 0 || !Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
          throw e;
        } // retention has deleted the folder of the day, which was empty a moment ago
      }
    }
  }

  private Path moveOnce(Path file, String series, long epochNanos, String end, boolean inOrder)
      throws IOException {
    ZonedDateTime time =
        Instant.ofEpochSecond(
                Math.floorDiv(epochNanos, NANOS_A_SECOND),
                Math.floorMod(epochNanos, NANOS_A_SECOND))
            .atZone(zone);
    Path day = Path.of(DAY.format(time));
    try (var from = open(file.toAbsolutePath().getParent());
        var to = openDay(day)) {
      Stem stem = new Stem(SECOND.format(time), 0);
      if (inOrder) {
        stem = following(stem, series, to);
      }
      while (!moveTo(from, file.getFileName(), to, Path.of(stem.name(series) + end))) {
        stem = stem.next();
      }
      if (inOrder) {
        last.put(series, stem);
      }
      return folder.resolve(day).resolve(stem.name(series) + end);
    }
  }

  /** The name itself, or if it does not sort after the last one of its day what follows that. */
  private Stem following(Stem stem, String series, SecureDirectoryStream<Path> day) {
    Stem before = last.get(series);
    if (before == null || !before.day().equals(stem.day())) {
      before = greatest(series, day);
    }
    return before == null || stem.compareTo(before) > 0 ? stem : before.next();
  }

  /** The last name that a series has in the folder of a day, or null. */
  private static Stem greatest(String series, SecureDirectoryStream<Path> day) {
    Pattern pattern =
        Pattern.compile(
            "(\\d{4}-\\d\\d-\\d\\dT\\d\\d-\\d\\d-\\d\\d)"
                + series
                + "(?:x+(\\d{3,8}))?\\.pcap(?:ng)?(?:\\.gz|\\.zst)?");
    Stem greatest = null;
    for (Path path : day) {
      Matcher name = pattern.matcher(path.getFileName().toString());
      if (name.matches()) {
        int number = name.group(2) == null ? 0 : Integer.parseInt(name.group(2));
        Stem found = new Stem(name.group(1), number);
        greatest = greatest == null || found.compareTo(greatest) > 0 ? found : greatest;
      }
    }
    return greatest;
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
      } catch (NoSuchFileException e) {
        throw e;
      } catch (IOException e) {
        throw new IOException(
            "%s is no folder but a link, or cannot be opened: %s".formatted(name, Reason.of(e)), e);
      }
    }
    return at;
  }

  /** Opens the folder of a finished file, following no link. */
  SecureDirectoryStream<Path> openFolderOf(Path finished) throws IOException {
    return openDay(folder.relativize(finished.getParent()));
  }

  private void makeFolder(Path day) throws IOException {
    if (!Files.exists(day, LinkOption.NOFOLLOW_LINKS)) {
      Files.createDirectories(day);
      syncFolder(day.getParent());
      syncFolder(day.getParent().getParent());
      syncFolder(folder);
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
      move(from, name, to, newName, reservation);
      return true;
    } finally {
      if (exists(to, reservation)) {
        to.deleteFile(reservation);
      }
    }
  }

  /** Moves a file, by way of a copy in the reservation if the day's folder is on another disk. */
  private static void move(
      SecureDirectoryStream<Path> from,
      Path name,
      SecureDirectoryStream<Path> to,
      Path newName,
      Path reservation)
      throws IOException {
    try {
      from.move(name, to, newName);
    } catch (AtomicMoveNotSupportedException e) {
      copy(from, name, to, reservation);
      to.move(reservation, to, newName);
      from.deleteFile(name);
    }
  }

  private static void copy(
      SecureDirectoryStream<Path> from, Path name, SecureDirectoryStream<Path> to, Path copy)
      throws IOException {
    try (var source =
            (FileChannel)
                from.newByteChannel(
                    name, Set.of(StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS));
        var target =
            (FileChannel)
                to.newByteChannel(
                    copy, Set.of(StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS))) {
      for (long at = 0; at < source.size(); ) {
        at += source.transferTo(at, source.size() - at, target);
      }
      target.force(true);
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
    syncFolder(finished.getParent());
    syncFolder(folder);
  }

  /** Has the disk take which files a folder has. */
  public static void syncFolder(Path folder) throws IOException {
    try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }
}
