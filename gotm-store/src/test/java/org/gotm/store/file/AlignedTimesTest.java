package org.gotm.store.file;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Round times, also where the clock is moved. */
class AlignedTimesTest {
  private static final long SECOND = 1_000_000_000;

  private static Instant after(String zone, String interval, Instant from) {
    AlignedTimes times = new AlignedTimes(ZoneId.of(zone), Duration.parse(interval).toNanos());
    long nanos = times.applyAsLong(from.getEpochSecond() * SECOND + from.getNano());
    return Instant.ofEpochSecond(nanos / SECOND, nanos % SECOND);
  }

  @ParameterizedTest
  @CsvSource({
    "UTC, PT5M, 2026-11-27T12:01:07.5Z, 2026-11-27T12:05:00Z",
    "UTC, PT5M, 2026-11-27T12:05:00Z, 2026-11-27T12:10:00Z",
    "UTC, PT7H, 2026-11-27T21:00:00Z, 2026-11-28T00:00:00Z",
    "Asia/Kolkata, PT1H, 2026-11-27T12:00:00Z, 2026-11-27T12:30:00Z",
    "Europe/Berlin, PT24H, 2026-11-27T12:00:00Z, 2026-11-27T23:00:00Z",
    "Europe/Berlin, PT5M, 2026-03-29T00:58:00Z, 2026-03-29T01:00:00Z",
    "Europe/Berlin, PT3H, 2026-03-29T00:30:00Z, 2026-03-29T01:00:00Z",
    "Europe/Berlin, PT6H, 2026-03-29T00:30:00Z, 2026-03-29T04:00:00Z",
    "Europe/Berlin, PT24H, 2026-03-28T23:00:00Z, 2026-03-29T22:00:00Z",
    "Europe/Berlin, PT1H, 2026-10-25T00:30:00Z, 2026-10-25T01:00:00Z",
    "Europe/Berlin, PT1H, 2026-10-25T01:00:00Z, 2026-10-25T02:00:00Z",
    "Europe/Berlin, PT24H, 2026-10-24T22:00:00Z, 2026-10-25T23:00:00Z",
    "America/Santiago, PT24H, 2026-09-05T12:00:00Z, 2026-09-06T04:00:00Z"
  })
  void shouldBeWhatAClockOnTheWallShows(
      String zone, String interval, Instant from, Instant expected) {
    assertThat(after(zone, interval, from)).isEqualTo(expected);
  }

  /** Looks at each minute of a year's days on which the clock is moved. */
  @ParameterizedTest
  @CsvSource({
    "Europe/Berlin, 2026-10-24",
    "Europe/Berlin, 2026-03-28",
    "Australia/Lord_Howe, 2026-04-04"
  })
  void shouldMissNoRoundTimeWhenTheClockIsMoved(String zone, String day) {
    int minutes = 15;
    Instant at = Instant.parse(day + "T00:00:00Z");
    Instant due = after(zone, "PT15M", at);
    for (int minute = 1; minute < 2 * 24 * 60; minute++) {
      Instant now = at.plus(Duration.ofMinutes(minute));
      LocalTime shown = ZonedDateTime.ofInstant(now, ZoneId.of(zone)).toLocalTime();
      assertThat(now.equals(due)).as("%s", shown).isEqualTo(shown.getMinute() % minutes == 0);
      due = now.equals(due) ? after(zone, "PT15M", now) : due;
    }
  }
}
