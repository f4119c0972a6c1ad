package org.gotm.store.order;

import org.gotm.core.capture.Counter;
import org.gotm.core.capture.Ledger;
import org.gotm.core.chunk.Chunk;
import org.gotm.core.pcapfile.RecordFormat;

/**
 * The chunks of one worker that wait to be merged, in their order, with a place in the first of
 * them. One thread.
 */
final class WorkerFeed {

  private final int worker;
  private final Ledger ledger;
  private final RecordFormat format;
  private final Chunk[] chunks;
  private final long[] arrivals;
  private int head;
  private int size;
  private int offset;
  private int packetsLeft;
  private long time;
  private long received;
  private int filesStarted;

  /** A feed that can hold all of a pool's chunks. */
  WorkerFeed(int worker, Ledger ledger, int poolSize, RecordFormat format) {
    this.worker = worker;
    this.ledger = ledger;
    this.format = format;
    int length = Integer.highestOneBit(poolSize) << 1;
    chunks = new Chunk[length];
    arrivals = new long[length];
  }

  /** Number of the worker. */
  int worker() {
    return worker;
  }

  /** The account of the worker. */
  Ledger ledger() {
    return ledger;
  }

  /** Appends a chunk that came at {@code nowNanos}. */
  void add(Chunk chunk, long nowNanos) {
    int at = head + size++ & chunks.length - 1;
    chunks[at] = chunk;
    arrivals[at] = nowNanos;
    received += chunk.packets();
    if (size == 1) {
      begin();
    }
  }

  /** Takes note of packets that did not need to wait here. */
  void passed(int packets) {
    received += packets;
  }

  private void begin() {
    offset = chunks[head].begin();
    packetsLeft = chunks[head].packets();
    filesStarted += chunks[head].startsFile() ? 1 : 0;
    time = format.timeKeyAt(chunks[head].memory(), offset);
  }

  /** True when there is no record. */
  boolean isEmpty() {
    return size == 0;
  }

  /** The chunk that the next record is in. */
  Chunk chunk() {
    return chunks[head];
  }

  /** Where in its chunk the next record is. */
  int offset() {
    return offset;
  }

  /** Records from the next one to the end of its chunk. */
  int packetsLeft() {
    return packetsLeft;
  }

  /** How often a new file was due by this worker's chunks, up to the next record. */
  int filesStarted() {
    return filesStarted;
  }

  /** When the chunk of the next record came. */
  long arrivalNanos() {
    return arrivals[head];
  }

  /** True when the next record comes before that of another feed. */
  boolean isBefore(WorkerFeed other) {
    int order = Long.compareUnsigned(time, other.time);
    return order < 0 || order == 0 && worker < other.worker;
  }

  /** True when a record of this worker with that time comes before the next one of another feed. */
  boolean isBefore(long recordTime, WorkerFeed other) {
    int order = Long.compareUnsigned(recordTime, other.time);
    return order < 0 || order == 0 && worker < other.worker;
  }

  /**
   * Moves on by some records.
   *
   * @return the chunk if it has no more records; it is the caller's now
   */
  Chunk advance(int bytes, int packets) {
    offset += bytes;
    packetsLeft -= packets;
    Chunk chunk = chunks[head];
    if (packetsLeft > 0) {
      time = format.timeKeyAt(chunk.memory(), offset);
      return null;
    }
    return remove();
  }

  /** Takes out the first chunk, whatever is left in it. */
  Chunk remove() {
    Chunk chunk = chunks[head];
    chunks[head] = null;
    head = head + 1 & chunks.length - 1;
    size--;
    if (size > 0) {
      begin();
    }
    return chunk;
  }

  /** True when the worker has nothing but what was merged already, as far as its account tells. */
  boolean isDrained() {
    return size == 0 && ledger.get(Counter.KEPT) - ledger.get(Counter.LOST_OUTPUT_FULL) == received;
  }
}
