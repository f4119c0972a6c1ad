package org.gotm.ffm.linux;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * The kernel's own clock, CLOCK_MONOTONIC as of the last tick. See clock_gettime(2). One thread.
 */
public final class MonotonicClock {
  /** By so much it may be late: two ticks of the slowest kernel. */
  public static final long MOST_LATE_NANOS = 20_000_000;

  private static final int CLOCK_MONOTONIC_COARSE = 6;
  private static final long NANOS_A_SECOND = 1_000_000_000;

  private final Arena arena = Arena.ofAuto();
  private final Libc libc = new Libc(arena);
  private final MemorySegment time = arena.allocate(2 * Long.BYTES, Long.BYTES);

  /** A look at it. */
  public MonotonicClock() {}

  /** Nanoseconds since the machine started; an eBPF program's coarse clock is the same. */
  public long nanos() {
    libc.clockTime(CLOCK_MONOTONIC_COARSE, time);
    return time.get(JAVA_LONG, 0) * NANOS_A_SECOND + time.get(JAVA_LONG, Long.BYTES);
  }
}
