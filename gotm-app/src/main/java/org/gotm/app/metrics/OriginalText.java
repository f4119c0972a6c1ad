package org.gotm.app.metrics;

import java.time.Duration;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.ToLongFunction;
import org.gotm.app.shunt.FilterCounts;
import org.gotm.core.capture.Counter;
import org.gotm.store.metrics.MeteredWorker;

/**
 * The metrics of the original whose names the Prometheus library would not let be, in Prometheus'
 * text format: it ends the name of each counter in {@code _total}. docs/migration.md says what each
 * of them means. One thread.
 */
final class OriginalText {
  /** Gauges of {@link org.gotm.store.metrics.GotmMetrics} that are counters here. */
  static final Set<String> COUNTERS_NOT_GAUGES =
      Set.of("gotm_packet_count", "gotm_packet_output_count");

  private final Map<MeteredWorker, GrowthPerInterval> expired = new LinkedHashMap<>();
  private volatile FilterCounts filtered = new FilterCounts();

  /** Of these workers; {@code interval} is that of the statistics lines. */
  OriginalText(Collection<MeteredWorker> workers, Duration interval, long nowNanos) {
    for (MeteredWorker worker : workers) {
      expired.put(worker, new GrowthPerInterval(interval.toNanos(), nowNanos));
    }
  }

  /** Tells of these large flows from now on; of none before. */
  void countFiltered(FilterCounts counts) {
    filtered = counts;
  }

  /** The metric families, as they are now. */
  String text(long nowNanos) {
    StringBuilder text = new StringBuilder();
    family(text, "gotm_packet_count counter", "Packets seen", worker -> worker.ledger().seen());
    counter(text, "gotm_packet_output_count", "Packets kept", Counter.KEPT);
    counter(text, "gotm_flow_count", "Flows seen", Counter.FLOWS);
    family(
        text,
        "gotm_expired_flow_count gauge",
        "Flows forgotten when idle, in a statistics interval",
        worker -> expired.get(worker).lookAt(of(worker, Counter.FLOWS_EXPIRED), nowNanos));
    family(
        text,
        "gotm_expired_flow_duration_seconds_sum counter",
        "Always 0: flows are forgotten as packets come, capture never stands still for it",
        worker -> 0);
    addFlowsFiltered(text);
    return text.toString();
  }

  private void counter(StringBuilder text, String name, String help, Counter counter) {
    family(text, name + " counter", help, worker -> of(worker, counter));
  }

  private static long of(MeteredWorker worker, Counter counter) {
    return worker.ledger().get(counter);
  }

  private void family(
      StringBuilder text, String nameAndType, String help, ToLongFunction<MeteredWorker> value) {
    String name = addHeader(text, nameAndType, help);
    for (MeteredWorker worker : expired.keySet()) {
      text.append(
          "%s{interface=\"%s\",worker=\"%d\"} %d\n"
              .formatted(
                  name,
                  escaped(worker.interfaceName()),
                  worker.number(),
                  value.applyAsLong(worker)));
    }
  }

  private void addFlowsFiltered(StringBuilder text) {
    String help = "Large flows that others were asked to filter, by what became of it";
    String name = addHeader(text, "gotm_flows_filtered counter", help);
    for (FilterCounts.Status status : FilterCounts.Status.values()) {
      text.append("%s{status=\"%s\"} %d\n".formatted(name, status.label(), filtered.get(status)));
    }
  }

  private static String addHeader(StringBuilder text, String nameAndType, String help) {
    String name = nameAndType.substring(0, nameAndType.indexOf(' '));
    text.append("# HELP %s %s\n# TYPE %s\n".formatted(name, help, nameAndType));
    return name;
  }

  private static String escaped(String label) {
    return label.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n");
  }
}
