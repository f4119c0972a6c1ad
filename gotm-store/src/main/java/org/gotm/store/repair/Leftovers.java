package org.gotm.store.repair;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.gotm.core.failure.Reason;
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
  private static final long NANOS_A_MILLI = 1_000_000;

  private final FileNames names;
  private final OwnFiles own;
  private final Path workingFolder;
  private final LeftoverMender mender;
  private final Consumer<String> log;
  private final Runnable yieldPriority;
  private final ArrayDeque<Waiting> waiting = new ArrayDeque<>();
  private final Set<String> saidCauses = new HashSet<>();
  private Thread thread;
  private boolean stopped;

  /**
   * A leftover.
   *
   * @param end what is behind it is cut off, unless this is beyond the file's end
   * @param found what it holds if it is whole and only has to be moved, or null
   */
  private record Waiting(Path path, long end, Leftover found) {}

  /**
   * No leftovers yet.
   *
   * @param own tells our files from those of others
   * @param workingFolder where the original program had its current file, which is taken in, too
   * @param log takes one line, from any thread
   * @param listener hears of each file that was mended; does not throw
   * @param yieldPriority run by the thread first, to lower its priority
   */
  public Leftovers(
      FileNames names,
      FinishedNames finished,
      OwnFiles own,
      Path workingFolder,
      Consumer<String> log,
      Consumer<FinishedFile> listener,
      Runnable yieldPriority) {
    this.names = names;
    this.own = own;
    this.workingFolder = workingFolder;
    this.log = log;
    this.mender = new LeftoverMender(names, finished, log, listener);
    this.yieldPriority = yieldPriority;
  }

  /**
   * Finds all leftovers in the folder, makes room for new current files, and begins to mend.
   *
   * @throws RecordingException if a current file of ours is another process's
   */
  public void takeOver() throws IOException {
    removeIndexes();
    for (Path path : list()) {
      if (path.getFileName().toString().contains(LeftoverRepair.SUFFIX)) {
        Files.delete(path);
      } else if (FileNames.isPutAside(path)) {
        add(path);
      } else {
        add(names.putAside(path));
      }
    }
    takeOriginals();
    retry();
  }

  /** The index of a file that was not finished is made anew when the file is mended. */
  private void removeIndexes() throws IOException {
    try (DirectoryStream<Path> indexes =
        Files.newDirectoryStream(names.folder(), names::isIndexOfCurrent)) {
      for (Path path : indexes) {
        Files.deleteIfExists(path);
      }
    }
  }

  private void takeOriginals() throws IOException {
    if (Files.isSameFile(workingFolder, names.folder())) {
      return;
    }
    Path original = workingFolder.resolve(names.original());
    if (isOwn(original) && !OwnFiles.isInUse(original)) {
      add(original);
    }
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
  public void add(Path leftover) {
    add(leftover, Long.MAX_VALUE);
  }

  /** Takes a file that has more than {@code end} bytes, of which the rest is not to be kept. */
  public synchronized void add(Path leftover, long end) {
    waiting.add(new Waiting(leftover, end, null));
  }

  /** Begins to mend what waits. */
  public synchronized void retry() {
    if (thread == null && !waiting.isEmpty() && !stopped) {
      thread = Thread.ofPlatform().daemon().name("gotm-leftovers").start(this::run);
    }
  }

  private void run() {
    List<Waiting> again = new ArrayList<>();
    try {
      yieldPriority.run();
      for (Waiting leftover; (leftover = next()) != null; ) {
        Waiting rest = attempt(leftover);
        if (rest != null) {
          again.add(rest);
        }
      }
    } catch (Throwable e) {
      log.accept("leftovers cannot be mended now: " + e);
    } finally {
      end(again);
    }
  }

  private synchronized void end(List<Waiting> again) {
    waiting.addAll(again);
    thread = null;
  }

  private synchronized Waiting next() {
    return stopped ? null : waiting.poll();
  }

  /** Does what is left to do for a leftover; answers what then is left, or null. */
  private Waiting attempt(Waiting leftover) {
    Path path = leftover.path();
    Leftover found = leftover.found();
    try {
      if (!isOwn(path)) {
        return null;
      }
      if (found == null) {
        found = mender.mend(path, leftover.end());
      }
      if (found != null) {
        mender.move(path, found);
      }
      saidCauses.clear();
      return null;
    } catch (IOException | RuntimeException | LinkageError e) {
      String cause = Reason.of(e);
      if (saidCauses.add(cause)) {
        log.accept(
            "leftover %s cannot be mended now: %s; it is tried again, others like it, too"
                .formatted(path.getFileName(), cause));
      }
      return new Waiting(path, leftover.end(), found);
    }
  }

  /**
   * Waits until what waits was tried once more. What takes longer is given up, and stays for the
   * next start.
   *
   * @param millis how long to wait, or 0 for as long as it takes
   */
  public void finish(long millis) throws InterruptedException {
    long begin = System.nanoTime();
    boolean inTime = await(millis); // for a thread that may be at its end already
    retry();
    long left = millis - (System.nanoTime() - begin) / NANOS_A_MILLI;
    if (!inTime || !await(millis == 0 ? 0 : Math.max(1, left))) {
      stop();
      interrupt();
      log.accept("leftovers are not all mended yet: the next start goes on with them");
    }
  }

  /** True if the thread ended in time, or there is none. */
  private boolean await(long millis) throws InterruptedException {
    Thread running = running();
    if (running != null) {
      running.join(millis);
    }
    return running == null || !running.isAlive();
  }

  private void interrupt() {
    Thread running = running();
    if (running != null) {
      running.interrupt();
    }
  }

  private synchronized Thread running() {
    return thread;
  }

  /** Begins with no other file. */
  public synchronized void stop() {
    stopped = true;
  }
}
