package org.gotm.ffm.kernelcut;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;

/**
 * How much was cut in all, as the program counts it: a line of the cache for each processor, modulo
 * 64, in memory that both have. Any thread.
 *
 * <pre>
 *   0         8       16      64
 *   +---------+-------+-------+
 *   | packets | bytes | 0     |  64 times
 *   +---------+-------+-------+
 * </pre>
 */
final class CutTotals {
  static final int PACKETS = 0;
  static final int BYTES = 8;
  static final int SLOT_SHIFT = 6;
  static final int SLOTS = 64;
  static final int LENGTH = SLOTS << SLOT_SHIFT;

  private static final VarHandle LONG = JAVA_LONG.varHandle();

  private final MemorySegment memory;

  /** Reads this memory. */
  CutTotals(MemorySegment memory) {
    this.memory = memory;
  }

  /** Packets so far. */
  long packets() {
    return sum(PACKETS);
  }

  /** Bytes so far, of packets as the socket would have got them. */
  long bytes() {
    return sum(BYTES);
  }

  private long sum(long offset) {
    long sum = 0;
    for (long slot = 0; slot < LENGTH; slot += 1 << SLOT_SHIFT) {
      sum += (long) LONG.getOpaque(memory, slot + offset);
    }
    return sum;
  }
}
