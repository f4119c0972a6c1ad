package org.gotm.core.flow;

/** The cutoffs of all classes, as numbers by index. Hot path. Immutable. */
final class FlowLimits {
  /** A flow below this rate, averaged over its age, is one that never falls silent. */
  private static final long LOW_RATE_BYTES_A_SECOND = 512;

  private static final long NANOS_A_SECOND = 1_000_000_000;

  private final TrafficClasses classes;
  private final long[] packets;
  private final long[] bytes;
  private final int[] keptAfterCut;
  private final boolean[] keepsControl;

  FlowLimits(TrafficClasses classes) {
    this.classes = classes;
    int count = classes.size();
    packets = new long[count];
    bytes = new long[count];
    keptAfterCut = new int[count];
    keepsControl = new boolean[count];
    for (int index = 0; index < count; index++) {
      set(index, classes.all().get(index));
    }
  }

  private void set(int index, TrafficClass trafficClass) {
    Cutoff cutoff = trafficClass.cutoff();
    packets[index] = trafficClass.isDropped() ? 0 : cutoff.packets();
    bytes[index] = cutoff.bytes();
    keptAfterCut[index] = trafficClass.snaplenAfterCut() > 0 ? 1 : 0;
    keepsControl[index] = cutoff.keepControl();
  }

  TrafficClasses classes() {
    return classes;
  }

  /** Packets of a flow of this class to keep. */
  long packets(int index) {
    return packets[index];
  }

  /** Payload bytes after which a flow of this class is cut. */
  long bytes(int index) {
    return bytes[index];
  }

  /** 1 if packets after the cut are kept in part, else 0. */
  int keptAfterCut(int index) {
    return keptAfterCut[index];
  }

  /** True if control packets are kept after the cut. */
  boolean keepsControl(int index) {
    return keepsControl[index];
  }

  /** True if a flow of this class that has so many packets and payload bytes is not cut yet. */
  boolean isWithin(int index, long flowPackets, long flowBytes) {
    return flowPackets < packets[index] && flowBytes < bytes[index];
  }

  /** True if so few bytes in this time are what never falls silent, not what the cut is for. */
  boolean isLowRate(int index, long sent, long nanos) {
    long budget = bytes[index];
    long ofLowRate = LOW_RATE_BYTES_A_SECOND * (nanos / NANOS_A_SECOND);
    return sent < (budget == Cutoff.UNLIMITED ? ofLowRate : Math.max(budget, ofLowRate));
  }
}
