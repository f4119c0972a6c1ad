package org.gotm.core.flow;

/**
 * The cutoffs of all classes, as numbers by index. Hot path. Immutable.
 *
 * <pre>
 *   4 * class   + 1         + 2                      + 3
 *   +-----------+-----------+------------------------+--------+
 *   | packets   | bytes     | 1 if packets after the | unused |
 *   |           |           | cut are kept, else 0   |        |
 *   +-----------+-----------+------------------------+--------+
 * </pre>
 */
final class FlowLimits {
  static final int SHIFT = 2;
  static final int PACKETS = 0;
  static final int BYTES = 1;
  static final int KEPT_AFTER_CUT = 2;

  /** A flow below this rate, averaged over its age, is one that never falls silent. */
  private static final long LOW_RATE_BYTES_A_SECOND = 512;

  private static final long NANOS_A_SECOND = 1_000_000_000;

  private final TrafficClasses classes;
  private final long[] limits = new long[TrafficClasses.MAX_CLASSES << SHIFT];
  private final boolean[] keepControl = new boolean[TrafficClasses.MAX_CLASSES];

  FlowLimits(TrafficClasses classes) {
    this.classes = classes;
    for (int index = 0; index < classes.size(); index++) {
      set(index, classes.all().get(index));
    }
  }

  private void set(int index, TrafficClass trafficClass) {
    Cutoff cutoff = trafficClass.cutoff();
    int at = index << SHIFT;
    limits[at + PACKETS] = trafficClass.isDropped() ? 0 : cutoff.packets();
    limits[at + BYTES] = cutoff.bytes();
    limits[at + KEPT_AFTER_CUT] = trafficClass.snaplenAfterCut() > 0 ? 1 : 0;
    keepControl[index] = cutoff.keepControl();
  }

  TrafficClasses classes() {
    return classes;
  }

  long[] limits() {
    return limits;
  }

  boolean keepsControl(int index) {
    return keepControl[index];
  }

  /** True if a flow of this class that has so many packets and payload bytes is not cut yet. */
  boolean isWithin(int index, long packets, long bytes) {
    int at = index << SHIFT;
    return packets < limits[at + PACKETS] && bytes < limits[at + BYTES];
  }

  /** True if so few bytes in this time are what never falls silent, not what the cut is for. */
  boolean isLowRate(int index, long bytes, long nanos) {
    long budget = limits[(index << SHIFT) + BYTES];
    long ofLowRate = LOW_RATE_BYTES_A_SECOND * (nanos / NANOS_A_SECOND);
    return bytes < (budget == Cutoff.UNLIMITED ? ofLowRate : Math.max(budget, ofLowRate));
  }
}
