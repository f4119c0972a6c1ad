package org.gotm.store.order;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import org.gotm.core.capture.Counter;
import org.gotm.core.capture.Ledger;
import org.gotm.core.chunk.Chunk;
import org.gotm.core.chunk.ChunkPool;
import org.gotm.core.pcapfile.RecordFormat;

/**
 * Brings the records of several workers into the order of their time stamps. A worker's own order
 * is never changed, and records of the same time come by the number of their worker.
 *
 * <p>The merge waits for a worker that has no chunk here, but never longer than a window: then, and
 * when chunks run short, it goes on without. It never holds up a worker.
 *
 * <p>Use: {@link #next}, copy the run, {@link #taken}, again and again. One thread.
 */
public final class TimeMerge {
  /** How long a worker with nothing in memory may take to show packets that its ring has. */
  private static final long RING_NANOS = 200_000_000;

  private final ChunkPool pool;
  private final long windowNanos;
  private final RecordFormat format;
  private final Run run;
  private WorkerFeed[] feeds = {};
  private WorkerFeed chosen;
  private WorkerFeed second;
  private int filesStarted;

  /**
   * A merge of no worker yet.
   *
   * @param flushNanos how long a worker may keep a chunk that does not fill
   * @param format of the records
   */
  public TimeMerge(ChunkPool pool, long flushNanos, RecordFormat format) {
    this.pool = pool;
    this.windowNanos = flushNanos + RING_NANOS;
    this.format = format;
    this.run = new Run(format);
  }

  /** Adds a worker that may have chunks; harmless when it is known. */
  public void expect(int worker, Ledger ledger) {
    feed(worker, ledger);
  }

  private WorkerFeed feed(int worker, Ledger ledger) {
    for (WorkerFeed feed : feeds) {
      if (feed.worker() == worker && feed.ledger() == ledger) {
        return feed;
      }
    }
    WorkerFeed feed = new WorkerFeed(worker, ledger, pool.size(), format);
    feeds = Arrays.copyOf(feeds, feeds.length + 1);
    feeds[feeds.length - 1] = feed;
    return feed;
  }

  /** How many workers there are. */
  public int workers() {
    return feeds.length;
  }

  /**
   * Learns from a chunk that was not merged, because its worker is the only one.
   *
   * @return false if it is not, and the chunk must be merged after all
   */
  public boolean passes(Chunk chunk) {
    WorkerFeed feed = feed(chunk.worker(), chunk.ledger());
    if (feeds.length > 1) {
      return false;
    }
    feed.passed(chunk.packets());
    return true;
  }

  /** Takes a chunk. */
  public void add(Chunk chunk, long nowNanos) {
    feed(chunk.worker(), chunk.ledger()).add(chunk, nowNanos);
  }

  /**
   * The records that come next, as far as no other worker's belong between them.
   *
   * @param force true to wait for no worker
   * @param complete a time up to which all workers' records are here, nanoseconds since 1970
   * @return null if there is no record, or it must wait; else what is to be copied before {@link
   *     #taken}
   */
  public Run next(long nowNanos, boolean force, long complete) {
    choose();
    if (chosen == null) {
      return null;
    }
    boolean mayGo = force || mayGo(chosen, nowNanos);
    if (!mayGo && !isUpTo(complete, chosen.offset())) {
      return null;
    }
    run.begin(chosen, chosen.filesStarted() > filesStarted);
    extend(chosen.chunk(), mayGo ? Long.MAX_VALUE : complete);
    return run;
  }

  private boolean isUpTo(long nanos, long at) {
    return nanos == Long.MAX_VALUE
        || nanos != Long.MIN_VALUE && format.timestampNanosAt(chosen.chunk().memory(), at) <= nanos;
  }

  /** Finds the feed with the earliest record, and the one that is next to it. */
  private void choose() {
    chosen = null;
    second = null;
    for (WorkerFeed feed : feeds) {
      if (feed.isEmpty()) {
        continue;
      }
      if (chosen == null || feed.isBefore(chosen)) {
        second = chosen;
        chosen = feed;
      } else if (second == null || feed.isBefore(second)) {
        second = feed;
      }
    }
  }

  private void extend(Chunk chunk, long upToNanos) {
    MemorySegment memory = chunk.memory();
    int end = chunk.end();
    int at;
    while ((at = run.begin() + run.length()) < end
        && (second == null || chosen.isBefore(format.timeKeyAt(memory, at), second))
        && isUpTo(upToNanos, at)) {
      run.add();
    }
  }

  /** Moves on behind the run that {@link #next} has answered; its memory may be given back. */
  public void taken() {
    filesStarted = Math.max(filesStarted, chosen.filesStarted());
    Chunk emptied = chosen.advance(run.length(), run.packets());
    if (emptied != null) {
      pool.release(emptied);
    }
  }

  private boolean mayGo(WorkerFeed first, long nowNanos) {
    long waited = nowNanos - first.arrivalNanos();
    for (WorkerFeed feed : feeds) {
      if (feed.isEmpty() && mustWaitFor(feed, waited)) {
        return false;
      }
    }
    return true;
  }

  private boolean mustWaitFor(WorkerFeed feed, long waited) {
    return waited < windowNanos
        && !(waited >= RING_NANOS && feed.isDrained())
        && pool.inUse() <= pool.size() - (pool.size() >> 2);
  }

  /** Books all records that wait as lost, and gives their chunks back. */
  public void drop() {
    for (WorkerFeed feed : feeds) {
      while (!feed.isEmpty()) {
        feed.ledger().addShared(Counter.LOST_WRITE_ERROR, feed.packetsLeft());
        pool.release(feed.remove());
      }
    }
  }

  /** True when no record waits. */
  public boolean isEmpty() {
    for (WorkerFeed feed : feeds) {
      if (!feed.isEmpty()) {
        return false;
      }
    }
    return true;
  }
}
