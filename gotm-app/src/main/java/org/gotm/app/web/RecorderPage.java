package org.gotm.app.web;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.gotm.app.metrics.EventStream;
import org.gotm.app.metrics.Page;
import org.gotm.app.metrics.Site;
import org.gotm.core.flow.SampledFlow;

/**
 * The page to look at, at {@code /}, with what it is made of, and the events that keep it up to
 * date at {@code /events}. It needs no other host, and the browser is told to ask none.
 */
public final class RecorderPage implements Site {
  private static final String EVENTS = "/events";
  private static final String ONLY_OWN =
      "Content-Security-Policy: default-src 'none'; script-src 'self'; style-src 'self';"
          + " connect-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none';"
          + " frame-ancestors 'none'";
  private static final List<String> HEADERS =
      List.of(
          ONLY_OWN,
          "X-Content-Type-Options: nosniff",
          "Referrer-Policy: no-referrer",
          "Cross-Origin-Resource-Policy: same-origin");

  /** Changes with the version of gotm. */
  private static final String ASK_AGAIN = "Cache-Control: no-cache";

  /** Has its version in its name. */
  private static final String KEEP = "Cache-Control: public, max-age=31536000, immutable";

  private final Map<String, Page> pages = new TreeMap<>();
  private final Viewers viewers;

  /**
   * The page of a recorder; who is given here is asked whenever somebody looks, by any thread.
   *
   * @param facts of the run, which stay as they are, by their names
   * @param metrics in Prometheus' text format
   * @param errors what is wrong now, a line each
   * @param largestFlows the largest of those that send, the largest first
   * @param classes names of classes of traffic by index
   * @param log its last lines
   */
  public RecorderPage(
      Map<String, String> facts,
      Supplier<String> metrics,
      Supplier<List<String>> errors,
      Supplier<List<SampledFlow>> largestFlows,
      Supplier<List<String>> classes,
      RecentLines log) {
    LiveState.Told told = new LiveState.Told(facts, metrics, errors, largestFlows, classes);
    LiveState state = new LiveState(told, Clock.systemUTC(), System::nanoTime);
    viewers = new Viewers(state::now, log);
    add("/", "index.html", "text/html", ASK_AGAIN);
    add("/page.css", "page.css", "text/css", ASK_AGAIN);
    add("/page.js", "page.js", "text/javascript", ASK_AGAIN);
    add("/favicon.svg", "favicon.svg", "image/svg+xml", ASK_AGAIN);
    add("/uplot-1.6.32.js", "uplot-1.6.32/uPlot.iife.min.js", "text/javascript", KEEP);
    add("/uplot-1.6.32.css", "uplot-1.6.32/uPlot.min.css", "text/css", KEEP);
  }

  private void add(String path, String resource, String type, String caching) {
    List<String> headers = new ArrayList<>(HEADERS);
    headers.add(caching);
    pages.put(path, new Page(200, type + "; charset=utf-8", read(resource), headers));
  }

  private static String read(String resource) {
    try (InputStream in = RecorderPage.class.getResourceAsStream(resource)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(resource + ": cannot be read from gotm's own jar", e);
    }
  }

  @Override
  public Page page(String path) {
    return path.equals(EVENTS)
        ? Page.plain(503, "%d already look, no more can\n".formatted(Viewers.MOST))
        : pages.get(path);
  }

  @Override
  public EventStream stream(String path) {
    return path.equals(EVENTS) ? viewers.admit() : null;
  }
}
