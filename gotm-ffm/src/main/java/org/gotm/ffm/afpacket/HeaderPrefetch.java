package org.gotm.ffm.afpacket;

import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static org.gotm.core.memory.NativeMemory.ALL;

import org.gotm.core.memory.ChainPrefetch;

/**
 * Brings the packet headers of a block of the ring into the cache: the kernel has written them on
 * another processor. Hot path.
 */
final class HeaderPrefetch extends ChainPrefetch {
  private static final int ALIGNMENT = 8;
  private static final int MAX_NANOS = 999_999_999;

  // A frame's own headers, up to TCP over IPv4 or UDP over IPv6, end in the third cache line.
  private static final int LAST_TOUCHED = 135;

  private int frame;
  private int seconds;

  HeaderPrefetch() {
    super((int) RingLayout.NEXT, 0, ALIGNMENT, LAST_TOUCHED);
  }

  @Override
  protected void learn(long first) {
    frame = ALL.get(JAVA_INT_UNALIGNED, first + RingLayout.FRAME);
    seconds = ALL.get(JAVA_INT_UNALIGNED, first + RingLayout.SECONDS);
  }

  @Override
  protected boolean looksLikeHeader(long at) {
    int otherFrame = ALL.get(JAVA_INT_UNALIGNED, at + RingLayout.FRAME) ^ frame;
    int secondsLater = ALL.get(JAVA_INT_UNALIGNED, at + RingLayout.SECONDS) - seconds;
    int nanos = ALL.get(JAVA_INT_UNALIGNED, at + RingLayout.NANOS);
    // one branch, or the rarest of three would have the JIT compile all this again
    return (otherFrame | secondsLater >>> 1 | (nanos | MAX_NANOS - nanos) >>> 31) == 0;
  }
}
