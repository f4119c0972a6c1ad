package org.gotm.store.file;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.ObjLongConsumer;
import org.gotm.core.capture.Heartbeat;
import org.gotm.store.api.FinishedFile;
import org.gotm.store.compress.PieceTotals;

/**
 * The thread that makes complete files finished ones: flush, fsync, rename, sync of the folders.
 * The output threads hand files over and go on, as a disk may take seconds for this.
 *
 * <p>If the disk does not take a file its packets are booked as lost, and it stays for the next
 * start to look at. One that only cannot be moved is moved when the next file is closed.
 */
public final class Closer {
  /** Complete files that may wait; an output thread waits when there are more. */
  private static final int CAPACITY = 16;

  private static final long OFFER_MILLIS = 10;

  /** No file: the thread ends when it comes to it. */
  private static final Job LAST = new Job(null, null, null, false, null, null, 0, null);

  private final FileNames names;
  private final FinishedNames finished;
  private final boolean byPacketTime;
  private final boolean skipEmpty;
  private final LongSupplier epochNanos;
  private final Consumer<String> log;
  private final BiConsumer<FinishedFile, FileInterval> listener;
  private final ObjLongConsumer<Path> leftovers;
  private final BlockingQueue<Job> jobs = new ArrayBlockingQueue<>(CAPACITY);
  private final List<Job> unmoved = new ArrayList<>();
  private final Heartbeat heartbeat = new Heartbeat();
  private final Thread thread;
  private volatile boolean abandoned;

  /**
   * A complete file.
   *
   * @param file what was written, the closer's from now on
   * @param path where it is
   * @param current what the log calls it
   * @param isAside true if its path is its own from now on, so that it can be moved later
   * @param series what tells its name from those of other series
   * @param interval the workers' account of its time
   * @param epochNanos the clock when it was complete
   * @param errors of its series
   */
  record Job(
      OpenFile file,
      Path path,
      Path current,
      boolean isAside,
      String series,
      FileInterval interval,
      long epochNanos,
      FileErrors errors) {}

  /**
   * Starts the thread.
   *
   * @param byPacketTime true to name files by their last packet, false by the clock
   * @param skipEmpty true to remove files without a packet
   * @param epochNanos the clock, nanoseconds since 1970
   * @param log takes one line
   * @param listener hears of each finished file and its interval, on this thread; does not throw
   * @param leftovers takes a file that is to be cut to a length before it is moved
   */
  public Closer(
      FileNames names,
      FinishedNames finished,
      boolean byPacketTime,
      boolean skipEmpty,
      LongSupplier epochNanos,
      Consumer<String> log,
      BiConsumer<FinishedFile, FileInterval> listener,
      ObjLongConsumer<Path> leftovers) {
    this.names = names;
    this.finished = finished;
    this.byPacketTime = byPacketTime;
    this.skipEmpty = skipEmpty;
    this.epochNanos = epochNanos;
    this.log = log;
    this.listener = listener;
    this.leftovers = leftovers;
    thread = Thread.ofPlatform().daemon().name("gotm-closer").start(this::run);
  }

  /** The clock that names files, nanoseconds since 1970. */
  long epochNanos() {
    return epochNanos.getAsLong();
  }

  /** True if files belong to the time of their packets, not to that of the clock. */
  boolean isByPacketTime() {
    return byPacketTime;
  }

  /** Takes a complete file, waiting while many are before it. */
  void accept(Job job) {
    try {
      while (!jobs.offer(job, OFFER_MILLIS, TimeUnit.MILLISECONDS)) {
        if (abandoned) {
          leave(job);
          return;
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      leave(job);
    }
  }

  private void run() {
    try {
      Job job;
      while (!(abandoned && jobs.isEmpty()) && (job = jobs.take()) != LAST) {
        heartbeat.begin(now());
        attempt(job);
        heartbeat.idle();
      }
      moveAgain();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // nobody interrupts it
    }
  }

  /** Finishes a file; whatever happens its packets are booked and the next file has its turn. */
  private void attempt(Job job) {
    if (abandoned) {
      leave(job);
      return;
    }
    try {
      moveAgain();
      finish(job);
    } catch (Throwable e) {
      leave(job);
      job.errors().report(ErrorState.Cause.THREAD, "closing a file failed: " + e, now());
    }
  }

  private void finish(Job job) throws IOException {
    if (!bringToDisk(job) || !moveOrRemove(job)) {
      job.file().dropIndex();
    }
  }

  /** False if the file gets no finished name. */
  private boolean moveOrRemove(Job job) throws IOException {
    if (job.file().hasVanished(job.path(), now())) {
      return false;
    }
    if (job.file().diskEnd() == 0) {
      Files.delete(job.path()); // not even its header could be written
      return false;
    }
    if (job.file().isBroken()) {
      leftovers.accept(job.path(), job.file().settledEnd());
      return false;
    }
    if (skipEmpty && job.file().packets() == 0) {
      Files.delete(job.path());
      log.accept("removed %s, which has no packet".formatted(job.current().getFileName()));
      return false;
    }
    return move(job) || job.isAside() && unmoved.add(job);
  }

  /** Writes the rest of a file, waits for the disk, and closes it; false if it is not kept. */
  static boolean bringToDisk(Job job) {
    job.file().end(job.interval());
    job.file().complete(now());
    boolean synced = job.file().sync();
    close(job);
    return synced;
  }

  private static void close(Job job) {
    try {
      job.file().close();
    } catch (IOException e) {
      job.errors().failed(ErrorState.Cause.WRITE, "close", e, now());
    }
  }

  private boolean move(Job job) {
    try {
      Path to =
          finished.moveIntoPlace(
              job.path(), job.series(), nameNanos(job), names.finishedExtension(), !byPacketTime);
      log.accept("moved %s to %s".formatted(job.current().getFileName(), to));
      syncFolders(to, job);
      job.file().finishIndex(to);
      tell(to, job);
      return true;
    } catch (IOException e) {
      job.errors().failed(ErrorState.Cause.MOVE, "move", e, now());
      return false;
    }
  }

  private long nameNanos(Job job) {
    long last = job.file().written().lastNanos();
    return byPacketTime && last != FinishedFile.NO_TIME ? last : job.epochNanos();
  }

  /** The file has its name all the same; after a crash it may have the old one, and is mended. */
  private void syncFolders(Path path, Job job) {
    try {
      finished.syncFolders(path);
      job.errors().succeeded(ErrorState.Cause.MOVE, now());
    } catch (IOException e) {
      job.errors().failed(ErrorState.Cause.MOVE, "sync the folder of", e, now());
    }
  }

  private void tell(Path path, Job job) {
    PieceTotals written = job.file().written();
    listener.accept(
        new FinishedFile(
            path,
            job.file().diskEnd(),
            written.packets(),
            written.firstNanos(),
            written.lastNanos(),
            Optional.of(job.interval().total())),
        job.interval());
  }

  private void moveAgain() {
    for (Iterator<Job> waiting = unmoved.iterator(); waiting.hasNext(); ) {
      Job job = waiting.next();
      if (job.file().hasVanished(job.path(), now()) || move(job)) {
        waiting.remove();
      }
    }
  }

  /** Closes a file as it is; it stays for the next start. */
  private static void leave(Job job) {
    job.file().lose();
    job.file().secure();
    job.file().dropIndex();
    close(job);
  }

  private static long now() {
    return System.nanoTime();
  }

  /** Waits until all files that were handed over are finished; no more may come. */
  public void finish() throws InterruptedException {
    jobs.put(LAST);
    thread.join();
  }

  /**
   * Leaves files as they are from now on.
   *
   * @param millis how long to wait for the one under way, above 0
   */
  public void abandon(long millis) throws InterruptedException {
    abandoned = true;
    jobs.offer(LAST); // if there is no room for it the thread is not waiting for a job
    thread.join(millis);
  }

  /** True while the disk keeps a file from being finished. Any thread. */
  public boolean standsStill(long nowNanos) {
    return heartbeat.standsStill(nowNanos);
  }

  /** True when nothing is done any more. */
  public boolean hasEnded() {
    return !thread.isAlive();
  }
}
