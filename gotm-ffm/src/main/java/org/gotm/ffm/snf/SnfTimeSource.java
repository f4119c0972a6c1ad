package org.gotm.ffm.snf;

import org.gotm.ffm.snf.generated.snf_h;

/** What the clock follows that the NIC stamps packets with. */
public enum SnfTimeSource {
  /** The library cannot say. */
  UNKNOWN,
  /** Nothing: the host's clock, taken over by the driver. */
  LOCAL,
  /** An external source, which the clock does not follow yet. */
  EXTERNAL_UNSYNCED,
  /** An external source. */
  EXTERNAL_SYNCED,
  /** An external source that has failed. */
  EXTERNAL_FAILED,
  /** The switch, which stamps the packets itself. */
  SWITCH,
  /** A pulse per second. */
  PULSE_PER_SECOND;

  /** The meaning of an {@code enum snf_timesource_state}. */
  static SnfTimeSource of(int state) {
    if (state == snf_h.SNF_TIMESOURCE_LOCAL()) {
      return LOCAL;
    } else if (state == snf_h.SNF_TIMESOURCE_EXT_UNSYNCED()) {
      return EXTERNAL_UNSYNCED;
    } else if (state == snf_h.SNF_TIMESOURCE_EXT_SYNCED()) {
      return EXTERNAL_SYNCED;
    } else if (state == snf_h.SNF_TIMESOURCE_EXT_FAILED()) {
      return EXTERNAL_FAILED;
    } else if (state == snf_h.SNF_TIMESOURCE_ARISTA_ACTIVE()) {
      return SWITCH;
    }
    return state == snf_h.SNF_TIMESOURCE_PPS() ? PULSE_PER_SECOND : UNKNOWN;
  }
}
