package org.gotm.app.metrics;

/** How much a counter grows in an interval, on average since it was last looked at. One thread. */
final class GrowthPerInterval {
  private final long intervalNanos;
  private long lookNanos;
  private long count;
  private long growth;

  /** Begins at 0, at a time of {@link System#nanoTime}. */
  GrowthPerInterval(long intervalNanos, long nowNanos) {
    this.intervalNanos = intervalNanos;
    this.lookNanos = nowNanos;
  }

  /** The growth, which stays what it was until an interval has passed. */
  long lookAt(long newCount, long nowNanos) {
    long passed = nowNanos - lookNanos;
    if (passed >= intervalNanos) {
      growth = Math.round((double) (newCount - count) * intervalNanos / passed);
      count = newCount;
      lookNanos = nowNanos;
    }
    return growth;
  }
}
