package org.gotm.store.retain;

import java.time.Duration;

/** Times as log lines show them. */
final class TimeText {
  private TimeText() {}

  /** Such as {@code 30d}, {@code 2h41m} or {@code 12s}: the two largest units. */
  static String of(Duration time) {
    if (time.toDays() > 0) {
      return two(time.toDays(), "d", time.toHoursPart(), "h");
    }
    if (time.toHours() > 0) {
      return two(time.toHours(), "h", time.toMinutesPart(), "m");
    }
    return time.toMinutes() > 0
        ? two(time.toMinutes(), "m", time.toSecondsPart(), "s")
        : time.toSeconds() + "s";
  }

  private static String two(long large, String largeUnit, int small, String smallUnit) {
    return large + largeUnit + (small == 0 ? "" : small + smallUnit);
  }
}
