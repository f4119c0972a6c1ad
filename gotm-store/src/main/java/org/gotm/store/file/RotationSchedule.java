package org.gotm.store.file;

/**
 * When files are due by the clock: every interval since the start, or at round times. One thread.
 */
public final class RotationSchedule {
  private static final long LONGEST_NANOS = Long.MAX_VALUE / 4;

  private final long intervalNanos;
  private final AlignedTimes aligned;
  private long nextNanos;

  /**
   * A schedule of intervals since the start.
   *
   * @param startNanos the clock at the start of the output
   * @param intervalNanos 0 for never, as is an interval of more than 73 years
   * @param nowNanos the clock now; times before it are past
   */
  public RotationSchedule(long startNanos, long intervalNanos, long nowNanos) {
    this.intervalNanos = intervalNanos > LONGEST_NANOS ? 0 : intervalNanos;
    this.aligned = null;
    this.nextNanos = startNanos;
    advance(nowNanos);
  }

  /**
   * A schedule of round times.
   *
   * @param nowNanos the clock now
   */
  public RotationSchedule(AlignedTimes aligned, long nowNanos) {
    this.intervalNanos = aligned.intervalNanos();
    this.aligned = aligned;
    advance(nowNanos);
  }

  /** True once for each time that has come; one that was missed by a whole interval is left out. */
  public boolean takeDue(long nowNanos) {
    if (dueIn(nowNanos) > 0) {
      return false;
    }
    advance(nowNanos);
    return true;
  }

  private void advance(long nowNanos) {
    if (aligned != null) {
      nextNanos = aligned.applyAsLong(nowNanos);
    } else if (intervalNanos > 0) {
      nextNanos += (Math.max(nowNanos - nextNanos, 0) / intervalNanos + 1) * intervalNanos;
    }
  }

  /** Nanoseconds until the next time; a clock that was set back does not make it longer. */
  public long dueIn(long nowNanos) {
    if (intervalNanos == 0) {
      return Long.MAX_VALUE;
    }
    if (nextNanos - nowNanos > intervalNanos) {
      nextNanos = aligned != null ? aligned.applyAsLong(nowNanos) : nowNanos + intervalNanos;
    }
    return nextNanos - nowNanos;
  }
}
