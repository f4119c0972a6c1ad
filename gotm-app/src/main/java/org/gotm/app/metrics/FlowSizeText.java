package org.gotm.app.metrics;

import java.math.BigDecimal;
import java.util.Collection;

/**
 * The histogram {@code gotm_flow_size_bytes} in Prometheus' text format, straight from what the
 * workers count. A class of its own because dashboards of the original query bucket bounds as Go
 * spells them, {@code 65536} and {@code 1.048576e+06}, where the Prometheus library writes {@code
 * 65536.0}; and because they take it for one histogram, without labels.
 */
final class FlowSizeText {
  private static final String NAME = "gotm_flow_size_bytes";
  private static final int GO_EXPONENT = 6;

  private FlowSizeText() {}

  /** The whole metric family: one histogram of all workers. Any thread. */
  static String of(Collection<FlowSizes> workers) {
    StringBuilder text = new StringBuilder();
    text.append("# HELP ").append(NAME).append(" Payload bytes of flows that ended\n");
    text.append("# TYPE ").append(NAME).append(" histogram\n");
    long flows = 0;
    for (int i = 0; i <= FlowSizes.BUCKETS; i++) {
      int bucket = i;
      flows += workers.stream().mapToLong(sizes -> sizes.count(bucket)).sum();
      text.append("%s_bucket{le=\"%s\"} %d\n".formatted(NAME, bound(bucket), flows));
    }
    long bytes = workers.stream().mapToLong(FlowSizes::sum).sum();
    text.append("%s_sum %s\n%s_count %d\n".formatted(NAME, (double) bytes, NAME, flows));
    return text.toString();
  }

  private static String bound(int bucket) {
    return bucket == FlowSizes.BUCKETS
        ? "+Inf"
        : goSpelling(BigDecimal.valueOf(FlowSizes.upperBound(bucket)));
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
