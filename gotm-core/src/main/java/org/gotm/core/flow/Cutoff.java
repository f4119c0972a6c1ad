package org.gotm.core.flow;

import java.time.Duration;

/**
 * Where a flow is cut off. A packet is kept while its flow has seen fewer than {@code packets}
 * packets and fewer than {@code bytes} payload bytes before it.
 *
 * @param packets packets of a flow to keep, {@link #UNLIMITED} for all
 * @param bytes payload bytes of a flow after which it is cut, {@link #UNLIMITED} for none
 * @param keepControl true to keep up to {@link #MAX_CONTROL} SYN, FIN and RST packets after the
 *     cut, so that the end of the flow is on record
 * @param ageNanos age at which a flow gets its budget anew, if it is one of few bytes a second that
 *     never falls silent: fewer than {@code bytes} in that time, or 512 a second, whichever is
 *     more; to the second, at most 8 hours; 0 for never. Classes have that of the class for all
 */
public record Cutoff(long packets, long bytes, boolean keepControl, long ageNanos) {
  /** No limit. */
  public static final long UNLIMITED = Long.MAX_VALUE;

  /** The longest age, 8 hours. */
  public static final long MAX_AGE_NANOS = 8 * 3600 * 1_000_000_000L;

  /** Control packets of a flow that are kept after its cut. */
  public static final int MAX_CONTROL = 16;

  /** Checks the limits. */
  public Cutoff {
    if (packets <= 0 || bytes <= 0) {
      throw new IllegalArgumentException(
          "packets=%d bytes=%d: not above 0".formatted(packets, bytes));
    }
    if (ageNanos < 0 || ageNanos > MAX_AGE_NANOS) {
      throw new IllegalArgumentException(
          "ageNanos=%d: not from 0 to %d".formatted(ageNanos, MAX_AGE_NANOS));
    }
  }

  /** Limits for flows that stay cut at any age. */
  public Cutoff(long packets, long bytes, boolean keepControl) {
    this(packets, bytes, keepControl, 0);
  }

  /**
   * A cutoff with 0 for "no limit", as on the command line; control packets are kept, and flows
   * that were cut stay so at any age.
   */
  public static Cutoff of(long packets, long bytes) {
    return new Cutoff(packets == 0 ? UNLIMITED : packets, bytes == 0 ? UNLIMITED : bytes, true, 0);
  }

  /** Every packet is kept. */
  public static Cutoff none() {
    return of(0, 0);
  }

  /** True if a flow that has so many packets and payload bytes is not cut yet. */
  public boolean isWithin(long flowPackets, long flowBytes) {
    return flowPackets < packets && flowBytes < bytes;
  }

  /** The same limits with or without control packets after the cut. */
  public Cutoff withKeepControl(boolean newKeepControl) {
    return new Cutoff(packets, bytes, newKeepControl, ageNanos);
  }

  /** The same limits with another age at which flows of a low rate start anew; zero for never. */
  public Cutoff withAge(Duration newAge) {
    return new Cutoff(packets, bytes, keepControl, newAge.toNanos());
  }
}
