package org.gotm.fleet.spark;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Few queries for the packets of many flows of one sensor: records of one flow, or of one after the
 * other between the same ends, are one condition with several stretches of time.
 */
final class FlowQueries {
  /** A sensor takes 2000 words, and 64 KiB. */
  private static final int MOST_WORDS = 1900;

  private static final int LONGEST = 60_000;

  private static final int STRETCHES = 150;
  private static final String OR = " or ";

  private FlowQueries() {}

  private record Stretch(long start, long end) {}

  /** The queries; none if there is no flow that can be asked for. */
  static List<String> of(List<FoundFlow> flows) {
    Map<String, List<Stretch>> times = new LinkedHashMap<>();
    for (FoundFlow flow : flows) {
      for (String condition : flow.conditions()) {
        times
            .computeIfAbsent(condition, _ -> new ArrayList<>())
            .add(new Stretch(flow.startMicros(), flow.endMicros() + 1));
      }
    }
    List<String> terms = new ArrayList<>();
    times.forEach((condition, stretches) -> addTerms(terms, condition, merged(stretches)));
    return joined(terms);
  }

  private static List<Stretch> merged(List<Stretch> stretches) {
    stretches.sort(Comparator.comparingLong(Stretch::start));
    List<Stretch> merged = new ArrayList<>();
    for (Stretch next : stretches) {
      Stretch last = merged.isEmpty() ? null : merged.getLast();
      if (last != null && next.start <= last.end) {
        merged.set(merged.size() - 1, new Stretch(last.start, Math.max(last.end, next.end)));
      } else {
        merged.add(next);
      }
    }
    return merged;
  }

  private static void addTerms(List<String> terms, String condition, List<Stretch> stretches) {
    for (int from = 0; from < stretches.size(); from += STRETCHES) {
      int to = Math.min(from + STRETCHES, stretches.size());
      List<String> times =
          stretches.subList(from, to).stream()
              .map(one -> "(after %s and before %s)".formatted(time(one.start), time(one.end)))
              .toList();
      terms.add("(%s and (%s))".formatted(condition, String.join(OR, times)));
    }
  }

  private static List<String> joined(List<String> terms) {
    List<String> queries = new ArrayList<>();
    StringBuilder query = new StringBuilder();
    int words = 0;
    for (String term : terms) {
      int more = words(term) + 1;
      if (words + more > MOST_WORDS || query.length() + term.length() > LONGEST) {
        queries.add(query.toString());
        query.setLength(0);
        words = 0;
      }
      query.append(query.isEmpty() ? "" : OR).append(term);
      words += more;
    }
    if (!query.isEmpty()) {
      queries.add(query.toString());
    }
    return queries;
  }

  /** Brackets count, too. */
  private static int words(String term) {
    return (int) term.chars().filter(one -> one == ' ' || one == '(' || one == ')').count() + 1;
  }

  private static String time(long micros) {
    return Instant.EPOCH.plus(micros, ChronoUnit.MICROS).toString();
  }
}
