package org.gotm.store.repair;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.gotm.store.api.FinishedFile;
import org.gotm.store.api.RecordingException;
import org.gotm.store.file.FileNames;
import org.gotm.store.file.FinishedNames;
import org.gotm.store.file.OwnFiles;

/**
 * Current files without an owner: those of a run that ended before its time, and those that could
 * not be moved to their finished name. They are mended and moved by a thread of low priority, so
 * that capture need not wait for it. Any thread.
 */
public final class Leftovers {
  private final FileNames names;
  private final FinishedNames finished;
  private final OwnFiles own;
  private final Consumer<String> log;
  private final Consumer<FinishedFile> listener;
  private final Runnable yieldPriority;
  private final ArrayDeque<Path> waiting = new ArrayDeque<>();
  private Thread thread;
  private boolean stopped;

  /**
   * No leftovers yet.
   *
   * @param own tells our files from those of others
   * @param log takes one line, from any thread
   * @param listener hears of each file that was mended; does not throw
   * @param yieldPriority run by the thread first, to lower its priority
   */
  public Leftovers(
      FileNames names,
      FinishedNames finished,
      OwnFiles own,
      Consumer<String> log,
      Consumer<FinishedFile> listener,
      Runnable yieldPriority) {
    this.names = names;
    this.finished = finished;
    this.own = own;
    this.log = log;
    this.listener = listener;
    this.yieldPriority = yieldPriority;
  }

  /**
   * Finds all leftovers in the folder, makes room for new current files, and begins to mend.
   *
   * @throws RecordingException if a current file of ours is another process's
   */
  public void takeOver() throws IOException {
    for (Path path : list()) {
      if (path.getFileName().toString().contains(LeftoverRepair.SUFFIX)) {
        Files.delete(path);
      } else if (FileNames.isPutAside(path)) {
        add(path);
      } else {
        add(names.putAside(path));
      }
    }
    retry();
  }

  private List<Path> list() throws IOException {
    List<Path> found = new ArrayList<>();
    try (DirectoryStream<Path> files = Files.newDirectoryStream(names.folder())) {
      for (Path path : files) {
        if (FileNames.isLeftover(path) && isOwn(path) && !isInUse(path)) {
          found.add(path);
        }
      }
    }
    return found;
  }

  /** False for a file that is to be left alone, or has gone meanwhile. */
  private boolean isOwn(Path path) throws IOException {
    if (!Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
      return false;
    }
    String strangeness = own.strangeness(path);
    if (strangeness != null) {
      log.accept(
          "%s has the name of a leftover but %s: it is left alone"
              .formatted(path.getFileName(), strangeness));
    }
    return strangeness == null;
  }

  /** True for a file of a recorder that lives, which is not the one that we want to be. */
  private boolean isInUse(Path path) throws IOException {
    boolean inUse = OwnFiles.isInUse(path);
    if (inUse && names.isCurrent(path)) {
      throw names.refusal(path);
    }
    return inUse;
  }

  /** Takes a file that has nobody's name, and mends it at the next {@link #retry}. */
  public synchronized void add(Path leftover) {
    waiting.add(leftover);
  }

  /** Begins to mend what waits. */
  public synchronized void retry() {
    if (thread == null && !waiting.isEmpty() && !stopped) {
      thread = Thread.ofPlatform().daemon().name("gotm-leftovers").start(this::run);
    }
  }

  private void run() {
    List<Path> again = new ArrayList<>();
    try {
      yieldPriority.run();
      for (Path leftover; (leftover = next()) != null; ) {
        if (!tryToMend(leftover)) {
          again.add(leftover);
        }
      }
    } catch (Throwable e) {
      log.accept("leftovers cannot be mended now: " + e);
    } finally {
      end(again);
    }
  }

  private synchronized void end(List<Path> again) {
    waiting.addAll(again);
    thread = null;
  }

  private boolean tryToMend(Path leftover) {
    try {
      mend(leftover);
      return true;
    } catch (IOException | RuntimeException | LinkageError e) {
      log.accept("leftover %s cannot be mended now: %s".formatted(leftover.getFileName(), e));
      return false;
    }
  }

  private synchronized Path next() {
    return stopped ? null : waiting.poll();
  }

  private void mend(Path path) throws IOException {
    if (!isOwn(path)) {
      return;
    }
    try (FileChannel channel =
        FileChannel.open(
            path, StandardOpenOption.READ, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS)) {
      Leftover found = Leftover.examine(channel);
      if (found.hasRecords()) {
        save(path, channel, found);
      } else if (found.isEmpty()) {
        Files.delete(path);
        log.accept("leftover %s has no packet: removed".formatted(path.getFileName()));
      } else {
        log.accept(
            "leftover %s cannot be read (%s): moved to %s"
                .formatted(path.getFileName(), found.damage(), names.putAsideDamaged(path)));
      }
    }
  }

  private void save(Path path, FileChannel channel, Leftover found) throws IOException {
    long size = channel.size();
    if (found.damage() != null) {
      keepRest(path, channel, found);
    }
    LeftoverRepair.repair(path, channel, found);
    log.accept(
        "leftover %s has %d packets; %d bytes behind the last whole piece, %s"
            .formatted(
                path.getFileName(),
                found.records(),
                size - found.goodEnd(),
                found.salvageable() > 0 ? "with whole packets that were saved" : "cut off"));
    Path to =
        finished.moveIntoPlace(
            path,
            FileNames.series(path),
            found.lastTimestampNanos(),
            ".pcap" + found.compression().extension(),
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
      log.accept("the folder of %s cannot be synced: %s".formatted(path, e));
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

  /** Waits until what waits was tried once more. */
  public void finish() throws InterruptedException {
    retry();
    Thread running;
    synchronized (this) {
      running = thread;
    }
    if (running != null) {
      running.join();
    }
  }

  /** Begins with no other file. */
  public synchronized void stop() {
    stopped = true;
  }
}
