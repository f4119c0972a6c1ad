package org.gotm.ffm.afpacket;

import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_SHORT_UNALIGNED;
import static org.gotm.ffm.linux.generated.linux_h.TP_STATUS_VLAN_TPID_VALID;
import static org.gotm.ffm.linux.generated.linux_h.TP_STATUS_VLAN_VALID;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.locks.LockSupport;
import org.gotm.core.packet.LinkType;
import org.gotm.core.pcapfile.PcapHeaderLayout;
import org.gotm.core.pcapfile.PcapRecordLayout;
import org.gotm.core.source.BatchHandler;
import org.gotm.core.source.PacketBatch;
import org.gotm.core.source.PacketSource;
import org.gotm.core.source.SourceStats;

/**
 * One block of a ring, made of packets that are in memory, over and over again until it is stopped:
 * no packet comes from anywhere. It runs the code of an {@link AfPacketSource}, so that the JIT
 * compiles it before the first real packet. Each poll rests a while first: the JIT counts calls,
 * and whatever runs before it has compiled takes processor time for nothing.
 */
public final class RehearsalSource implements PacketSource {
  private static final int BLOCK_LENGTH = 1 << 15;
  private static final int BATCH_CAPACITY = 8; // many calls for few packets
  private static final long REST_NANOS = 300_000;
  private static final int FRAME = 82;
  private static final int ALIGNMENT = 8;
  private static final int PACKETS_A_TAG = 16;

  private final Arena arena = Arena.ofShared();
  private final PacketBatch batch = new PacketBatch(BATCH_CAPACITY);
  private final RingBlock block;
  private long received;
  private volatile boolean stopped;

  /**
   * A source of Ethernet packets.
   *
   * @param capture a whole pcap file with nanoseconds in the byte order of this machine, of one
   *     packet at least; a block of 32 KiB is filled with its packets, over and over again
   */
  public RehearsalSource(MemorySegment capture) {
    MemorySegment memory = arena.allocate(BLOCK_LENGTH, Long.BYTES);
    copy(capture, memory);
    block = new RingBlock(memory, BLOCK_LENGTH, false);
  }

  private static void copy(MemorySegment capture, MemorySegment memory) {
    long from = PcapHeaderLayout.LENGTH;
    long at = RingLayout.BLOCK_HEADER_LENGTH;
    int packets = 0;
    while (true) {
      if (from + PcapRecordLayout.HEADER_LENGTH > capture.byteSize()) {
        from = PcapHeaderLayout.LENGTH;
      }
      int caplen = PcapRecordLayout.caplen(capture, from);
      long next = at + FRAME + caplen + ALIGNMENT - 1 & -ALIGNMENT;
      if (next > memory.byteSize()) {
        break;
      }
      int seconds = capture.get(JAVA_INT_UNALIGNED, from + PcapRecordLayout.SECONDS_OFFSET);
      int nanos = capture.get(JAVA_INT_UNALIGNED, from + PcapRecordLayout.FRACTION_OFFSET);
      memory.set(JAVA_INT_UNALIGNED, at + RingLayout.NEXT, (int) (next - at));
      memory.set(JAVA_INT_UNALIGNED, at + RingLayout.SECONDS, seconds);
      memory.set(JAVA_INT_UNALIGNED, at + RingLayout.NANOS, nanos);
      memory.set(JAVA_INT_UNALIGNED, at + RingLayout.CAPLEN, caplen);
      memory.set(JAVA_INT_UNALIGNED, at + RingLayout.WIRE_LENGTH, caplen);
      memory.set(JAVA_SHORT_UNALIGNED, at + RingLayout.FRAME, (short) FRAME);
      if (packets % PACKETS_A_TAG == 0) {
        int status = TP_STATUS_VLAN_VALID() | TP_STATUS_VLAN_TPID_VALID();
        memory.set(JAVA_INT_UNALIGNED, at + RingLayout.STATUS, status);
        memory.set(JAVA_INT_UNALIGNED, at + RingLayout.VLAN_TCI, 1);
        memory.set(JAVA_SHORT_UNALIGNED, at + RingLayout.VLAN_TPID, (short) 0x8100);
      }
      from += PcapRecordLayout.HEADER_LENGTH;
      MemorySegment.copy(capture, from, memory, at + FRAME, caplen);
      from += caplen;
      at = next;
      packets++;
    }
    memory.set(JAVA_INT_UNALIGNED, RingLayout.PACKET_COUNT, packets);
    memory.set(JAVA_INT_UNALIGNED, RingLayout.FIRST_PACKET, (int) RingLayout.BLOCK_HEADER_LENGTH);
    memory.set(JAVA_INT_UNALIGNED, RingLayout.USED_LENGTH, (int) at);
  }

  @Override
  public String name() {
    return "rehearsal";
  }

  @Override
  public int linkType() {
    return LinkType.ETHERNET;
  }

  @Override
  public boolean isLive() {
    return true;
  }

  @Override
  public int poll(BatchHandler handler) {
    if (stopped) {
      return END;
    }
    LockSupport.parkNanos(REST_NANOS);
    block.open(0);
    int packets = 0;
    while (!block.isExhausted() && !stopped) {
      block.fill(batch);
      packets += batch.count();
      handler.onBatch(batch);
    }
    received += packets;
    return packets;
  }

  @Override
  public void stop() {
    stopped = true;
  }

  @Override
  public void wakeup() {
    // poll never waits for packets
  }

  @Override
  public void readStats(SourceStats stats) {
    stats.received = received;
  }

  @Override
  public void close() {
    arena.close();
  }
}
