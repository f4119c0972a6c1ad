package org.gotm.store;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import org.gotm.core.capture.Counter;
import org.gotm.core.capture.Ledger;
import org.gotm.core.chunk.Chunk;
import org.gotm.core.chunk.ChunkPool;
import org.gotm.core.pcapfile.PcapRecordLayout;

/**
 * Brings the records of several workers into the order of their time stamps. A worker's own order
 * is never changed, and records of the same time come by the number of their worker.
 *
 * <p>The merge waits for a worker that has no chunk here, but never longer than a window: then, and
 * when chunks run short, it goes on without. It never holds up a worker.
 *
 * <p>Use: {@link #choose}, then {@link #copyRun}, again and again. One thread.
 */
final class TimeMerge {
  /** How long a worker with nothing in memory may take to show packets that its ring has. */
  private static final long RING_NANOS = 200_000_000;

  private final ChunkPool pool;
  private final long windowNanos;
  private final int nanosPerUnit;
  private WorkerFeed[] feeds = {};
  private WorkerFeed chosen;
  private WorkerFeed next;
  private int filesStarted;

  /**
   * A merge of no worker yet.
   *
   * @param flushNanos how long a worker may keep a chunk that does not fill
   * @param nanosPerUnit of the records' fraction of a second
   */
  TimeMerge(ChunkPool pool, long flushNanos, int nanosPerUnit) {
    this.pool = pool;
    this.windowNanos = flushNanos + RING_NANOS;
    this.nanosPerUnit = nanosPerUnit;
  }

  /** Adds a worker that may have chunks; harmless when it is known. */
  void expect(int worker, Ledger ledger) {
    feed(worker, ledger);
  }

  private WorkerFeed feed(int worker, Ledger ledger) {
    for (WorkerFeed feed : feeds) {
      if (feed.worker() == worker && feed.ledger() == ledger) {
        return feed;
      }
    }
    WorkerFeed feed = new WorkerFeed(worker, ledger, pool.size());
    feeds = Arrays.copyOf(feeds, feeds.length + 1);
    feeds[feeds.length - 1] = feed;
    return feed;
  }

  /** How many workers there are. */
  int workers() {
    return feeds.length;
  }

  /**
   * Learns from a chunk that was not merged, because its worker is the only one.
   *
   * @return false if it is not, and the chunk must be merged after all
   */
  boolean passes(Chunk chunk) {
    WorkerFeed feed = feed(chunk.worker(), chunk.ledger());
    if (feeds.length > 1) {
      return false;
    }
    feed.passed(chunk.packets());
    return true;
  }

  /** Takes a chunk. */
  void add(Chunk chunk, long nowNanos) {
    feed(chunk.worker(), chunk.ledger()).add(chunk, nowNanos);
  }

  /**
   * Chooses the earliest record.
   *
   * @param force true to wait for no worker
   * @return false if there is no record, or it must wait
   */
  boolean choose(long nowNanos, boolean force) {
    chosen = null;
    next = null;
    for (WorkerFeed feed : feeds) {
      if (feed.isEmpty()) {
        continue;
      }
      if (chosen == null || feed.isBefore(chosen)) {
        next = chosen;
        chosen = feed;
      } else if (next == null || feed.isBefore(next)) {
        next = feed;
      }
    }
    return chosen != null && (force || mayGo(chosen, nowNanos));
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

  /**
   * True when a new file is due before the chosen record. The first worker to get there starts the
   * file for all of them.
   */
  boolean takeFileStart() {
    boolean starts = chosen.filesStarted() > filesStarted;
    filesStarted = Math.max(filesStarted, chosen.filesStarted());
    return starts;
  }

  /**
   * Copies the chosen record and those after it that belong right behind it.
   *
   * @param room the most bytes to copy
   * @param atLeastOne true to copy the first record even if there is no room
   * @param tally is told of the packets
   * @return the bytes that were copied, 0 if there was no room; {@link #choose} again after others
   */
  int copyRun(RecordTarget to, long room, boolean atLeastOne, Tally tally) {
    Chunk chunk = chosen.chunk();
    MemorySegment memory = chunk.memory();
    int begin = chosen.offset();
    int end = chunk.end();
    int at = begin;
    int last = begin;
    int packets = 0;
    while (at < end
        && (packets == 0 || next == null || chosen.isBefore(WorkerFeed.timeAt(memory, at), next))) {
      int length = PcapRecordLayout.HEADER_LENGTH + PcapRecordLayout.caplen(memory, at);
      if (at + length - begin > room && !(atLeastOne && packets == 0)) {
        break;
      }
      last = at;
      at += length;
      packets++;
    }
    if (packets > 0) {
      to.append(memory, begin, at - begin);
      tally.add(
          chosen.ledger(), packets, PcapRecordLayout.timestampNanos(memory, last, nanosPerUnit));
      release(chosen.advance(at - begin, packets));
    }
    return at - begin;
  }

  private void release(Chunk chunk) {
    if (chunk != null) {
      pool.release(chunk);
    }
  }

  /** Books all records that wait as lost, and gives their chunks back. */
  void drop() {
    for (WorkerFeed feed : feeds) {
      while (!feed.isEmpty()) {
        Booking.book(feed.ledger(), Counter.LOST_WRITE_ERROR, feed.packetsLeft());
        pool.release(feed.remove());
      }
    }
  }

  /** True when no record waits. */
  boolean isEmpty() {
    for (WorkerFeed feed : feeds) {
      if (!feed.isEmpty()) {
        return false;
      }
    }
    return true;
  }
}
