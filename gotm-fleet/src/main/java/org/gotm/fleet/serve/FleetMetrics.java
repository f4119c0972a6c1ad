package org.gotm.fleet.serve;

import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.prometheus.metrics.instrumentation.jvm.JvmMetrics;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import org.gotm.app.daemon.EventLog;
import org.gotm.app.metrics.DaemonMetrics;
import org.gotm.app.queryserver.QueryCounts;

/** What Prometheus reads of a query server for many sensors, and what is wrong with it. */
public final class FleetMetrics {
  private final PrometheusMeterRegistry registry =
      new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
  private final FleetArchive archive;
  private final EventLog log;

  /** Metrics of queries, sensors, process and JVM. */
  public FleetMetrics(FleetArchive archive, QueryCounts counts, EventLog log) {
    this.archive = archive;
    this.log = log;
    counts.bindTo(registry);
    archive.counts().bindTo(registry);
    new DaemonMetrics(() -> errors().isEmpty(), log::dropped, Clock.systemUTC(), System::nanoTime)
        .bindTo(registry);
    JvmMetrics.builder().register(registry.getPrometheusRegistry());
    archive.errors(); // reads the list, so that its sensors are there from the first scrape on
  }

  /** All metrics in Prometheus' text format. Any thread, one at a time. */
  public synchronized String scrape() {
    return registry.scrape("text/plain");
  }

  /** What is wrong now, for {@code /healthz}, a line each. Any thread. */
  public List<String> errors() {
    List<String> errors = new ArrayList<>(archive.errors());
    if (log.error() != null) {
      errors.add("log: " + log.error());
    }
    return errors;
  }
}
