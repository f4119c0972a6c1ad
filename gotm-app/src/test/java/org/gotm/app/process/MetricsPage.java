package org.gotm.app.process;

import static org.assertj.core.api.Assertions.assertThat;

import org.gotm.ffm.Command;
import org.gotm.ffm.VethPair;

/**
 * The metrics of a gotm in the namespace of a pair; it is to serve on {@link HealthPage#ADDRESS}.
 *
 * @param veth whose namespace it is
 */
record MetricsPage(VethPair veth) {
  private static final long PATIENCE_NANOS = 60_000_000_000L;

  /**
   * The sum over all workers of a metric, of the samples with a label; 0 if there are none. A
   * metric of the whole recorder has one sample, without labels.
   */
  long sum(String metric, String label) {
    String url = "http://" + HealthPage.ADDRESS + "/metrics";
    return Command.run(veth.inside("curl", "-s", "-m", "5", url))
        .output()
        .lines()
        .filter(line -> line.startsWith(metric + "{") || line.startsWith(metric + " "))
        .filter(line -> line.contains(label))
        .mapToLong(line -> (long) Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
        .sum();
  }

  /** The sum over all workers of a metric. */
  long sum(String metric) {
    return sum(metric, "");
  }

  /** Waits until a metric has this sum. */
  void await(String metric, long value) {
    long deadline = System.nanoTime() + PATIENCE_NANOS;
    long sum;
    while ((sum = sum(metric)) != value) {
      assertThat(System.nanoTime()).as("%s=%d", metric, sum).isLessThan(deadline);
    }
  }
}
