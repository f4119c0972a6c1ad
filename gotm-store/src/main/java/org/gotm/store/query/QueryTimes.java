package org.gotm.store.query;

import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Times as a query has them: {@code 2026-11-27T13:00:00Z} (RFC 3339), {@code 2026-11-27 13:00},
 * with or without seconds and a day alone, of the query's time zone, {@code 3h ago}, {@code 1d12h
 * ago}, {@code @1795784400} (seconds since 1970, as programs have them).
 */
final class QueryTimes {
  private static final Pattern DURATION = Pattern.compile("(?:\\d+(?:ms|[dhms])){1,16}");
  private static final Pattern PART = Pattern.compile("(\\d+)(ms|[dhms])");
  private static final Pattern DAY = Pattern.compile("\\d{4}-\\d{2}-\\d{2}");
  private static final Pattern SECONDS = Pattern.compile("@\\d{1,12}");
  private static final Pattern CLOCK = Pattern.compile("\\d{1,2}:\\d{2}(?::\\d{2}(?:\\.\\d+)?)?");
  private static final String HELP =
      "is no time: write 2026-11-27T13:00:00Z, '2026-11-27 13:00' or 3h ago";

  private final Instant now;
  private final ZoneId zone;

  QueryTimes(Instant now, ZoneId zone) {
    this.now = now;
    this.zone = zone;
  }

  /** Takes a time from the words of a query; nanoseconds since 1970. */
  long take(QueryTokens tokens) {
    QueryTokens.Token token = tokens.take();
    try {
      return nanos(instant(token.text(), token, tokens));
    } catch (DateTimeException | ArithmeticException e) {
      throw tokens.wrong(token, "'%s' %s".formatted(token.text(), HELP));
    }
  }

  private static long nanos(Instant time) {
    return Math.addExact(Math.multiplyExact(time.getEpochSecond(), 1_000_000_000L), time.getNano());
  }

  private Instant instant(String text, QueryTokens.Token token, QueryTokens tokens) {
    if (DURATION.matcher(text).matches()) {
      if (!tokens.takeIf("ago")) {
        throw tokens.wrong(tokens.peek(), "'ago' is missing after %s".formatted(text));
      }
      return now.minus(duration(text));
    }
    if (SECONDS.matcher(text).matches()) {
      return Instant.ofEpochSecond(Long.parseLong(text.substring(1)));
    }
    if (token.isQuoted() && text.indexOf(' ') > 0) {
      int space = text.indexOf(' ');
      return local(text.substring(0, space), text.substring(space + 1).strip());
    }
    if (DAY.matcher(text).matches()) {
      boolean hasClock = CLOCK.matcher(tokens.peek().text()).matches();
      return local(text, hasClock ? tokens.take().text() : "00:00");
    }
    int t = text.indexOf('T');
    if (t > 0 && CLOCK.matcher(text.substring(t + 1)).matches()) {
      return local(text.substring(0, t), text.substring(t + 1));
    }
    return OffsetDateTime.parse(text).toInstant();
  }

  private Instant local(String day, String clock) {
    String padded = clock.indexOf(':') == 1 ? "0" + clock : clock;
    return LocalDate.parse(day).atTime(LocalTime.parse(padded)).atZone(zone).toInstant();
  }

  private static Duration duration(String text) {
    Duration sum = Duration.ZERO;
    Matcher part = PART.matcher(text);
    while (part.find()) {
      long value = Long.parseLong(part.group(1));
      sum =
          sum.plus(
              switch (part.group(2)) {
                case "d" -> Duration.ofDays(value);
                case "h" -> Duration.ofHours(value);
                case "m" -> Duration.ofMinutes(value);
                case "s" -> Duration.ofSeconds(value);
                default -> Duration.ofMillis(value);
              });
    }
    return sum;
  }
}
