package org.gotm.app.metrics;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import org.gotm.store.metrics.FixedMeters;
import org.gotm.store.metrics.MeteredWorker;

/** A recorder whose every number is another, to see where each of them goes. */
final class FixedRecorder {
  private FixedRecorder() {}

  /** Metrics of these workers, each with the same three flows, and of an output. */
  static RecorderMetrics of(MeteredWorker... workers) {
    Map<MeteredWorker, FlowSizes> sizes = new LinkedHashMap<>();
    for (MeteredWorker worker : workers) {
      sizes.put(worker, flowSizes());
    }
    return new RecorderMetrics(sizes, FixedMeters.output(), Duration.ofSeconds(5));
  }

  private static FlowSizes flowSizes() {
    FlowSizes sizes = new FlowSizes();
    sizes.observe(100);
    sizes.observe(50_000);
    sizes.observe(60_000);
    return sizes;
  }
}
