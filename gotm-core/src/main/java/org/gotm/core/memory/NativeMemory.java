package org.gotm.core.memory;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * All native memory as one segment, whose offsets are addresses: what the hottest loops read and
 * write through, since a segment that is a constant costs no check of bounds or lifetime.
 *
 * <p>Nothing stops an access beyond what one owns. So each class that uses it says what bounds its
 * addresses: the captured length of a packet, the mask of a table.
 */
public final class NativeMemory {
  /** From address 0 to the end. */
  public static final MemorySegment ALL = MemorySegment.NULL.reinterpret(Long.MAX_VALUE);

  private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED;
  private static final int LONG_COPY = 64;
  private static final long USER_SPACE = (1L << 56) - 1;

  private NativeMemory() {}

  /**
   * The same address, which no process has above 2^56. It tells the compiler so: an access near an
   * address whose range it knows needs no check against the end of {@link #ALL}.
   */
  public static long address(long address) {
    return address & USER_SPACE;
  }

  /**
   * Copies between places that do not overlap. What is short takes a few words, the last of which
   * may be copied twice in part: no call, and no branch for each length.
   *
   * @param length bytes, not negative
   */
  public static void copy(long from, long to, int length) {
    long source = address(from);
    long target = address(to);
    if (length >= LONG_COPY) {
      MemorySegment.copy(ALL, source, ALL, target, length);
    } else if (length >= Long.BYTES) {
      int last = length - Long.BYTES;
      for (int i = 0; i < last; i += Long.BYTES) {
        ALL.set(LONG, target + i, ALL.get(LONG, source + i));
      }
      ALL.set(LONG, target + last, ALL.get(LONG, source + last));
    } else {
      for (int i = 0; i < length; i++) {
        ALL.set(JAVA_BYTE, target + i, ALL.get(JAVA_BYTE, source + i));
      }
    }
  }
}
