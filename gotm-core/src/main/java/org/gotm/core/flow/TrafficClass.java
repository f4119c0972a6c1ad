package org.gotm.core.flow;

/**
 * A kind of traffic that is cut in its own way.
 *
 * @param name how ledger, metrics and log call it
 * @param cutoff where its flows are cut; without limits for never
 * @param snaplenAfterCut bytes to keep of each packet after the cut, from 0 for none to {@link
 *     #MAX_SNAPLEN}
 * @param isDropped true if none of its packets is kept, whatever the cutoff says
 */
public record TrafficClass(String name, Cutoff cutoff, int snaplenAfterCut, boolean isDropped) {
  /** The longest {@link #snaplenAfterCut}. */
  public static final int MAX_SNAPLEN = 262_144;

  /** Checks the snaplen. */
  public TrafficClass {
    if (snaplenAfterCut < 0 || snaplenAfterCut > MAX_SNAPLEN) {
      throw new IllegalArgumentException(
          "class=%s snaplenAfterCut=%d: not from 0 to %d"
              .formatted(name, snaplenAfterCut, MAX_SNAPLEN));
    }
  }

  /** A class that is cut like others, only elsewhere. */
  public static TrafficClass of(String name, Cutoff cutoff) {
    return new TrafficClass(name, cutoff, 0, false);
  }

  /** A class none of whose packets is kept. */
  public static TrafficClass dropped(String name) {
    return new TrafficClass(name, Cutoff.none().withKeepControl(false), 0, true);
  }

  /** The same class, but of each packet after the cut so many bytes are kept. */
  public TrafficClass withSnaplenAfterCut(int bytes) {
    return new TrafficClass(name, cutoff, bytes, isDropped);
  }
}
