package org.gotm.store.flows;

/**
 * When the flows of a file were, in nanoseconds since 1970.
 *
 * @param first the first time that any began; above {@code last} if there is none
 * @param last the last time that any ended
 */
record SpoolTimes(long first, long last) {
  static final SpoolTimes NONE = new SpoolTimes(Long.MAX_VALUE, Long.MIN_VALUE);

  /** Any time. */
  static final SpoolTimes UNKNOWN = new SpoolTimes(Long.MIN_VALUE, Long.MAX_VALUE);

  SpoolTimes with(long firstNanos, long lastNanos) {
    return firstNanos >= first && lastNanos <= last
        ? this
        : new SpoolTimes(Math.min(first, firstNanos), Math.max(last, lastNanos));
  }
}
