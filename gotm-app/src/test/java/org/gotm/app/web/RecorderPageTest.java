package org.gotm.app.web;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.gotm.app.metrics.EventStream;
import org.gotm.app.metrics.FlowSizes;
import org.gotm.app.metrics.MetricsServer;
import org.gotm.app.metrics.RecorderMetrics;
import org.gotm.core.capture.Counter;
import org.gotm.core.flow.SampledFlow;
import org.gotm.core.packet.FlowKey;
import org.gotm.ffm.Command;
import org.gotm.store.metrics.FixedMeters;
import org.gotm.store.metrics.MeteredWorker;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The page as a browser shows it, of a recorder whose every number is another. */
class RecorderPageTest {
  /** TCP over IPv4, from 10.0.0.1 port 1000 to 11.0.0.2 port 443. */
  private static final SampledFlow FLOW =
      new SampledFlow(
          FlowKey.of(1000L << 48 | 443L << 32 | 6 << 8 | 4, 0x0a000001_0b000002L, 0, 0, 0),
          5 << 20,
          4000,
          0,
          1_700_000_000_000_000_000L);

  @TempDir private Path folder;

  private final HttpClient client = HttpClient.newHttpClient();
  private final RecentLines log = new RecentLines();
  private final MeteredWorker worker = FixedMeters.worker("en0", 0);
  private final RecorderMetrics metrics = metrics();
  private volatile List<String> errors = List.of();
  private RecorderPage page;
  private MetricsServer server;

  private RecorderMetrics metrics() {
    Map<MeteredWorker, FlowSizes> workers = new LinkedHashMap<>();
    workers.put(worker, new FlowSizes());
    workers.put(FixedMeters.worker("en1", 3), new FlowSizes());
    return new RecorderMetrics(workers, FixedMeters.output(), Duration.ofSeconds(5));
  }

  @BeforeEach
  void serve() throws IOException {
    page =
        new RecorderPage(
            Map.of("reads", "en0,en1"),
            metrics::scrape,
            () -> errors,
            () -> List.of(FLOW),
            () -> List.of("default"),
            log);
    server =
        MetricsServer.open(
            new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), message -> {});
    server.serve(metrics::scrape, () -> errors, page);
  }

  @AfterEach
  void close() {
    client.close();
    server.close();
  }

  private String url(String path) {
    return "http://localhost:%d%s".formatted(server.port(), path);
  }

  private Browser look(boolean dark) throws IOException {
    Command.require("chromium");
    Browser browser = Browser.open(folder.resolve("profile"), dark);
    browser.resize(360, 740);
    browser.go(url("/"));
    browser.await("document.body != null && Number(document.body.dataset.events) >= 2");
    return browser;
  }

  private static String text(Browser browser, String id) {
    return browser.value("document.getElementById('%s').innerText".formatted(id));
  }

  @Test
  void shouldShowWhatTheMetricsSayAndEachLossInWords() throws Exception {
    log.add("2017/08/29 17:45:58 Rotating <b>");
    errors = List.of("output: disk full");
    try (Browser browser = look(false)) {
      Map<String, String> shown = ShownMetrics.on(browser);
      assertThat(shown).hasSizeGreaterThan(15);
      assertThat(shown)
          .allSatisfy(
              (metric, words) ->
                  assertThat(Double.parseDouble(words.split(" ")[0]))
                      .as(metric)
                      .isEqualTo(ShownMetrics.in(metrics.scrape(), metric)));
      assertThat(text(browser, "losses")).contains("✗ ring: the ring had no room");
      assertThat(text(browser, "status")).contains("Trouble");
      assertThat(text(browser, "errors")).isEqualTo("output: disk full");
      assertThat(text(browser, "log")).isEqualTo("2017/08/29 17:45:58 Rotating <b>");
      assertThat(text(browser, "flows"))
          .contains("TCP", "10.0.0.1:1000", "11.0.0.2:443", "default", "5.00 MiB", "4.00 k");

      worker.ledger().set(Counter.DROPPED, FixedMeters.value(Counter.DROPPED) + 77);
      errors = List.of();
      log.add("2017/08/29 17:46:00 works again");
      browser.await("document.getElementById('status').innerText.includes('Losing packets: 77')");
      browser.await("document.getElementById('log').innerText.includes('works again')");
      assertThat(text(browser, "errors")).isEmpty();
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void shouldFitATelephoneInLightAndDarkAndAskNoOtherHost(boolean dark) throws Exception {
    try (Browser browser = look(dark)) {
      assertThat(browser.value("document.documentElement.scrollWidth")).isEqualTo("360");
      assertThat(browser.value("document.querySelectorAll('canvas').length")).isEqualTo("2");
      assertThat(browser.value("getComputedStyle(document.body).backgroundColor"))
          .isEqualTo(dark ? "rgb(16, 20, 24)" : "rgb(246, 247, 249)");
      assertThat(
              browser.value(
                  "performance.getEntriesByType('resource').map(e => new URL(e.name).host)"
                      + ".filter(host => host !== location.host)"))
          .isEmpty();
    }
  }

  @Test
  void shouldSayThatTheRecorderIsGone() throws Exception {
    try (Browser browser = look(false)) {
      server.close();
      browser.await("document.getElementById('status').innerText.includes('No answer')");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"/", "/page.js", "/page.css", "/uplot-1.6.32.js", "/uplot-1.6.32.css"})
  void shouldLetTheBrowserRunOnlyWhatIsItsOwn(String path) throws Exception {
    HttpResponse<String> response = get(path);

    assertThat(response.statusCode()).isEqualTo(200);
    assertThat(response.headers().firstValue("Content-Security-Policy").orElseThrow())
        .startsWith("default-src 'none'; script-src 'self'; style-src 'self';");
    assertThat(response.headers().firstValue("X-Content-Type-Options")).hasValue("nosniff");
    assertThat(response.headers().firstValue("Cache-Control")).isPresent();
  }

  private HttpResponse<String> get(String path) throws IOException, InterruptedException {
    return client.send(
        HttpRequest.newBuilder(URI.create(url(path))).build(), BodyHandlers.ofString());
  }

  @Test
  void shouldTellTheNinthThatEightLookAlreadyUntilOneGoes() throws Exception {
    List<EventStream> viewers = new ArrayList<>();
    for (int i = 0; i < Viewers.MOST; i++) {
      viewers.add(page.stream("/events"));
    }
    assertThat(viewers).doesNotContainNull();
    assertThat(get("/events").statusCode()).isEqualTo(503);
    viewers.getFirst().close();

    assertThat(page.stream("/events")).isNotNull();
  }

  @Test
  void shouldRememberTheLastLinesAndTellEachOnce() {
    for (int i = 1; i <= RecentLines.MOST + 5; i++) {
      log.add("line " + i);
    }
    RecentLines.Lines all = log.after(0);
    assertThat(all.lines()).hasSize(RecentLines.MOST).first().isEqualTo("line 6");
    assertThat(all.first()).isEqualTo(6);
    assertThat(log.after(all.last()).lines()).isEmpty();
    log.add("one more");

    assertThat(log.after(all.last()).lines()).containsExactly("one more");
  }

  @Test
  void shouldWriteTextAsJsonDoes() {
    assertThat(Json.of(Map.of("a\"\\\n", List.of(1, 2L, Set.of("ü\u0001")))))
        .isEqualTo("{\"a\\\"\\\\\\u000a\":[1,2,[\"ü\\u0001\"]]}");
  }
}
