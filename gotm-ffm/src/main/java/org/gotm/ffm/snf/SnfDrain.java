package org.gotm.ffm.snf;

import org.gotm.core.source.PacketBatch;
import org.gotm.ffm.linux.Errno;

/**
 * How much is still to come out of a ring after the stop: what it held at that moment, and nothing
 * that came later, as far as the library can tell. Its count of packets lags behind at times, and
 * its count of bytes is only about right, so that the ring is drained until both are used up, or it
 * was found empty, or more came out of it than it can hold. One thread.
 */
final class SnfDrain {
  private static final int BUSY_ANSWERS = 100;

  private long packets;
  private long bytes;
  private long capacity;
  private int busyAnswers;
  private boolean isEmpty;

  /**
   * So much waits in the ring.
   *
   * @param capacity bytes it can hold, about
   */
  SnfDrain(long packets, long bytes, long capacity) {
    this.packets = packets;
    this.bytes = bytes;
    this.capacity = Math.max(bytes, capacity);
  }

  /** How many packets may be taken now; 0 at the end. */
  int limit() {
    if (isEmpty || capacity <= 0 || busyAnswers > BUSY_ANSWERS) {
      return 0;
    }
    return packets > 0 ? (int) Math.min(packets, PacketBatch.DEFAULT_CAPACITY) : bytes > 0 ? 1 : 0;
  }

  /** Packets were taken. */
  void took(long tookPackets, long tookBytes) {
    packets -= tookPackets;
    bytes -= tookBytes;
    capacity -= tookBytes;
    busyAnswers = 0;
  }

  /** No packet was there, for this reason; only EAGAIN means that the ring is empty. */
  void tookNone(int code) {
    isEmpty = code == Errno.EAGAIN;
    busyAnswers++;
  }
}
