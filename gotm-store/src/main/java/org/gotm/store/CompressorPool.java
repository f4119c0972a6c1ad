package org.gotm.store;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;

/**
 * Threads that compress blocks, of lower priority than the workers. Any thread submits; the order
 * in which blocks become done is not defined. Allocates nothing per block: waiting is done on a
 * monitor.
 */
final class CompressorPool implements AutoCloseable {
  private final ArrayDeque<Block> jobs = new ArrayDeque<>();
  private final List<Thread> threads = new ArrayList<>();
  private final LongAdder nanos;
  private final Runnable yieldPriority;
  private volatile boolean cancelled;

  /**
   * Starts the threads.
   *
   * @param nanos is added to for the time spent compressing
   * @param yieldPriority run by each thread first, to lower its priority
   * @throws RecordingException if the library for this compression cannot be loaded
   */
  CompressorPool(
      Compression compression, int threadCount, LongAdder nanos, Runnable yieldPriority) {
    this.nanos = nanos;
    this.yieldPriority = yieldPriority;
    for (int i = 0; i < threadCount; i++) {
      ChunkCompressor compressor = newCompressor(compression);
      threads.add(
          Thread.ofPlatform()
              .daemon()
              .name("gotm-compressor-" + i)
              .unstarted(() -> run(compressor)));
    }
    threads.forEach(Thread::start);
  }

  private static ChunkCompressor newCompressor(Compression compression) {
    try {
      return ChunkCompressor.of(compression);
    } catch (LinkageError e) {
      throw new RecordingException(
          "compress=%s: its library cannot be loaded: %s; choose another compression"
              .formatted(compression.extension().substring(1), e.getMessage()),
          e);
    }
  }

  /** Queues a block; it is not the caller's until it is done. */
  void submit(Block block) {
    synchronized (jobs) {
      jobs.add(block);
      jobs.notify();
    }
  }

  private Block take() throws InterruptedException {
    synchronized (jobs) {
      while (jobs.isEmpty()) {
        jobs.wait();
      }
      return jobs.remove();
    }
  }

  private void run(ChunkCompressor compressor) {
    try (compressor) {
      yieldPriority.run();
      while (true) {
        work(compressor, take());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // closed: this thread ends
    }
  }

  private void work(ChunkCompressor compressor, Block block) {
    if (cancelled) {
      block.cancel();
      return;
    }
    long began = System.nanoTime();
    block.compress(compressor);
    nanos.add(System.nanoTime() - began);
  }

  /** From now on blocks are given back without being compressed. */
  void cancel() {
    cancelled = true;
  }

  /** Ends the threads; no block may be queued or under way. */
  @Override
  public void close() {
    threads.forEach(Thread::interrupt);
  }
}
