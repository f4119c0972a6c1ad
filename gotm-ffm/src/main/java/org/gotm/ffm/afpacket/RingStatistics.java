package org.gotm.ffm.afpacket;

/**
 * The kernel's counters of packet sockets, summed up in 64 bits: a socket's own have 32 and begin
 * at zero again whenever they are read. One thread.
 */
final class RingStatistics {
  private long received;
  private long dropped;
  private long freezes;

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
