package org.gotm.store.file;

import java.time.Instant;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.time.zone.ZoneOffsetTransition;
import java.util.function.LongUnaryOperator;

/**
 * The times at which a clock on the wall shows a multiple of an interval since midnight, where its
 * hands are moved at the begin and the end of summer time, too. Immutable, any thread.
 *
 * <p>An hour that is there twice has its times twice; times that are left out come at the moment in
 * which the hands are moved. Each day begins anew, also if the interval does not divide it.
 */
public final class AlignedTimes implements LongUnaryOperator {
  /** The longest interval. */
  public static final long DAY_NANOS = 24L * 3600 * 1_000_000_000;

  private static final long NANOS_A_SECOND = 1_000_000_000;

  private final ZoneId zone;
  private final long intervalNanos;

  /**
   * Times in a zone.
   *
   * @param intervalNanos above 0, up to {@link #DAY_NANOS}
   */
  public AlignedTimes(ZoneId zone, long intervalNanos) {
    if (intervalNanos < 1 || intervalNanos > DAY_NANOS) {
      throw new IllegalArgumentException("intervalNanos=%d".formatted(intervalNanos));
    }
    this.zone = zone;
    this.intervalNanos = intervalNanos;
  }

  /** Nanoseconds from one time to the next on most days. */
  long intervalNanos() {
    return intervalNanos;
  }

  /** The first of these times after another, both in nanoseconds since 1970. */
  @Override
  public long applyAsLong(long epochNanos) {
    Instant from =
        Instant.ofEpochSecond(
            Math.floorDiv(epochNanos, NANOS_A_SECOND), Math.floorMod(epochNanos, NANOS_A_SECOND));
    Instant due = after(from);
    return due.getEpochSecond() * NANOS_A_SECOND + due.getNano();
  }

  private Instant after(Instant from) {
    ZoneOffset offset = zone.getRules().getOffset(from);
    LocalDateTime next = next(LocalDateTime.ofInstant(from, offset));
    Instant due = next.toInstant(offset);
    ZoneOffsetTransition moved = zone.getRules().nextTransition(from);
    if (moved == null || !moved.getInstant().isBefore(due)) {
      return due;
    }
    boolean isLeftOut = !next.isAfter(moved.getDateTimeAfter());
    return isLeftOut || isMultiple(moved.getDateTimeAfter().toLocalTime())
        ? moved.getInstant()
        : after(moved.getInstant());
  }

  private LocalDateTime next(LocalDateTime local) {
    LocalDateTime day = local.truncatedTo(ChronoUnit.DAYS);
    long multiple = (local.toLocalTime().toNanoOfDay() / intervalNanos + 1) * intervalNanos;
    return day.plusNanos(Math.min(multiple, DAY_NANOS));
  }

  private boolean isMultiple(LocalTime time) {
    return time.toNanoOfDay() % intervalNanos == 0;
  }
}
