package org.gotm.ffm.snf;

import java.lang.foreign.MemorySegment;
import java.time.Instant;
import java.util.function.LongSupplier;
import org.gotm.core.source.BatchHandler;
import org.gotm.core.source.PacketBatch;
import org.gotm.core.source.PacketSourceException;

/**
 * Hands packets of a ring to a handler, where they lie, and counts them. Hot path. One thread.
 *
 * <p>Packets die when the next call to the library is entered. So a batch can reach them only while
 * the handler is called: before that it points at none, and after it, whether the handler comes
 * back or throws, it is emptied and has no memory; only then {@link #handOver} returns and the next
 * call can be made. Nothing but the batch leads to the packets: their segment is all of memory, and
 * an offset in it an address, because a segment of each packet's own would be an object a packet.
 */
final class SnfHandover {
  /** The host's clock in nanoseconds since 1970 UTC. */
  static final LongSupplier HOST_CLOCK = SnfHandover::hostNanos;

  private static final MemorySegment MEMORY = MemorySegment.NULL.reinterpret(Long.MAX_VALUE);
  private static final long NANOS_A_SECOND = 1_000_000_000;

  private final String name;
  private final LongSupplier hostClock;
  private final PacketBatch batch = new PacketBatch(PacketBatch.DEFAULT_CAPACITY);
  private long lastTimestampNanos;
  private long packets;
  private long bytes;
  private long unstamped;

  /** Nothing handed over yet; the clock is for packets that the NIC has not stamped. */
  SnfHandover(String name, LongSupplier hostClock) {
    this.name = name;
    this.hostClock = hostClock;
  }

  private static long hostNanos() {
    Instant now = Instant.now();
    return now.getEpochSecond() * NANOS_A_SECOND + now.getNano();
  }

  /** Begins a batch. */
  void begin() {
    batch.clear(MEMORY);
  }

  /**
   * Puts a packet into the batch; SNF has no snapshot length, a packet is there as a whole.
   *
   * @param space bytes it takes in the ring; not believed if less than its length
   * @param timestampNanos 0 if the NIC has not stamped it
   */
  void add(long address, int length, int space, long timestampNanos) {
    if (address == 0 || length < 0) {
      batch.clear(MemorySegment.NULL);
      throw new PacketSourceException(
          "interface=%s: libsnf gives a packet of %s bytes at address %d: its structures are not those of SNFv3; use -capture pcap with the vendor's libpcap"
              .formatted(name, Integer.toUnsignedString(length), address));
    }
    long timestamp = timestampNanos == 0 ? stamp() : timestampNanos;
    lastTimestampNanos = timestamp;
    bytes += Math.max(length, space);
    batch.add(address, length, length, timestamp, 0);
  }

  /** The host's time, but never before the packet that came last. */
  private long stamp() {
    unstamped++;
    return Math.max(hostClock.getAsLong(), lastTimestampNanos);
  }

  /** Hands the batch over. Its packets may die when this returns or throws. */
  void handOver(BatchHandler handler) {
    packets += batch.count();
    try {
      handler.onBatch(batch);
    } finally {
      batch.clear(MemorySegment.NULL);
    }
  }

  /** Packets handed over. */
  long packets() {
    return packets;
  }

  /** Bytes that these packets took in the ring. */
  long bytes() {
    return bytes;
  }

  /** How many packets the NIC had not stamped. */
  long unstamped() {
    return unstamped;
  }
}
