package org.gotm.ffm.kernelcut;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;

/**
 * When a connection was last opened, by the hash of {@link CutSieve}: the program notes the time of
 * each SYN that answers none. So a flow is not armed while a SYN on its ports waits in the ring,
 * which the kernel has seen and the recorder has not. Any thread.
 */
final class CutOpenings {
  static final int LENGTH = CutSieve.LENGTH * Byte.SIZE * Long.BYTES;

  private static final VarHandle LONG = JAVA_LONG.varHandle();

  private final MemorySegment memory;

  /** Reads this memory, which is 0 at first. */
  CutOpenings(MemorySegment memory) {
    this.memory = memory;
  }

  /** CLOCK_MONOTONIC in nanoseconds, up to a tick late; 0 for never. */
  long lastNanos(int hash) {
    return (long) LONG.getOpaque(memory, (long) hash * Long.BYTES);
  }
}
