package org.gotm.store.index;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import org.gotm.core.failure.Reason;
import org.gotm.store.terms.PieceTerms;
import org.gotm.store.terms.TermCollector;

/**
 * The index of what is being recorded: compressor threads collect the terms of each piece, a thread
 * of low priority brings them into the sidecars of the files. Its memory is fixed: when it falls
 * behind, pieces go without terms, and are searched whole. Nobody ever waits for it while packets
 * come; who records recorded traffic may. Any thread.
 */
public final class LiveIndex implements AutoCloseable {
  /** Pieces whose terms may be under way. */
  private static final int PIECES = 16;

  /** As all that there are may be with pieces which wait for this one. */
  private static final long LONGEST_WAIT_NANOS = 2_000_000_000;

  private final Consumer<String> log;
  private final Runnable yieldPriority;
  private final boolean waits;
  private final ArrayDeque<PieceTerms> free = new ArrayDeque<>(PIECES);
  private final ArrayDeque<Runnable> jobs = new ArrayDeque<>();
  private final List<FileIndex> files = new ArrayList<>();
  private final LongAdder holes = new LongAdder();
  private final LongAdder made = new LongAdder();
  private final LongAdder notMade = new LongAdder();
  private final Thread thread;
  private boolean ended;
  private boolean hasSaidFailure;

  /**
   * Starts the thread.
   *
   * @param log takes one line, from any thread
   * @param yieldPriority run by the thread first, to lower its priority
   * @param waits true if pieces wait until there is room for their terms, within reason
   */
  public LiveIndex(Consumer<String> log, Runnable yieldPriority, boolean waits) {
    this.waits = waits;
    this.log = log;
    this.yieldPriority = yieldPriority;
    for (int i = 0; i < PIECES; i++) {
      free.add(new PieceTerms(this::takeBack));
    }
    thread = Thread.ofPlatform().daemon().name("gotm-index").start(this::run);
  }

  /** A collector for one thread. */
  public TermCollector collector() {
    return new TermCollector(this::take, this::pieceFailed);
  }

  /** Begins the index of a file that was just made; null if it can have none. */
  public FileIndex open(Path current) {
    try {
      FileIndex file = new FileIndex(this, current, Sidecar.ofCurrent(current));
      submit(() -> files.add(file));
      return file;
    } catch (IOException e) {
      say("%s will have no index: %s; gotm index makes one".formatted(current, Reason.withFile(e)));
      return null;
    }
  }

  /** Room for the terms of a piece, or null. */
  private PieceTerms take() {
    long deadline = System.nanoTime() + LONGEST_WAIT_NANOS;
    synchronized (jobs) {
      try {
        long left = LONGEST_WAIT_NANOS;
        while (waits && free.isEmpty() && !ended && left > 0) {
          TimeUnit.NANOSECONDS.timedWait(jobs, left);
          left = deadline - System.nanoTime();
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
      return free.poll();
    }
  }

  private void takeBack(PieceTerms piece) {
    synchronized (jobs) {
      free.add(piece);
      jobs.notifyAll();
    }
  }

  /** False if nothing is done any more. */
  boolean submit(Runnable job) {
    boolean tooLate;
    synchronized (jobs) {
      tooLate = ended;
      if (!tooLate) {
        jobs.add(job);
        jobs.notifyAll();
      }
    }
    if (tooLate && job instanceof PieceTerms piece) {
      piece.release();
    }
    return !tooLate;
  }

  private void run() {
    try {
      yieldPriority.run();
      for (Runnable job; (job = next()) != null; ) {
        job.run();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // abandoned: this thread ends
    } catch (Throwable e) {
      say(
          "packets are recorded without an index from now on: %s; gotm index makes it later"
              .formatted(e));
    } finally {
      end();
    }
  }

  /** The next job; null when there is none and no more comes. */
  private Runnable next() throws InterruptedException {
    synchronized (jobs) {
      while (jobs.isEmpty() && !ended) {
        jobs.wait();
      }
      return jobs.poll();
    }
  }

  private void end() {
    synchronized (jobs) {
      ended = true;
      jobs.clear();
    }
    List.copyOf(files).forEach(FileIndex::discard);
  }

  /** That piece is searched whole, and perhaps more like it: said once. Any thread. */
  private void pieceFailed(Throwable reason) {
    synchronized (jobs) {
      if (hasSaidFailure) {
        return;
      }
      hasSaidFailure = true;
    }
    say("a piece of a file goes without its terms in the index: " + reason);
  }

  void say(String line) {
    log.accept(line);
  }

  /** Files that are written at once share the memory. The thread of the index. */
  int pairsOfFile() {
    return GroupEncoder.MOST_PAIRS / Math.max(1, files.size());
  }

  /** The thread of the index. */
  void forget(FileIndex file) {
    files.remove(file);
  }

  void countHole() {
    holes.increment();
  }

  void countFile(boolean isMade) {
    (isMade ? made : notMade).increment();
  }

  /**
   * Makes what was indexed so far readable by others, as far as that is worth it.
   *
   * @param millis how long to wait for it at most
   * @return false if it takes longer: what is not readable yet is searched whole
   */
  public boolean checkpoint(long millis) throws InterruptedException {
    CountDownLatch done = new CountDownLatch(1);
    boolean isUnderWay =
        submit(
            () -> {
              List.copyOf(files).forEach(FileIndex::checkpoint);
              done.countDown();
            });
    return isUnderWay && done.await(millis, TimeUnit.MILLISECONDS);
  }

  /** Pieces that were recorded without their terms, and are searched whole. */
  public long piecesWithoutTerms() {
    return holes.sum();
  }

  /** Files that have their sidecar. */
  public long filesIndexed() {
    return made.sum();
  }

  /** Files that were to have one, and do not. */
  public long filesNotIndexed() {
    return notMade.sum();
  }

  /** Waits until all that was submitted is done, or somebody calls {@link #close}. */
  public void finish() throws InterruptedException {
    synchronized (jobs) {
      ended = true;
      jobs.notifyAll();
    }
    thread.join();
  }

  /** Ends at once; files that are not finished get no sidecar. */
  @Override
  public void close() {
    thread.interrupt();
  }
}
