package org.gotm.app.queryserver;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;
import org.gotm.app.bpf.BpfTests;
import org.gotm.store.flows.FlowRow;
import org.gotm.store.flows.FlowSearch;
import org.gotm.store.flows.FlowText;
import org.gotm.store.query.Answer;
import org.gotm.store.query.FlowQuery;
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
 * @param flows shows flows that go on; none if no records of flows are written
 */
public record Recorded(
    List<Path> folders, Runnable show, LongSupplier agedFiles, Optional<FlowSearch.Show> flows)
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
  public boolean hasFlows() {
    return flows.isPresent();
  }

  @Override
  public Answered answerFlows(Inquiry inquiry, boolean isJson) throws IOException {
    Instant now = Instant.now();
    ZoneId zone = ZoneId.systemDefault();
    FlowQuery query =
        FlowQuery.parse(inquiry.query(), now, zone)
            .within(FlowQuery.parse(inquiry.condition(), now, zone));
    FlowSearch search =
        new FlowSearch(query, inquiry.limits(), null, inquiry.notes()).watchedBy(inquiry.watcher());
    OutputStream out = inquiry.target().get();
    search.run(folders, flows.orElseThrow(), row -> write(row, isJson, out));
    out.flush();
    return Answered.whole(new Answer(search.found(), 0, 0, 0, 0, search.cutShort()));
  }

  private static int write(FlowRow row, boolean isJson, OutputStream out) throws IOException {
    byte[] line = (isJson ? FlowText.json(row) : FlowText.line(row)).getBytes(UTF_8);
    out.write(line);
    return line.length;
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
