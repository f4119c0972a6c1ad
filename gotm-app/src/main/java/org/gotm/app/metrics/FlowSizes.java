package org.gotm.app.metrics;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * A histogram of the payload bytes of ended flows: buckets up to 1 KiB, 4 KiB and so on, each 4
 * times the one before. One thread observes, any thread reads.
 */
public final class FlowSizes {
  /** How many buckets have an upper bound; one more takes the rest. */
  public static final int BUCKETS = 15;

  private static final int FIRST_BOUND_SHIFT = 10;
  private static final VarHandle COUNTS = MethodHandles.arrayElementVarHandle(long[].class);

  private final long[] counts = new long[BUCKETS + 2];

  /** An empty histogram. */
  public FlowSizes() {}

  /** Counts a flow of this many bytes. */
  public void observe(long bytes) {
    int bucket = bucketOf(bytes);
    COUNTS.setOpaque(counts, bucket, counts[bucket] + 1);
    COUNTS.setOpaque(counts, BUCKETS + 1, counts[BUCKETS + 1] + bytes);
  }

  private static int bucketOf(long bytes) {
    if (bytes <= 1L << FIRST_BOUND_SHIFT) {
      return 0;
    }
    int bits = Long.SIZE - Long.numberOfLeadingZeros(bytes - 1);
    return Math.min((bits - FIRST_BOUND_SHIFT + 1) / 2, BUCKETS);
  }

  /** Upper bound of a bucket in bytes, inclusive. */
  public static long upperBound(int bucket) {
    return 1L << FIRST_BOUND_SHIFT + 2 * bucket;
  }

  /** Flows in a bucket alone, from 0 to {@link #BUCKETS} inclusive. */
  public long count(int bucket) {
    return (long) COUNTS.getOpaque(counts, bucket);
  }

  /** Bytes of all flows. */
  public long sum() {
    return count(BUCKETS + 1);
  }
}
