package org.gotm.store.query;

/**
 * The times that packets of a query can have, in nanoseconds since 1970: no packet outside of it is
 * an answer.
 *
 * @param from the first
 * @param to the last; below {@code from} if there is none
 */
record TimeRange(long from, long to) {
  static final TimeRange ALL = new TimeRange(Long.MIN_VALUE, Long.MAX_VALUE);

  static TimeRange of(Condition condition) {
    return switch (condition) {
      case Condition.Time time -> of(time.nanos(), time.isAfter());
      case Condition.Not(Condition.Time time) -> of(time.nanos(), !time.isAfter());
      case Condition.And and -> {
        TimeRange first = of(and.first());
        TimeRange second = of(and.second());
        yield new TimeRange(Math.max(first.from, second.from), Math.min(first.to, second.to));
      }
      case Condition.Or or -> {
        TimeRange first = of(or.first());
        TimeRange second = of(or.second());
        yield new TimeRange(Math.min(first.from, second.from), Math.max(first.to, second.to));
      }
      default -> ALL;
    };
  }

  private static TimeRange of(long nanos, boolean isAfter) {
    return isAfter
        ? new TimeRange(nanos, Long.MAX_VALUE)
        : new TimeRange(Long.MIN_VALUE, nanos == Long.MIN_VALUE ? nanos : nanos - 1);
  }

  /** True if something between these times, both included, may be within. */
  boolean overlaps(long first, long last) {
    return first <= to && last >= from;
  }
}
