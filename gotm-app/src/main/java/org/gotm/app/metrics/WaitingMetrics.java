package org.gotm.app.metrics;

import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.util.List;
import java.util.function.Supplier;

/** What a recorder that waits for its interfaces shows: that it lives, and does not record. */
public final class WaitingMetrics {
  private final PrometheusMeterRegistry registry =
      new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);

  /** Metrics of the process alone. */
  public WaitingMetrics(DaemonMetrics process) {
    process.bindTo(registry);
  }

  /** These metrics in Prometheus' text format. Any thread, one at a time. */
  public synchronized String scrape() {
    return registry.scrape("text/plain");
  }

  /**
   * A page at {@code /} that says what is waited for, until the recorder's own takes its place.
   *
   * @param reasons a line each; called by the server's threads
   */
  public Site page(Supplier<List<String>> reasons) {
    return new Site() {
      @Override
      public Page page(String path) {
        return path.equals("/")
            ? new Page(
                503,
                "text/plain; charset=utf-8",
                String.join("\n", reasons.get()) + "\n",
                List.of("Refresh: 2"))
            : null;
      }

      @Override
      public EventStream stream(String path) {
        return null;
      }
    };
  }
}
