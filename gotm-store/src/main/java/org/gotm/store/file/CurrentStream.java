package org.gotm.store.file;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.WritableByteChannel;
import java.util.function.LongSupplier;
import org.gotm.core.capture.Counter;
import org.gotm.core.failure.Reason;
import org.gotm.store.compress.Piece;
import org.gotm.store.compress.Trailer;

/**
 * A series as one stream, such as standard output: each piece goes there as it comes. A stream that
 * has failed within a record is of no use any more: all that comes then is lost. One thread.
 */
public final class CurrentStream implements SeriesOutput {
  /** What a reader must take for others to see that it reads. */
  private static final int SLICE_LENGTH = 64 << 10;

  private final WritableByteChannel channel;
  private final FileHeader header;
  private final IntervalLedger interval;
  private final FileCounters counters;
  private final LongSupplier epochNanos;
  private final Trailer trailer;
  private long length;
  private int described;
  private boolean begun;
  private volatile String failure;

  /**
   * A stream of which nothing is written yet.
   *
   * @param channel to write to; whoever closes it ends a write that waits for a reader
   * @param epochNanos the clock, nanoseconds since 1970
   */
  public CurrentStream(
      WritableByteChannel channel,
      FileHeader header,
      IntervalLedger interval,
      FileCounters counters,
      LongSupplier epochNanos) {
    this.channel = channel;
    this.header = header;
    this.interval = interval;
    this.counters = counters;
    this.epochNanos = epochNanos;
    this.trailer = header.trailer(Arena.ofAuto());
  }

  @Override
  public void open(long nowNanos) {
    // the first bytes may have to wait for a reader, so the output thread writes them
  }

  @Override
  public void openIfMissing(long nowNanos) {
    if (!begun) {
      begun = true;
      FileHeader.Start start = header.start();
      described = start.interfaces();
      write(start.part());
    }
  }

  @Override
  public void append(Piece piece, long nowNanos) {
    openIfMissing(nowNanos);
    if (header.hasMoreThan(described)) {
      int from = described;
      described = header.interfaces();
      write(header.more(from, described));
    }
    trailer.add(piece.length(), piece.totals().plainLength());
    if (write(piece.memory().asSlice(piece.begin(), piece.length()))) {
      piece.totals().book(Counter.WRITTEN);
    } else {
      lose(piece);
    }
  }

  private void write(FileHeader.Part part) {
    trailer.add(part.bytes().byteSize(), part.plainLength());
    write(part.bytes());
  }

  /** Writes all of it, or nothing more for ever. */
  private boolean write(MemorySegment bytes) {
    try {
      ByteBuffer all = bytes.asByteBuffer();
      int end = all.limit();
      while (failure == null && all.position() < end) {
        all.limit(Math.min(end, all.position() + SLICE_LENGTH));
        int n = channel.write(all);
        length += n;
        counters.bytesWritten.add(n);
      }
    } catch (ClosedChannelException e) {
      fail("nobody reads it, and what was left is lost");
    } catch (IOException e) {
      fail(Reason.of(e));
    }
    return failure == null;
  }

  private void fail(String reason) {
    counters.writeErrors.increment();
    failure = "write=-: standard output cannot be written to any more: " + reason;
  }

  @Override
  public void lose(Piece piece) {
    piece.totals().book(Counter.LOST_WRITE_ERROR);
  }

  @Override
  public long length() {
    return length;
  }

  @Override
  public long room() {
    return Long.MAX_VALUE;
  }

  @Override
  public long roomOfNewFile() {
    return Long.MAX_VALUE;
  }

  @Override
  public long flushDueIn(long nowNanos) {
    return Long.MAX_VALUE;
  }

  @Override
  public void flushIfDue(long nowNanos) {
    // nothing waits
  }

  @Override
  public void flush(long nowNanos) {
    // nothing waits
  }

  @Override
  public void rotate(long nowNanos) {
    // there is one stream
  }

  @Override
  public void finish(long nowNanos) {
    FileHeader.Part end = header.end(interval.take(epochNanos.getAsLong()), described);
    if (end != null) {
      write(end);
    }
    trailer.parts().forEach(this::write);
  }

  @Override
  public void abandon(long nowNanos) {
    // what was written is out of hand
  }

  @Override
  public void lose() {
    // nothing waits
  }

  @Override
  public void secure() {
    // a stream has no disk
  }

  @Override
  public String failure() {
    return failure;
  }
}
