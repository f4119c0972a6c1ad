package org.gotm.app.metrics;

import io.prometheus.metrics.model.registry.Collector;
import io.prometheus.metrics.model.snapshots.ClassicHistogramBuckets;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot.HistogramDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import java.util.List;

/** The histograms {@code gotm_flow_size_bytes}, straight from what the workers count. */
final class FlowSizeCollector implements Collector {
  private final List<MeteredWorker> workers;

  FlowSizeCollector(List<MeteredWorker> workers) {
    this.workers = workers;
  }

  @Override
  public HistogramSnapshot collect() {
    HistogramSnapshot.Builder histogram =
        HistogramSnapshot.builder()
            .name("gotm_flow_size_bytes")
            .help("Payload bytes of flows that ended");
    for (MeteredWorker worker : workers) {
      histogram.dataPoint(
          HistogramDataPointSnapshot.builder()
              .labels(
                  Labels.of(
                      "interface",
                      worker.interfaceName(),
                      "worker",
                      Integer.toString(worker.worker())))
              .classicHistogramBuckets(buckets(worker.flowSizes()))
              .sum(worker.flowSizes().sum())
              .build());
    }
    return histogram.build();
  }

  private static ClassicHistogramBuckets buckets(FlowSizes sizes) {
    ClassicHistogramBuckets.Builder buckets = ClassicHistogramBuckets.builder();
    for (int i = 0; i < FlowSizes.BUCKETS; i++) {
      buckets.bucket(FlowSizes.upperBound(i), sizes.count(i));
    }
    return buckets.bucket(Double.POSITIVE_INFINITY, sizes.count(FlowSizes.BUCKETS)).build();
  }
}
