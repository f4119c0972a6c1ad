package org.gotm.app.queryserver;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;
import org.gotm.app.bpf.BpfTests;
import org.gotm.store.query.Holdings;
import org.gotm.store.query.Query;
import org.gotm.store.query.Search;

/**
 * What a recorder has.
 *
 * @param folders output folders
 * @param show makes everything captured so far visible in the files; called before each search, by
 *     any thread
 * @param agedFiles files that retention has deleted
 */
public record Recorded(List<Path> folders, Runnable show, LongSupplier agedFiles)
    implements Archive {
  @Override
  public Answered answer(Inquiry inquiry) throws IOException {
    try (BpfTests tests = new BpfTests()) {
      Search search =
          new Search(query(inquiry, tests), inquiry.limits(), inquiry.notes(), System::nanoTime)
              .shownBy(show)
              .watchedBy(inquiry.watcher());
      return Answered.whole(search.run(folders, inquiry.format(), inquiry.target().get()));
    }
  }

  private static Query query(Inquiry inquiry, BpfTests tests) {
    Instant now = Instant.now();
    ZoneId zone = ZoneId.systemDefault();
    Query asked = Query.parse(inquiry.query(), now, zone, tests);
    return asked.within(Query.parse(inquiry.condition(), now, zone, tests));
  }

  @Override
  public Map<String, Long> figures() throws IOException {
    Holdings holdings = Holdings.of(folders);
    return Map.of(
        "aged_files",
        agedFiles.getAsLong(),
        "current_files",
        (long) holdings.files(),
        "oldest_timestamp",
        holdings.oldestNanos());
  }
}
