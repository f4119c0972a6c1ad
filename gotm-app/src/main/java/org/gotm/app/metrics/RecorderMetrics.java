package org.gotm.app.metrics;

import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.prometheus.metrics.instrumentation.jvm.JvmMetrics;
import java.util.List;
import java.util.Map;
import org.gotm.store.metrics.GotmMetrics;
import org.gotm.store.metrics.MeteredOutput;
import org.gotm.store.metrics.MeteredWorker;

/** What Prometheus reads of a recorder: {@link GotmMetrics}, sizes of flows, process and JVM. */
public final class RecorderMetrics {
  private final PrometheusMeterRegistry registry =
      new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
  private final Map<MeteredWorker, FlowSizes> workers;

  /** Metrics of workers, with the sizes of their ended flows, and of their output. */
  public RecorderMetrics(Map<MeteredWorker, FlowSizes> workers, MeteredOutput output) {
    this.workers = workers;
    new GotmMetrics(List.copyOf(workers.keySet()), output).bindTo(registry);
    JvmMetrics.builder().register(registry.getPrometheusRegistry());
  }

  /**
   * All metrics in Prometheus' text format. Any thread, one at a time, so that many who ask take no
   * more than one processor.
   */
  public synchronized String scrape() {
    return registry.scrape("text/plain") + FlowSizeText.of(workers);
  }
}
