package org.gotm.store.retain;

import java.util.concurrent.TimeUnit;

/**
 * Whether the clock is to be believed: one that was set far forward makes every file look old, and
 * there is to be time to set it back before all of them are deleted for that. One thread.
 */
final class ClockWatch {
  /** A step forward of more than this is looked at with doubt. */
  static final long STEP_NANOS = TimeUnit.MINUTES.toNanos(10);

  /** So long. */
  static final long DOUBT_NANOS = TimeUnit.HOURS.toNanos(1);

  private long offsetNanos;
  private boolean started;
  private boolean doubted;
  private long doubtedNanos;

  /** A clock that was never looked at. */
  ClockWatch() {}

  /**
   * Looks at the clock.
   *
   * @param epochNanos the clock
   * @param nowNanos a monotonic one
   * @return true if it was set forward just now
   */
  boolean note(long epochNanos, long nowNanos) {
    long step = started ? epochNanos - nowNanos - offsetNanos : 0;
    started = true;
    offsetNanos = epochNanos - nowNanos;
    if (step > STEP_NANOS) {
      doubted = true;
      doubtedNanos = nowNanos;
      return true;
    }
    boolean isSetBack = step < -STEP_NANOS;
    doubted &= !isSetBack && nowNanos - doubtedNanos < DOUBT_NANOS;
    return false;
  }

  /** True when it was set forward within the last hour, and not back since. */
  boolean isDoubted() {
    return doubted;
  }
}
