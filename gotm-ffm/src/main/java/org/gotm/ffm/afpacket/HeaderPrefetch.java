package org.gotm.ffm.afpacket;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static org.gotm.ffm.afpacket.RingBlock.MEMORY;

/**
 * Brings the packet headers of a block into the cache before they are read. Hot path. One thread.
 *
 * <p>Each header says where the next one is, so whoever follows them waits for the memory at every
 * packet, 80 to 100 ns, as the kernel wrote the block on another processor. This follows them from
 * several places of the block at once, and the waits overlap. Where a header is in the middle of a
 * block it guesses, by what headers look like. A wrong guess costs time and nothing else: all reads
 * are within the block, and nothing is told to the reader.
 */
final class HeaderPrefetch {
  /** Blocks with fewer packets are not worth it. */
  static final int FEWEST_PACKETS = 64;

  private static final int WALKS = 8;
  private static final int LONGEST_SEARCH = 4096;
  private static final int ALIGNMENT = 8;
  private static final int NANOS_A_SECOND = 1_000_000_000;
  private static final long LOW_WORD = 0xffff_ffffL;

  // A frame's own headers, up to TCP over IPv4 or UDP over IPv6, end in the third cache line.
  private static final int SECOND_LINE = 64;
  private static final int THIRD_LINE = 135;

  private final long[] walks = new long[WALKS];
  private final long[] ends = new long[WALKS];
  private long touched;

  /**
   * Touches the headers of a block.
   *
   * @param first address of the first packet
   * @param end address behind the last byte that may be touched
   */
  void touch(long first, long end) {
    long last = end - THIRD_LINE - 1;
    int count = begin(first, last);
    long[] at = walks;
    long[] until = ends;
    long sum = 0;
    boolean going = true;
    while (going) {
      going = false;
      for (int i = 0; i < count; i++) {
        long packet = at[i];
        if (packet < until[i]) {
          long next = MEMORY.get(JAVA_INT_UNALIGNED, packet + RingLayout.NEXT) & LOW_WORD;
          sum += MEMORY.get(JAVA_BYTE, packet + SECOND_LINE);
          sum += MEMORY.get(JAVA_BYTE, packet + THIRD_LINE);
          at[i] = next == 0 ? end : packet + next;
          going = true;
        }
      }
    }
    touched += sum;
  }

  /** Finds where to start: at the first packet, and at what looks like one further on. */
  private int begin(long first, long last) {
    if (first > last) {
      return 0;
    }
    int frame = MEMORY.get(JAVA_INT_UNALIGNED, first + RingLayout.FRAME);
    int seconds = MEMORY.get(JAVA_INT_UNALIGNED, first + RingLayout.SECONDS);
    long part = (last - first) / WALKS & -ALIGNMENT;
    int count = 0;
    walks[count++] = first;
    for (int i = 1; i < WALKS; i++) {
      long from = first + i * part;
      long to = from + Math.min(part, LONGEST_SEARCH);
      long at = from;
      while (at < to && !looksLikeHeader(at, frame, seconds)) {
        at += ALIGNMENT;
      }
      if (at < to) {
        ends[count - 1] = at;
        walks[count++] = at;
      }
    }
    ends[count - 1] = last;
    return count;
  }

  private static boolean looksLikeHeader(long at, int frame, int seconds) {
    return MEMORY.get(JAVA_INT_UNALIGNED, at + RingLayout.FRAME) == frame
        && MEMORY.get(JAVA_INT_UNALIGNED, at + RingLayout.SECONDS) - seconds >>> 1 == 0
        && Integer.compareUnsigned(
                MEMORY.get(JAVA_INT_UNALIGNED, at + RingLayout.NANOS), NANOS_A_SECOND)
            < 0;
  }

  /** Something made of all bytes touched, so that the compiler cannot leave the reads out. */
  long touched() {
    return touched;
  }
}
