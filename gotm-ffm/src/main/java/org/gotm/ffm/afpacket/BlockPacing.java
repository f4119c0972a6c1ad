package org.gotm.ffm.afpacket;

/**
 * Says how long blocks may gather before the reader looks again, from how fast they come. One
 * thread.
 *
 * <p>Waking a thread costs about as much as a hundred packets. Under load a reader that sleeps
 * through a few blocks wakes a few times less; it never sleeps through more than a sixteenth of the
 * ring at the rate of the last blocks, nor for longer than {@link #LONGEST_MILLIS}.
 */
final class BlockPacing {
  /** The longest sleep; blocks that come more slowly are waited for one by one. */
  static final int LONGEST_MILLIS = 10;

  private static final int PART_OF_RING = 16;
  private static final long NANOS_A_MILLI = 1_000_000;

  private final int gathered;
  private long blocks;
  private long since;

  /** For a ring of so many blocks. */
  BlockPacing(int ringBlocks) {
    gathered = ringBlocks / PART_OF_RING;
  }

  /** Counts a block that was read. */
  void countBlock() {
    blocks++;
  }

  /**
   * Begins anew.
   *
   * @param nowNanos a monotonic clock
   * @return how long to sleep now that no block is ready, in milliseconds; mostly 0
   */
  int sleepMillis(long nowNanos) {
    long nanosPerBlock = blocks == 0 ? Long.MAX_VALUE : (nowNanos - since) / blocks;
    blocks = 0;
    since = nowNanos;
    if (nanosPerBlock > LONGEST_MILLIS * NANOS_A_MILLI) {
      return 0;
    }
    return (int) Math.min(nanosPerBlock * gathered / NANOS_A_MILLI, LONGEST_MILLIS);
  }
}
