package org.gotm.core.chunk;

import java.util.Optional;
import java.util.function.LongUnaryOperator;
import org.gotm.core.capture.Counter;
import org.gotm.core.capture.Ledger;
import org.gotm.core.capture.PacketSink;
import org.gotm.core.flow.BatchFlows;
import org.gotm.core.pcapfile.InterfaceDescription;
import org.gotm.core.pcapfile.RecordFormat;
import org.gotm.core.pcapfile.RecordWriter;
import org.gotm.core.source.PacketBatch;

/**
 * The worker's end of the output: copies each kept packet into the current chunk and hands the
 * chunk over when it is full or has waited long enough. Hot path. One thread: the worker's.
 *
 * <p>When no chunk is free a live worker loses the packet, so that it never stops reading the ring;
 * a reader of files waits.
 */
public final class ChunkAppender implements PacketSink {
  /** The longest span of packet time a file, about 73 years: sums with packet times stay longs. */
  public static final long MAX_FILE_SPAN_NANOS = Long.MAX_VALUE / 4;

  /** A block of a ring that is not full comes after a while: with the first poll, or the second. */
  private static final int EMPTY_POLLS = 2;

  private final Options options;
  private final ChunkPool pool;
  private final ChunkSink sink;
  private final Ledger ledger;
  private final RecordWriter writer;
  private final long fileSpanNanos;
  private final FileAlignment alignment = new FileAlignment();
  private Chunk chunk;
  private long chunkBeganNanos;
  private boolean hasNewChunk;
  private boolean startsFile;
  private boolean hasFile;
  private long fileEndNanos;
  private long batchNanos;
  private int emptyPolls;
  private volatile long showAsked = Long.MIN_VALUE;
  private volatile long shown = Long.MAX_VALUE;

  /**
   * What an appender needs to know.
   *
   * @param worker number of the worker, written into each chunk
   * @param linkType LINKTYPE_ value of the packets
   * @param writer of the records, this worker's alone
   * @param flushNanos how long a packet may wait in a chunk that does not fill
   * @param fileSpanNanos packet time after which a new file is due, also when time goes back by
   *     more; 0 when files rotate by the clock, at most {@link #MAX_FILE_SPAN_NANOS}
   * @param alignedEnd when the file of a time ends if that is at certain times of the day, both in
   *     nanoseconds since 1970
   * @param waitForChunk true to wait when no chunk is free, false to lose the packet
   */
  public record Options(
      int worker,
      int linkType,
      RecordWriter writer,
      long flushNanos,
      long fileSpanNanos,
      Optional<LongUnaryOperator> alignedEnd,
      boolean waitForChunk) {
    /** Checks the span. */
    public Options {
      if (fileSpanNanos < 0 || fileSpanNanos > MAX_FILE_SPAN_NANOS) {
        throw new IllegalArgumentException("fileSpanNanos=%d".formatted(fileSpanNanos));
      }
    }

    /** Those of a worker on an interface that no file describes. */
    public Options(
        int worker,
        int linkType,
        RecordFormat format,
        long flushNanos,
        long fileSpanNanos,
        boolean waitForChunk) {
      this(
          worker,
          linkType,
          format.writer(new InterfaceDescription("", linkType), 0, worker),
          flushNanos,
          fileSpanNanos,
          Optional.empty(),
          waitForChunk);
    }
  }

  /** An appender that writes its chunks off to {@code ledger}. */
  public ChunkAppender(Options options, ChunkPool pool, ChunkSink sink, Ledger ledger) {
    this.options = options;
    this.pool = pool;
    this.sink = sink;
    this.ledger = ledger;
    this.writer = options.writer();
    this.fileSpanNanos = options.fileSpanNanos();
  }

  @Override
  public boolean accept(PacketBatch batch, int index, BatchFlows flows) {
    if (fileSpanNanos != 0 && !isInFile(batch.timestampsNanos[index])) {
      startFile(batch.timestampsNanos[index]);
    }
    Chunk current = chunk;
    if (current != null && current.append(batch, index, writer)) {
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
    if (!fresh.append(batch, index, writer)) {
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

  /** True within the span of the file, or before it by less than a span: packets change places. */
  private boolean isInFile(long timestampNanos) {
    long sinceEarliest = timestampNanos - (fileEndNanos - 2 * fileSpanNanos);
    return hasFile && sinceEarliest >= 0 && sinceEarliest < 2 * fileSpanNanos;
  }

  /** The first file, the next one, or one that starts anew because time has gone far back. */
  private void startFile(long timestampNanos) {
    fileEndNanos =
        options.alignedEnd().isPresent()
            ? options.alignedEnd().get().applyAsLong(timestampNanos)
            : fileEnd(timestampNanos);
    if (hasFile) {
      handOver();
      startsFile = true;
    }
    hasFile = true;
  }

  private long fileEnd(long timestampNanos) {
    long span = fileSpanNanos;
    return !hasFile || timestampNanos < fileEndNanos
        ? timestampNanos + span
        : fileEndNanos + (timestampNanos - fileEndNanos) / span * span + span;
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
  public void endBatch(PacketBatch batch, BatchFlows flows) {
    batchNanos = batch.timestampsNanos[batch.count() - 1];
    emptyPolls = 0;
  }

  /**
   * Asks for all packets up to a time to be handed over as soon as they are taken from the source.
   * Any thread.
   *
   * @param epochNanos on the clock of the packets, nanoseconds since 1970
   */
  public synchronized void show(long epochNanos) {
    showAsked = Math.max(showAsked, epochNanos);
  }

  /** True when that is done, or no worker has packets. Any thread. */
  public boolean hasShown(long epochNanos) {
    return shown >= epochNanos;
  }

  /** A packet of that time can be in the ring no more when later ones came from it, or none. */
  private boolean hasAllUpTo(long epochNanos) {
    return batchNanos >= epochNanos || emptyPolls >= EMPTY_POLLS || options.waitForChunk();
  }

  private void showIfAsked() {
    long asked = showAsked;
    if (shown == Long.MAX_VALUE) {
      shown = Long.MIN_VALUE; // a worker has begun
    }
    if (asked > shown && hasAllUpTo(asked)) {
      handOver();
      shown = asked;
    }
    emptyPolls++;
  }

  @Override
  public void tick(long nowNanos) {
    showIfAsked();
    writer.setDrops(ledger.get(Counter.DROPPED) + ledger.get(Counter.INTERFACE_DROPPED));
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
    shown = Long.MAX_VALUE; // until a worker begins anew
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
