package org.gotm.store.retain;

import java.util.concurrent.TimeUnit;

/**
 * How fast the disk fills: by what this recording writes, or, if that is more, by what is less free
 * than before, whoever has written it. What was deleted meanwhile is not added to that, as the disk
 * may show it late. One thread.
 */
final class DiskUse {
  private static final long WINDOW_NANOS = TimeUnit.MINUTES.toNanos(1);
  private static final long SAMPLE_NANOS = TimeUnit.SECONDS.toNanos(2);
  private static final int SAMPLES = (int) (WINDOW_NANOS / SAMPLE_NANOS) + 1;

  private final Sample[] samples = new Sample[SAMPLES];
  private int count;

  private record Sample(long nanos, long freeBytes, long writtenBytes) {
    double perSecondUntil(Sample later) {
      long bytes = Math.max(later.writtenBytes - writtenBytes, freeBytes - later.freeBytes);
      return Math.max(0, bytes) * 1e9 / (later.nanos - nanos);
    }
  }

  /** Nothing known. */
  DiskUse() {}

  /**
   * Takes note of how things stand; often enough is every two seconds.
   *
   * @param freeBytes of the disk
   * @param writtenBytes by this recording so far
   * @param nowNanos a monotonic clock
   */
  void note(long freeBytes, long writtenBytes, long nowNanos) {
    if (count == 0 || nowNanos - at(0).nanos >= SAMPLE_NANOS) {
      samples[count++ % SAMPLES] = new Sample(nowNanos, freeBytes, writtenBytes);
    }
  }

  /** A sample by its age, 0 for the newest. */
  private Sample at(int age) {
    return samples[(count - 1 - age) % SAMPLES];
  }

  private int known() {
    return Math.min(count, SAMPLES);
  }

  /** True when the rate is that of a whole minute. */
  boolean hasMinute() {
    return count >= SAMPLES;
  }

  /** Bytes a second, over the last minute. */
  double bytesPerSecond() {
    return known() < 2 ? 0 : at(known() - 1).perSecondUntil(at(0));
  }

  /** Bytes a second in the worst two seconds of the last minute. */
  double peakBytesPerSecond() {
    double peak = 0;
    for (int age = 1; age < known(); age++) {
      peak = Math.max(peak, at(age).perSecondUntil(at(age - 1)));
    }
    return peak;
  }
}
