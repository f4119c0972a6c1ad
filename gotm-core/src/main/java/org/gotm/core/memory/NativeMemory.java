package org.gotm.core.memory;

import java.lang.foreign.MemorySegment;

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

  private static final long USER_SPACE = (1L << 56) - 1;

  private NativeMemory() {}

  /**
   * The same address, which no process has above 2^56. It tells the compiler so: an access near an
   * address whose range it knows needs no check against the end of {@link #ALL}.
   */
  public static long address(long address) {
    return address & USER_SPACE;
  }
}
