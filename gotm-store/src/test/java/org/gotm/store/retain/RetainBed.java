package org.gotm.store.retain;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * A folder with captures, on a disk that a test sets the size of, and clocks that stand still. What
 * the files take is what the disk has not free.
 */
final class RetainBed {
  static final long SECOND = 1_000_000_000;
  static final long HOUR = 3600 * SECOND;

  final Path folder;
  final List<String> log = new ArrayList<>();
  Retention retention = Retention.none();
  ZoneId zone = ZoneOffset.UTC;
  long diskBytes = 1_000_000;
  long othersBytes;

  /** What of deleted files the disk does not show as free yet. */
  long lateBytes;

  long writtenBytes;
  long epochNanos = Instant.parse("2026-03-10T12:00:00Z").getEpochSecond() * SECOND;
  long nowNanos = SECOND;
  private final Map<String, Long> news = new HashMap<>();
  private String firstNews;
  private long lastBytes;
  private Trouble trouble;
  private Keeper keeper;

  RetainBed(Path folder) {
    this.folder = folder;
  }

  /** Makes a file below the folder, as something that was there before. */
  Path file(String path, int bytes) {
    try {
      Path file = folder.resolve(path);
      Files.createDirectories(file.getParent());
      return Files.write(file, new byte[bytes]);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A capture of that second, {@code 2026-03-01T00-00-00}, in its folder. */
  Path capture(String second, int bytes) {
    return file(second.substring(0, 10).replace('-', '/') + "/" + second + ".pcap", bytes);
  }

  /** The recorder writes and finishes a capture. */
  void finish(String second, int bytes) {
    Path file = capture(second, bytes);
    String path = folder.relativize(file).toString();
    news.merge(path.substring(0, 10), (long) bytes, Long::sum);
    firstNews = firstNews == null || path.compareTo(firstNews) < 0 ? path : firstNews;
    lastBytes = bytes;
    writtenBytes += bytes;
  }

  /** The work on the folder, made when it is first asked for. */
  Keeper keeper() {
    if (keeper == null) {
      trouble = new Trouble(folder, () -> nowNanos, log::add);
      keeper =
          new Keeper(
              new Retainer.Parts(
                  folder,
                  zone,
                  retention,
                  () -> writtenBytes,
                  () -> epochNanos,
                  () -> nowNanos,
                  log::add,
                  () -> {}),
              this::space,
              trouble);
    }
    return keeper;
  }

  /** What is wrong now, or null. */
  String error() {
    return trouble.current();
  }

  /** The process ends, and another begins. */
  void restart() {
    keeper = null;
    news.clear();
    firstNews = null;
    writtenBytes = 0;
  }

  Disk.Space space() {
    return new Disk.Space(
        Math.max(0, diskBytes - othersBytes - late() - bytesOf(files(folder))), diskBytes);
  }

  private long late() {
    return Math.min(lateBytes, keeper().deletedBytes());
  }

  private long bytesOf(List<String> paths) {
    return paths.stream().mapToLong(path -> folder.resolve(path).toFile().length()).sum();
  }

  /** Two seconds go by, and the disk is looked at. */
  void look() {
    nowNanos += 2 * SECOND;
    epochNanos += 2 * SECOND;
    try {
      while (keeper().count()) {}
      keeper()
          .look(
              new FinishedInbox.News(Map.copyOf(news), firstNews, lastBytes), nowNanos, () -> true);
      news.clear();
      firstNews = null;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** All regular files, by their paths below the folder. */
  List<String> files() {
    return files(folder);
  }

  static List<String> files(Path folder) {
    try (Stream<Path> tree = Files.walk(folder)) {
      return tree.filter(Files::isRegularFile)
          .map(path -> folder.relativize(path).toString())
          .sorted()
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** All folders below the folder. */
  TreeSet<String> folders() {
    try (Stream<Path> tree = Files.walk(folder)) {
      TreeSet<String> found = new TreeSet<>();
      tree.filter(Files::isDirectory)
          .filter(path -> !path.equals(folder))
          .forEach(path -> found.add(folder.relativize(path).toString()));
      return found;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
