package org.gotm.store;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.SplittableRandom;
import org.gotm.core.capture.Counter;
import org.gotm.core.capture.Ledger;
import org.gotm.core.chunk.ChunkAppender;
import org.gotm.core.chunk.ChunkPool;
import org.gotm.core.chunk.ChunkSink;
import org.gotm.core.flow.BatchFlows;
import org.gotm.core.packet.LinkType;
import org.gotm.core.pcapfile.PcapHeaderLayout;
import org.gotm.core.pcapfile.RecordFormat;
import org.gotm.core.pcapfile.TimestampPrecision;
import org.gotm.core.source.PacketBatch;

/**
 * A worker that sends packets which a reader can tell apart: Ethernet of EtherType 88b5, then the
 * worker's number and the packet's, four bytes each, then noise. One thread.
 */
public final class TestWorker {
  static final int HEADER_LENGTH = 14;
  static final long FLUSH_NANOS = 1_000_000_000;
  private static final ValueLayout.OfInt INT =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);
  private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED;

  final Ledger ledger = new Ledger();
  private final int number;
  private final ChunkAppender appender;
  private final PacketBatch batch = new PacketBatch(1);
  private final MemorySegment packet = Arena.ofAuto().allocate(65536 + Long.BYTES);
  private final SplittableRandom random = new SplittableRandom(1);
  private int sent;

  /** A worker on Ethernet with nanoseconds that waits for a chunk when there is none. */
  public TestWorker(int number, ChunkPool pool, ChunkSink sink) {
    this(number, pool, sink, LinkType.ETHERNET, 0, true, TimestampPrecision.NANO);
  }

  /** A worker like that, whose files are due by packet time. */
  public static TestWorker withFileSpan(
      int number, ChunkPool pool, ChunkSink sink, long fileSpanNanos) {
    return new TestWorker(
        number, pool, sink, LinkType.ETHERNET, fileSpanNanos, true, TimestampPrecision.NANO);
  }

  TestWorker(
      int number,
      ChunkPool pool,
      ChunkSink sink,
      int linkType,
      long fileSpanNanos,
      boolean waits,
      TimestampPrecision precision) {
    this.number = number;
    var options =
        new ChunkAppender.Options(
            number,
            linkType,
            RecordFormat.pcap(precision, PcapHeaderLayout.MAX_SNAPLEN),
            FLUSH_NANOS,
            fileSpanNanos,
            waits);
    appender = new ChunkAppender(options, pool, sink, ledger);
    packet.asSlice(0, 12).fill((byte) 2);
    packet.set(INT, 12, 0x88b5_0000);
    packet.set(INT, HEADER_LENGTH, number);
  }

  /** Sends the next packet; it is kept, if there is room. */
  public void send(long timestampNanos, int length) {
    packet.set(INT, HEADER_LENGTH + 4, sent++);
    for (int at = HEADER_LENGTH + 8; at < length; at += Long.BYTES) {
      packet.set(LONG, at, random.nextLong());
    }
    batch.clear(packet);
    batch.add(0, length, length, timestampNanos, 0);
    boolean taken = appender.accept(batch, 0, BatchFlows.none());
    ledger.add(Counter.RECEIVED, 1);
    ledger.add(Counter.DELIVERED, 1);
    ledger.add(Counter.LOST_OUTPUT_FULL, taken ? 0 : 1);
    ledger.add(Counter.KEPT, 1);
  }

  /** Sends packets of one length, a microsecond apart. */
  void sendMany(int count, long firstTimestampNanos, int length) {
    for (int i = 0; i < count; i++) {
      send(firstTimestampNanos + i * 1000L, length);
    }
  }

  /** Hands over what was sent. */
  public void flush() {
    appender.finish();
  }

  /** The account of the worker. */
  public Ledger ledger() {
    return ledger;
  }

  int number() {
    return number;
  }

  /** Packets sent. */
  int sent() {
    return sent;
  }
}
