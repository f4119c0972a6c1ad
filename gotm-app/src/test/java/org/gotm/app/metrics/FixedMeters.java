package org.gotm.app.metrics;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.gotm.core.capture.Counter;
import org.gotm.core.capture.Ledger;

/** A recorder whose every number is another, to see where each of them goes. */
final class FixedMeters {
  private FixedMeters() {}

  /** Metrics of these workers, each with the same three flows, and of an output. */
  static RecorderMetrics recorder(MeteredWorker... workers) {
    Map<MeteredWorker, FlowSizes> sizes = new LinkedHashMap<>();
    for (MeteredWorker worker : workers) {
      sizes.put(worker, flowSizes());
    }
    return new RecorderMetrics(sizes, output());
  }

  private static FlowSizes flowSizes() {
    FlowSizes sizes = new FlowSizes();
    sizes.observe(100);
    sizes.observe(50_000);
    sizes.observe(60_000);
    return sizes;
  }

  /** A worker whose counter number n stands at 1000 + n. */
  static MeteredWorker worker(String interfaceName, int number) {
    Ledger ledger = new Ledger();
    for (Counter counter : Counter.values()) {
      ledger.set(counter, value(counter));
    }
    return new MeteredWorker(interfaceName, number, ledger, List.of("freezes"));
  }

  /** What {@link #worker} has in a counter. */
  static long value(Counter counter) {
    return 1000 + counter.ordinal();
  }

  /** An output that counts from 1 to 7. */
  static MeteredOutput output() {
    return new MeteredOutput(
        () -> 1, () -> 2, () -> 3, () -> 5_500_000_000L, () -> 4, () -> 6, () -> 7);
  }
}
