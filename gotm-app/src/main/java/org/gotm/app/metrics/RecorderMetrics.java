package org.gotm.app.metrics;

import io.micrometer.core.instrument.binder.MeterBinder;
import io.micrometer.core.instrument.config.MeterFilter;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.prometheus.metrics.instrumentation.jvm.JvmMetrics;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.gotm.app.shunt.FilterCounts;
import org.gotm.store.metrics.ClassMetrics;
import org.gotm.store.metrics.GotmMetrics;
import org.gotm.store.metrics.MeteredOutput;
import org.gotm.store.metrics.MeteredWorker;

/**
 * What Prometheus reads of a recorder: {@link GotmMetrics}, those of the original by its names and
 * types, sizes of flows, process and JVM.
 */
public final class RecorderMetrics {
  private final PrometheusMeterRegistry registry =
      new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
  private final Map<MeteredWorker, FlowSizes> workers;
  private final OriginalText original;

  /**
   * Metrics of workers, with the sizes of their ended flows, and of their output.
   *
   * @param interval that of the statistics lines, which the original's {@code
   *     gotm_expired_flow_count} is about
   */
  public RecorderMetrics(
      Map<MeteredWorker, FlowSizes> workers, MeteredOutput output, Duration interval) {
    this.workers = workers;
    original = new OriginalText(workers.keySet(), interval, System.nanoTime());
    registry
        .config()
        .meterFilter(
            MeterFilter.deny(id -> OriginalText.COUNTERS_NOT_GAUGES.contains(id.getName())));
    new GotmMetrics(List.copyOf(workers.keySet()), output).bindTo(registry);
    JvmMetrics.builder().register(registry.getPrometheusRegistry());
  }

  /** From now on there are these metrics, too. */
  public void add(MeterBinder meters) {
    meters.bindTo(registry);
  }

  /**
   * From now on there are metrics of these classes of traffic, too.
   *
   * @param names by the index of the class; none are added for the only one
   */
  public void addClasses(List<String> names) {
    if (names.size() > 1) {
      new ClassMetrics(List.copyOf(workers.keySet()), names).bindTo(registry);
    }
  }

  /** From now on tells of these large flows that were to be filtered. */
  public void countFiltered(FilterCounts counts) {
    original.countFiltered(counts);
  }

  /**
   * All metrics in Prometheus' text format. Any thread, one at a time, so that many who ask take no
   * more than one processor.
   */
  public synchronized String scrape() {
    return registry.scrape("text/plain")
        + original.text(System.nanoTime())
        + FlowSizeText.of(workers.values());
  }
}
