package org.gotm.app.metrics;

import java.math.BigDecimal;
import java.util.Map;
import org.gotm.store.metrics.MeteredWorker;

/**
 * The histograms {@code gotm_flow_size_bytes} in Prometheus' text format, straight from what the
 * workers count. A class of their own because dashboards of the original query bucket bounds as Go
 * spells them, {@code 65536} and {@code 1.048576e+06}, where the Prometheus library writes {@code
 * 65536.0}.
 */
final class FlowSizeText {
  private static final String NAME = "gotm_flow_size_bytes";
  private static final int GO_EXPONENT = 6;

  private final StringBuilder text = new StringBuilder();

  private FlowSizeText() {
    text.append("# HELP ").append(NAME).append(" Payload bytes of flows that ended\n");
    text.append("# TYPE ").append(NAME).append(" histogram\n");
  }

  /** The whole metric family, a histogram a worker. Any thread. */
  static String of(Map<MeteredWorker, FlowSizes> workers) {
    FlowSizeText family = new FlowSizeText();
    workers.forEach(family::add);
    return family.text.toString();
  }

  private void add(MeteredWorker worker, FlowSizes sizes) {
    String labels =
        "interface=\"%s\",worker=\"%d\""
            .formatted(escaped(worker.interfaceName()), worker.number());
    long flows = 0;
    for (int i = 0; i < FlowSizes.BUCKETS; i++) {
      flows += sizes.count(i);
      addBucket(labels, goSpelling(BigDecimal.valueOf(FlowSizes.upperBound(i))), flows);
    }
    flows += sizes.count(FlowSizes.BUCKETS);
    addBucket(labels, "+Inf", flows);
    text.append("%s_count{%s} %d\n".formatted(NAME, labels, flows));
    text.append("%s_sum{%s} %s\n".formatted(NAME, labels, (double) sizes.sum()));
  }

  private void addBucket(String labels, String bound, long flows) {
    text.append("%s_bucket{%s,le=\"%s\"} %d\n".formatted(NAME, labels, bound, flows));
  }

  private static String escaped(String label) {
    return label.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n");
  }

  /**
   * A number above 0 as Go's {@code FormatFloat(x, 'g', -1, 64)} writes it: {@code 65536}, but
   * {@code 1.048576e+06}.
   */
  private static String goSpelling(BigDecimal number) {
    BigDecimal digits = number.stripTrailingZeros();
    int exponent = digits.precision() - digits.scale() - 1;
    return exponent < GO_EXPONENT
        ? digits.toPlainString()
        : "%se+%02d".formatted(digits.movePointLeft(exponent).toPlainString(), exponent);
  }
}
