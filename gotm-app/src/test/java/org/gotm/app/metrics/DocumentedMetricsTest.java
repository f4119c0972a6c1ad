package org.gotm.app.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.gotm.app.docs.DocPages;
import org.gotm.app.queryclient.SensorAddress;
import org.gotm.app.queryserver.QueryCounts;
import org.gotm.app.sensors.Sensor;
import org.gotm.app.sensors.SensorCounts;
import org.gotm.ffm.afpacket.AfPacketSource;
import org.gotm.ffm.snf.SnfSource;
import org.gotm.store.Recording;
import org.gotm.store.flows.FlowSpool;
import org.gotm.store.flows.SpoolHeader;
import org.gotm.store.metrics.FixedMeters;
import org.gotm.store.metrics.FlowSpoolMetrics;
import org.gotm.store.metrics.GotmMetrics;
import org.gotm.store.metrics.MeteredOutput;
import org.gotm.store.metrics.RetentionMetrics;
import org.gotm.store.retain.Retention;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Each metric is in a table of docs/operating.md, and each metric in the docs is served. */
class DocumentedMetricsTest {
  private static final Pattern FAMILY = Pattern.compile("(?m)^# TYPE (gotm_\\w+) ");

  /** Not the preferences of an interface of Wireshark. */
  private static final Pattern NAME =
      Pattern.compile("(?<!extcap\\.)\\bgotm_[a-z0-9_]*[a-z0-9]\\b");

  private static final Pattern PART = Pattern.compile("_(bucket|sum|count)$");

  /** That of the source that is made up for tests. */
  private static final String MADE_UP = "gotm_source_freezes_total";

  @TempDir static Path folder;

  private static Set<String> served() {
    RecorderMetrics metrics = FixedRecorder.of(FixedMeters.worker("en0", 0));
    metrics.addClasses(List.of("default", "dns"));
    metrics.add(new DaemonMetrics(() -> true, () -> 0, Clock.systemUTC(), System::nanoTime));
    metrics.add(new QueryCounts());
    SensorCounts sensors = new SensorCounts(); // of a server for many, which is documented here
    metrics.add(sensors);
    sensors.know(new Sensor("north", SensorAddress.of("unix:/north.sock"), null));
    Set<String> names = new TreeSet<>();
    try (Recording recording =
            Recording.into(folder).retention(Retention.none()).index(true).open();
        FlowSpool flows = new FlowSpool(flowOptions(), List.of())) {
      metrics.add(new FlowSpoolMetrics(flows));
      metrics.add(new GotmMetrics(List.of(), MeteredOutput.of(recording)));
      metrics.add(new RetentionMetrics(recording.retainer().orElseThrow()));
      names.addAll(names(FAMILY, metrics.scrape(), 1));
    }
    names.remove(MADE_UP);
    Stream.of(AfPacketSource.EXTRA_COUNTERS, SnfSource.EXTRA_COUNTERS)
        .flatMap(List::stream)
        .forEach(name -> names.add("gotm_source_" + name + "_total"));
    return names;
  }

  private static FlowSpool.Options flowOptions() {
    return new FlowSpool.Options(
        folder,
        "en0",
        () -> new SpoolHeader(List.of(), List.of()),
        Duration.ZERO,
        false,
        Clock.systemUTC(),
        line -> {},
        () -> {});
  }

  private static Set<String> names(Pattern pattern, String text, int group) {
    return pattern
        .matcher(text)
        .results()
        .map((MatchResult result) -> result.group(group))
        .collect(Collectors.toCollection(TreeSet::new));
  }

  @Test
  void shouldHaveEachMetricInATableForOperators() {
    Path page =
        DocPages.all().stream().filter(each -> each.endsWith("operating.md")).findFirst().get();
    Set<String> described =
        DocPages.tableRows(page).stream()
            .map(row -> row.split("\\|")[1])
            .flatMap(cell -> names(NAME, cell, 0).stream())
            .collect(Collectors.toSet());

    assertThat(served()).hasSizeGreaterThan(30).isSubsetOf(described);
  }

  @Test
  void shouldNameNoMetricThatIsNotServed() {
    Set<String> served = served();
    String dashboard = DocPages.text("deploy/grafana_dashboard.json");

    assertThat(Stream.concat(DocPages.all().stream().map(DocPages::text), Stream.of(dashboard)))
        .allSatisfy(
            text ->
                assertThat(names(NAME, text, 0))
                    .allMatch(
                        name ->
                            served.contains(name)
                                || served.contains(PART.matcher(name).replaceFirst(""))));
  }
}
