package org.gotm.ffm.afpacket;

import static org.gotm.ffm.linux.generated.linux_h.PACKET_STATISTICS;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.gotm.ffm.linux.PacketSocket;
import org.gotm.ffm.linux.generated.tpacket_stats_v3;

/**
 * The kernel's counters of packet sockets, summed up in 64 bits: a socket's own have 32 and begin
 * at zero again whenever they are read. One thread.
 */
final class RingStatistics {
  private long received;
  private long dropped;
  private long freezes;

  /** Adds what a socket with a ring has counted since it was last asked. */
  void addFrom(PacketSocket socket) {
    try (Arena call = Arena.ofConfined()) {
      MemorySegment reading = tpacket_stats_v3.allocate(call);
      socket.get(PACKET_STATISTICS(), reading, "read its statistics");
      add(
          tpacket_stats_v3.tp_packets(reading),
          tpacket_stats_v3.tp_drops(reading),
          tpacket_stats_v3.tp_freeze_q_cnt(reading));
    }
  }

  /** Adds one reading, whose numbers are unsigned. */
  void add(int packets, int drops, int freezeCount) {
    received += Integer.toUnsignedLong(packets);
    dropped += Integer.toUnsignedLong(drops);
    freezes += Integer.toUnsignedLong(freezeCount);
  }

  /** Packets that passed the filter, dropped ones included. */
  long received() {
    return received;
  }

  /** Packets for which the ring had no room. */
  long dropped() {
    return dropped;
  }

  /** How often the kernel found the ring full. */
  long freezes() {
    return freezes;
  }
}
