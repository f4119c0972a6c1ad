package org.gotm.core.chunk;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import org.gotm.core.capture.Ledger;
import org.gotm.core.flow.BatchFlows;
import org.gotm.core.packet.LinkType;
import org.gotm.core.pcapfile.RecordFormat;
import org.gotm.core.pcapfile.TimestampPrecision;
import org.gotm.core.source.PacketBatch;

/** A pool, an appender and a sink that collects chunks, with packets to put into them. */
final class ChunkTestbed implements ChunkSink {
  static final long SECOND = 1_000_000_000L;
  static final int CHUNK_LENGTH = Chunk.MIN_CAPACITY;
  static final int WORKER = 3;

  /** One record of a chunk, taken apart. */
  record Record(long seconds, int fraction, int wireLength, byte[] bytes) {}

  final Ledger ledger = new Ledger();
  final ChunkPool pool;
  final List<Chunk> handedOver = new ArrayList<>();
  RuntimeException failure;
  private final PacketBatch batch = new PacketBatch(1);

  ChunkTestbed(int chunks) {
    pool = new ChunkPool(chunks, CHUNK_LENGTH, Arena.ofAuto());
  }

  static ChunkAppender.Options options() {
    return options(TimestampPrecision.NANO, 262144);
  }

  static ChunkAppender.Options options(TimestampPrecision precision, int snaplen) {
    return new ChunkAppender.Options(
        WORKER, LinkType.ETHERNET, RecordFormat.pcap(precision, snaplen), SECOND, 0, false);
  }

  static ChunkAppender.Options waiting() {
    return new ChunkAppender.Options(
        WORKER, LinkType.ETHERNET, RecordFormat.pcap(), SECOND, 0, true);
  }

  static ChunkAppender.Options fileSpan(long nanos) {
    return new ChunkAppender.Options(
        WORKER, LinkType.ETHERNET, RecordFormat.pcap(), SECOND, nanos, false);
  }

  ChunkAppender appender(ChunkAppender.Options options) {
    return new ChunkAppender(options, pool, this, ledger);
  }

  @Override
  public void accept(Chunk chunk) {
    if (failure != null) {
      throw failure;
    }
    handedOver.add(chunk);
  }

  /** Gives all chunks that were handed over back to the pool. */
  void releaseAll() {
    handedOver.forEach(pool::release);
    handedOver.clear();
  }

  /** Bytes that all differ from their neighbours. */
  static byte[] packet(int length) {
    byte[] packet = new byte[length];
    for (int i = 0; i < length; i++) {
      packet[i] = (byte) (i * 7 + length);
    }
    return packet;
  }

  boolean append(ChunkAppender appender, byte[] packet, long nanos) {
    return append(appender, packet, packet.length, nanos, 0);
  }

  boolean append(ChunkAppender appender, byte[] packet, int wireLength, long nanos, int vlanTag) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment memory = arena.allocate(packet.length + 64L);
      MemorySegment.copy(packet, 0, memory, JAVA_BYTE, 32, packet.length);
      batch.clear(memory);
      batch.add(32, packet.length, wireLength, nanos, vlanTag);
      return appender.accept(batch, 0, BatchFlows.none());
    }
  }

  /** All records of the chunks handed over so far. */
  List<Record> records() {
    List<Record> records = new ArrayList<>();
    for (Chunk chunk : handedOver) {
      int before = records.size();
      addRecords(chunk, records);
      if (records.size() - before != chunk.packets()) {
        throw new AssertionError("packets=%d: not as many records".formatted(chunk.packets()));
      }
    }
    return records;
  }

  private static void addRecords(Chunk chunk, List<Record> records) {
    ByteBuffer buffer = chunk.buffer().slice().order(ByteOrder.nativeOrder());
    while (buffer.hasRemaining()) {
      long seconds = Integer.toUnsignedLong(buffer.getInt());
      int fraction = buffer.getInt();
      byte[] bytes = new byte[buffer.getInt()];
      int wireLength = buffer.getInt();
      buffer.get(bytes);
      records.add(new Record(seconds, fraction, wireLength, bytes));
    }
  }
}
