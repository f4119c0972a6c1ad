package org.gotm.ffm.pcap;

import java.lang.foreign.MemorySegment;
import org.gotm.core.source.SourceStats;
import org.gotm.ffm.pcap.generated.pcap_stat;

/**
 * Totals in 64 bits of libpcap's 32-bit counters, over all handles that a source has had. Must read
 * them before they can go round twice: some minutes on the fastest links. One thread.
 */
final class PcapCounters {
  private long received;
  private long dropped;
  private long interfaceDropped;
  private long delivered;
  private long discarded;
  private int lastReceived;
  private int lastDropped;
  private int lastInterfaceDropped;

  /** Adds what a {@code struct pcap_stat} has grown by since the last reading. */
  void update(MemorySegment stat) {
    update(pcap_stat.ps_recv(stat), pcap_stat.ps_drop(stat), pcap_stat.ps_ifdrop(stat));
  }

  void update(int newReceived, int newDropped, int newInterfaceDropped) {
    received += Integer.toUnsignedLong(newReceived - lastReceived);
    dropped += Integer.toUnsignedLong(newDropped - lastDropped);
    interfaceDropped += Integer.toUnsignedLong(newInterfaceDropped - lastInterfaceDropped);
    lastReceived = newReceived;
    lastDropped = newDropped;
    lastInterfaceDropped = newInterfaceDropped;
  }

  /** Counts packets that were handed to the worker. */
  void addDelivered(int packets) {
    delivered += packets;
  }

  /** Packets that are neither delivered nor accounted for: in the ring, or discarded in it. */
  long outstanding() {
    return received - dropped - discarded - delivered;
  }

  /**
   * The ring is drained and its handle done with: what was received and did not come out of it has
   * been discarded by libpcap. The next handle counts from 0.
   */
  void endOfHandle() {
    discarded += outstanding();
    lastReceived = 0;
    lastDropped = 0;
    lastInterfaceDropped = 0;
  }

  void fill(SourceStats stats) {
    stats.received = received;
    stats.dropped = dropped;
    stats.interfaceDropped = interfaceDropped;
    stats.discarded = discarded;
  }
}
