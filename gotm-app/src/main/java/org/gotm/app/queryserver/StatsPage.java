package org.gotm.app.queryserver;

import java.io.IOException;
import java.util.Locale;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** What {@code /debug/stats} says: lines of a name and a number, as stenographer's clients read. */
final class StatsPage {
  private static final long FRESH_NANOS = 1_000_000_000;

  private final Archive archive;
  private final QueryCounts counts;
  private Map<String, Long> figures;
  private long lookedNanos;

  StatsPage(Archive archive, QueryCounts counts) {
    this.archive = archive;
    this.counts = counts;
  }

  /** The page now; what there is as it was a second ago. Any thread, one at a time. */
  synchronized String text() throws IOException {
    if (figures == null || System.nanoTime() - lookedNanos > FRESH_NANOS) {
      figures = archive.figures();
      lookedNanos = System.nanoTime();
    }
    SortedMap<String, Long> values = new TreeMap<>(figures);
    values.put("indexfile_current_reads", (long) counts.running());
    values.put("query_bytes", counts.bytes());
    values.put("query_packets", counts.packets());
    for (Outcome outcome : Outcome.values()) {
      values.put("queries_" + outcome.word(), counts.count(outcome));
    }
    return values.entrySet().stream()
        .map(value -> String.format(Locale.ROOT, "%s\t%d\n", value.getKey(), value.getValue()))
        .collect(Collectors.joining());
  }
}
