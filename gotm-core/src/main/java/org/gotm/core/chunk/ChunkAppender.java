package org.gotm.core.chunk;

import org.gotm.core.capture.Counter;
import org.gotm.core.capture.Ledger;
import org.gotm.core.capture.PacketSink;
import org.gotm.core.flow.BatchFlows;
import org.gotm.core.pcapfile.TimestampPrecision;
import org.gotm.core.source.PacketBatch;

/**
 * The worker's end of the output: copies each kept packet into the current chunk and hands the
 * chunk over when it is full or has waited long enough. Hot path. One thread: the worker's.
 *
 * <p>When no chunk is free a live worker loses the packet, so that it never stops reading the ring;
 * a reader of files waits.
 */
public final class ChunkAppender implements PacketSink {
  private final Options options;
  private final ChunkPool pool;
  private final ChunkSink sink;
  private final Ledger ledger;
  private final int nanosPerUnit;
  private final int snaplen;
  private final FileAlignment alignment = new FileAlignment();
  private Chunk chunk;
  private long chunkBeganNanos;
  private boolean hasNewChunk;
  private boolean startsFile;
  private long fileEndNanos = Long.MIN_VALUE;

  /**
   * What an appender needs to know.
   *
   * @param worker number of the worker, written into each chunk
   * @param linkType LINKTYPE_ value of the packets
   * @param precision of the records' time stamps
   * @param snaplen bytes of a packet to keep
   * @param flushNanos how long a packet may wait in a chunk that does not fill
   * @param fileSpanNanos packet time after which a new file is due; 0 when files rotate by the
   *     clock
   * @param waitForChunk true to wait when no chunk is free, false to lose the packet
   */
  public record Options(
      int worker,
      int linkType,
      TimestampPrecision precision,
      int snaplen,
      long flushNanos,
      long fileSpanNanos,
      boolean waitForChunk) {}

  /** An appender that writes its chunks off to {@code ledger}. */
  public ChunkAppender(Options options, ChunkPool pool, ChunkSink sink, Ledger ledger) {
    this.options = options;
    this.pool = pool;
    this.sink = sink;
    this.ledger = ledger;
    this.nanosPerUnit = options.precision().nanosPerUnit();
    this.snaplen = options.snaplen();
  }

  @Override
  public boolean accept(PacketBatch batch, int index, BatchFlows flows) {
    if (options.fileSpanNanos() != 0 && batch.timestampsNanos[index] >= fileEndNanos) {
      startFile(batch.timestampsNanos[index]);
    }
    Chunk current = chunk;
    if (current != null && current.append(batch, index, snaplen, nanosPerUnit)) {
      return true;
    }
    return acceptInNewChunk(batch, index);
  }

  private boolean acceptInNewChunk(PacketBatch batch, int index) {
    handOver();
    Chunk fresh = options.waitForChunk() ? takeWaiting() : pool.tryTake();
    if (fresh == null) {
      return false;
    }
    fresh.begin(options.worker(), options.linkType(), ledger, alignment);
    if (!fresh.append(batch, index, snaplen, nanosPerUnit)) {
      pool.release(fresh); // a packet that fits into no chunk
      return false;
    }
    if (startsFile) {
      fresh.setStartsFile();
      startsFile = false;
    }
    chunk = fresh;
    hasNewChunk = true;
    return true;
  }

  private void startFile(long timestampNanos) {
    long span = options.fileSpanNanos();
    if (fileEndNanos == Long.MIN_VALUE) {
      fileEndNanos = timestampNanos + span;
      return;
    }
    handOver();
    startsFile = true;
    fileEndNanos += (timestampNanos - fileEndNanos) / span * span + span;
  }

  private Chunk takeWaiting() {
    try {
      return pool.take();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return null;
    }
  }

  @Override
  public void tick(long nowNanos) {
    if (hasNewChunk) {
      hasNewChunk = false;
      chunkBeganNanos = nowNanos;
    } else if (chunk != null && nowNanos - chunkBeganNanos >= options.flushNanos()) {
      handOver();
    }
  }

  @Override
  public void finish() {
    handOver();
  }

  private void handOver() {
    if (chunk == null) {
      return;
    }
    Chunk full = chunk;
    chunk = null;
    alignment.add(full.length());
    try {
      sink.accept(full);
    } catch (Throwable e) {
      ledger.add(Counter.LOST_OUTPUT_FULL, full.packets());
      pool.release(full);
      throw e;
    }
  }
}
