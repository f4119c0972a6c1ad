package org.gotm.store.repair;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import java.util.function.Consumer;
import org.gotm.core.failure.Reason;
import org.gotm.store.api.FinishedFile;
import org.gotm.store.file.FileNames;
import org.gotm.store.file.FinishedNames;
import org.gotm.store.file.OwnFiles;

/** Mends one leftover, and gives it its finished name; says what it did. One thread. */
final class LeftoverMender {
  private final FileNames names;
  private final FinishedNames finished;
  private final Consumer<String> log;
  private final Consumer<FinishedFile> listener;

  /**
   * A mender.
   *
   * @param listener hears of each file that has its finished name; does not throw
   */
  LeftoverMender(
      FileNames names,
      FinishedNames finished,
      Consumer<String> log,
      Consumer<FinishedFile> listener) {
    this.names = names;
    this.finished = finished;
    this.log = log;
    this.listener = listener;
  }

  /**
   * Reads a leftover through and makes it whole.
   *
   * @param end what is behind it is cut off first
   * @return what it holds, or null if it is not to be moved
   */
  Leftover mend(Path path, long end) throws IOException {
    try (Arena arena = Arena.ofConfined();
        FileChannel channel =
            FileChannel.open(
                path,
                StandardOpenOption.READ,
                StandardOpenOption.WRITE,
                LinkOption.NOFOLLOW_LINKS)) {
      if (OwnFiles.lock(channel) == null) {
        log.accept(
            "leftover %s is locked by another process: it is left alone"
                .formatted(path.getFileName()));
        return null;
      }
      if (end < channel.size()) {
        channel.truncate(end);
        channel.force(true);
      }
      Leftover found = Leftover.examine(channel, arena);
      if (found.hasRecords()) {
        makeWhole(path, channel, found);
        return found;
      }
      if (found.isEmpty()) {
        Files.delete(path);
        log.accept("leftover %s has no packet: removed".formatted(path.getFileName()));
      } else {
        log.accept(
            "leftover %s cannot be read (%s): moved to %s"
                .formatted(path.getFileName(), found.damage(), names.putAsideDamaged(path)));
      }
      return null;
    }
  }

  private void makeWhole(Path path, FileChannel channel, Leftover found) throws IOException {
    long size = channel.size();
    if (found.damage() != null) {
      keepRest(path, channel, found);
    }
    IOException unended = LeftoverRepair.repair(path, channel, found);
    if (unended != null) {
      log.accept(
          "leftover %s gets nothing to seek by at its end: %s"
              .formatted(path.getFileName(), Reason.of(unended)));
    }
    log.accept(
        "leftover %s has %d packets; %d bytes behind the last whole piece, %s"
            .formatted(
                path.getFileName(),
                found.records(),
                size - found.goodEnd(),
                found.salvageable() > 0 ? "with whole packets that were saved" : "cut off"));
  }

  /** Gives a leftover that is whole its finished name. */
  void move(Path path, Leftover found) throws IOException {
    Path to =
        finished.moveIntoPlace(
            path,
            FileNames.series(path),
            found.lastTimestampNanos(),
            found.extension() + found.compression().extension(),
            false);
    log.accept("moved %s to %s".formatted(path.getFileName(), to));
    syncFolders(to);
    listener.accept(
        new FinishedFile(
            to,
            Files.size(to),
            found.records(),
            found.firstTimestampNanos(),
            found.lastTimestampNanos(),
            Optional.empty()));
  }

  /** The file has its name all the same; after a crash it may have the old one, and is mended. */
  private void syncFolders(Path path) {
    try {
      finished.syncFolders(path);
    } catch (IOException e) {
      log.accept("the folder of %s cannot be synced: %s".formatted(path, Reason.of(e)));
    }
  }

  /** Copies what will be cut off and may be more than a torn record. */
  private void keepRest(Path path, FileChannel channel, Leftover found) throws IOException {
    Path rest = names.damagedRest(path);
    try (FileChannel to =
        FileChannel.open(rest, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      LeftoverRepair.copy(channel, found.goodEnd(), channel.size(), to);
      to.force(true);
    }
    log.accept(
        "leftover %s is damaged at offset %d (%s): kept what follows as %s"
            .formatted(path.getFileName(), found.goodEnd(), found.damage(), rest));
  }
}
