package org.gotm.core.flow;

/** The cutoffs of all classes, as numbers by index. Hot path. Immutable. */
final class FlowLimits {
  /** A flow below this rate, averaged over its age, is one that never falls silent. */
  private static final long LOW_RATE_BYTES_A_SECOND = 512;

  private static final long NANOS_A_SECOND = 1_000_000_000;

  private final TrafficClasses classes;
  private final long[] packetLimits;
  private final long[] byteLimits;
  private final int[] snaplensAfterCut;
  private final boolean[] keepsControl;

  FlowLimits(TrafficClasses classes) {
    this.classes = classes;
    int count = classes.size();
    packetLimits = new long[count];
    byteLimits = new long[count];
    snaplensAfterCut = new int[count];
    keepsControl = new boolean[count];
    for (int index = 0; index < count; index++) {
      set(index, classes.all().get(index));
    }
  }

  private void set(int index, TrafficClass trafficClass) {
    Cutoff cutoff = trafficClass.cutoff();
    packetLimits[index] = trafficClass.isDropped() ? 0 : packetLimit(cutoff.packets());
    byteLimits[index] = byteLimit(cutoff.bytes());
    snaplensAfterCut[index] = trafficClass.snaplenAfterCut();
    keepsControl[index] = cutoff.keepControl();
  }

  private static long packetLimit(long packets) {
    return Math.min(packets, FlowSlotLayout.MOST_PACKETS) << FlowSlotLayout.PACKETS_SHIFT;
  }

  /** The byte word of a flow with so many bytes is not below it, any other is. */
  static long byteLimit(long bytes) {
    return Math.min(bytes, FlowSlotLayout.MOST_BYTES) << FlowSlotLayout.BYTES_SHIFT;
  }

  TrafficClasses classes() {
    return classes;
  }

  /** True if there is one class, of which nothing is kept after the cut but control packets. */
  boolean areSimple() {
    return classes.size() == 1 && snaplensAfterCut[0] == 0;
  }

  /** The packet words of flows of this class that are not cut are below it. */
  long packets(int index) {
    return packetLimits[index];
  }

  /** The byte words of flows of this class that are not cut are below it. */
  long bytes(int index) {
    return byteLimits[index];
  }

  /** Bytes to keep of each packet after the cut. */
  int snaplenAfterCut(int index) {
    return snaplensAfterCut[index];
  }

  /** True if control packets are kept after the cut. */
  boolean keepsControl(int index) {
    return keepsControl[index];
  }

  /** True if a flow with these words is not cut yet. */
  boolean isWithin(long packetWord, long byteWord) {
    int index = FlowSlotLayout.trafficClass(packetWord);
    return packetWord < packetLimits[index] && byteWord < byteLimits[index];
  }

  /** True if so few bytes in this time are what never falls silent, not what the cut is for. */
  boolean isLowRate(int index, long sent, long nanos) {
    long budget = FlowSlotLayout.bytes(byteLimits[index]);
    long ofLowRate = LOW_RATE_BYTES_A_SECOND * (nanos / NANOS_A_SECOND);
    return sent < (budget == FlowSlotLayout.MOST_BYTES ? ofLowRate : Math.max(budget, ofLowRate));
  }
}
