package org.gotm.store.compress;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.gotm.store.api.Compression;
import org.gotm.store.api.RecordingException;
import org.gotm.store.terms.TermCollector;

/**
 * Threads that compress pieces and collect their terms, of lower priority than the workers. Any
 * thread submits; the order in which pieces become done is not defined. Allocates nothing per
 * piece: waiting is done on a monitor.
 *
 * <p>Whatever happens every piece that is submitted becomes done: when a thread fails the others go
 * on, the log says so, and when none is left pieces come back with the failure.
 */
public final class CompressorPool implements AutoCloseable {
  private final ArrayDeque<Piece> jobs = new ArrayDeque<>();
  private final List<Thread> threads = new ArrayList<>();
  private final LongAdder nanos;
  private final Runnable yieldPriority;
  private final Consumer<String> log;
  private int alive;
  private Throwable failure;

  /**
   * Starts the threads.
   *
   * @param collectors gives each thread what collects terms, or null for none
   * @param nanos is added to for the time spent compressing and collecting
   * @param yieldPriority run by each thread first, to lower its priority
   * @param log takes one line, from any thread
   * @throws RecordingException if the library for this compression cannot be loaded
   */
  public CompressorPool(
      Compression compression,
      int threadCount,
      Supplier<TermCollector> collectors,
      LongAdder nanos,
      Runnable yieldPriority,
      Consumer<String> log) {
    this.nanos = nanos;
    this.yieldPriority = yieldPriority;
    this.log = log;
    this.alive = threadCount;
    for (int i = 0; i < threadCount; i++) {
      ChunkCompressor compressor = newCompressor(compression);
      TermCollector collector = collectors.get();
      threads.add(
          Thread.ofPlatform()
              .daemon()
              .name("gotm-compressor-" + i)
              .unstarted(() -> run(compressor, collector)));
    }
    threads.forEach(Thread::start);
  }

  private static ChunkCompressor newCompressor(Compression compression) {
    try {
      return ChunkCompressor.of(compression);
    } catch (LinkageError e) {
      throw new RecordingException(
          "compress=%s: its library cannot be loaded: %s; choose another compression"
              .formatted(compression.extension().substring(1), reason(e)),
          e);
    }
  }

  /**
   * What is at the bottom of it: a library that may not be loaded fails in a static initialiser.
   */
  private static String reason(Throwable e) {
    return e.getCause() == null ? e.getMessage() : reason(e.getCause());
  }

  /** Queues a piece; it is not the caller's until it is done. */
  public void submit(Piece piece) {
    Throwable reason;
    synchronized (jobs) {
      reason = failure;
      if (reason == null) {
        jobs.add(piece);
        jobs.notify();
      }
    }
    if (reason != null) {
      piece.cancel(reason);
    }
  }

  private Piece take() throws InterruptedException {
    synchronized (jobs) {
      while (jobs.isEmpty()) {
        jobs.wait();
      }
      return jobs.remove();
    }
  }

  private void run(ChunkCompressor compressor, TermCollector collector) {
    try (compressor) {
      yieldPriority.run();
      while (true) {
        compress(compressor, collector, take());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // closed: this thread ends
    } catch (Throwable e) {
      endThread(e);
    }
  }

  private void compress(ChunkCompressor compressor, TermCollector collector, Piece piece) {
    long began = System.nanoTime();
    piece.compress(compressor, collector);
    nanos.add(System.nanoTime() - began);
  }

  private void endThread(Throwable reason) {
    int left;
    synchronized (jobs) {
      left = --alive;
    }
    if (left == 0) {
      giveBackAll(reason);
    }
    log.accept(
        "thread %s has failed, %d are left to compress: %s"
            .formatted(Thread.currentThread().getName(), left, reason));
  }

  /** True when a thread has failed. Any thread. */
  public boolean hasFailed() {
    synchronized (jobs) {
      return alive < threads.size();
    }
  }

  /** From now on pieces are given back without being compressed. */
  public void cancel() {
    giveBackAll(new CancellationException("the recording was abandoned"));
  }

  private void giveBackAll(Throwable reason) {
    List<Piece> left;
    synchronized (jobs) {
      failure = failure == null ? reason : failure;
      left = List.copyOf(jobs);
      jobs.clear();
    }
    left.forEach(piece -> piece.cancel(reason));
  }

  /** Ends the threads; no piece may be queued or under way. */
  @Override
  public void close() {
    threads.forEach(Thread::interrupt);
  }
}
