package org.gotm.app.queryserver;

import java.io.IOException;
import java.util.Locale;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.gotm.store.query.Holdings;

/** What {@code /debug/stats} says: lines of a name and a number, as stenographer's clients read. */
final class StatsPage {
  private static final long FRESH_NANOS = 1_000_000_000;

  private final Recorded recorded;
  private final QueryCounts counts;
  private Holdings holdings;
  private long lookedNanos;

  StatsPage(Recorded recorded, QueryCounts counts) {
    this.recorded = recorded;
    this.counts = counts;
  }

  /** The page now; of files as they were a second ago. Any thread, one at a time. */
  synchronized String text() throws IOException {
    if (holdings == null || System.nanoTime() - lookedNanos > FRESH_NANOS) {
      holdings = Holdings.of(recorded.folders());
      lookedNanos = System.nanoTime();
    }
    SortedMap<String, Long> values = new TreeMap<>();
    values.put("aged_files", recorded.agedFiles().getAsLong());
    values.put("current_files", (long) holdings.files());
    values.put("indexfile_current_reads", (long) counts.running());
    values.put("oldest_timestamp", holdings.oldestNanos());
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
