package org.gotm.app.metrics;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Tags;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.prometheus.metrics.instrumentation.jvm.JvmMetrics;
import java.util.List;
import java.util.function.ToDoubleFunction;
import org.gotm.core.capture.Counter;
import org.gotm.core.capture.Ledger;

/**
 * All metrics of a recorder. Those that the dashboard of the original queries keep its names, be
 * they counters or gauges; the rest follows the conventions of Prometheus.
 */
public final class RecorderMetrics {
  private final List<MeteredWorker> workers;
  private final PrometheusMeterRegistry registry =
      new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);

  /** Metrics of these workers and their output, and of process and JVM. */
  public RecorderMetrics(List<MeteredWorker> workers, OutputMeters output) {
    this.workers = List.copyOf(workers);
    workers.forEach(this::addWorker);
    addOutput(output);
    JvmMetrics.builder().register(registry.getPrometheusRegistry());
  }

  private void addWorker(MeteredWorker worker) {
    Tags tags =
        Tags.of("interface", worker.interfaceName(), "worker", Integer.toString(worker.worker()));
    Ledger ledger = worker.ledger();
    addOriginals(ledger, tags);
    counter("gotm.packets", "Packets delivered to the worker", tags, ledger, Counter.DELIVERED);
    counter("gotm.packets.kept", "Packets within the cutoff", tags, ledger, Counter.KEPT);
    counter("gotm.packets.cut", "Packets beyond the cutoff", tags, ledger, Counter.CUT);
    counter("gotm.packets.output", "Packets in files", tags, ledger, Counter.WRITTEN);
    counter(
        "gotm.packets.undecoded",
        "Kept packets whose flow is not known",
        tags,
        ledger,
        Counter.UNDECODED);
    counter(
        "gotm.packets.discarded",
        "Packets discarded by the capture library",
        tags,
        ledger,
        Counter.DISCARDED);
    loss("ring", tags, ledger, Counter.DROPPED);
    loss("interface", tags, ledger, Counter.INTERFACE_DROPPED);
    loss("output_full", tags, ledger, Counter.LOST_OUTPUT_FULL);
    loss("write_error", tags, ledger, Counter.LOST_WRITE_ERROR);
    gauge("gotm.packets.in.memory", "Kept packets not yet written", tags, ledger, Ledger::inMemory);
    counter("gotm.flows", "Flows seen", tags, ledger, Counter.FLOWS);
    counter("gotm.flows.expired", "Flows forgotten when idle", tags, ledger, Counter.FLOWS_EXPIRED);
    counter(
        "gotm.flows.evicted",
        "Flows that gave way in a full table",
        tags,
        ledger,
        Counter.FLOWS_EVICTED);
    for (int i = 0; i < worker.extraCounters().size(); i++) {
      String name = worker.extraCounters().get(i);
      counter(
          "gotm.source." + name,
          "Counter of the capture method: " + name,
          tags,
          ledger,
          Counter.extra(i));
    }
  }

  private void addOriginals(Ledger ledger, Tags tags) {
    counter("gotm.bytes", "Bytes seen on the wire", tags, ledger, Counter.BYTES);
    counter("gotm.bytes.output", "Captured bytes kept", tags, ledger, Counter.BYTES_OUTPUT);
    gauge(
        "gotm_packet_nic_received", "Packets received by the NIC", tags, ledger, Counter.RECEIVED);
    gauge("gotm_packet_nic_dropped", "Packets dropped by the NIC", tags, ledger, Counter.DROPPED);
    gauge(
        "gotm_packet_nic_if_dropped",
        "Packets dropped at the interface",
        tags,
        ledger,
        Counter.INTERFACE_DROPPED);
    gauge("gotm_packet_count", "Packets seen, by its old name", tags, ledger, Counter.DELIVERED);
    gauge("gotm_packet_output_count", "Packets kept, by its old name", tags, ledger, Counter.KEPT);
    gauge("gotm_active_flow_count", "Flows in the table", tags, ledger, Counter.FLOWS_ACTIVE);
  }

  private void addOutput(OutputMeters output) {
    outputCounter("gotm.rotations", "Files finished", output, OutputMeters::rotations);
    outputCounter(
        "gotm.write.errors", "Failed writes, opens and renames", output, OutputMeters::writeErrors);
    outputCounter("gotm.disk.bytes", "Bytes written to files", output, OutputMeters::bytesOnDisk);
    outputCounter(
        "gotm.compressor.seconds",
        "Processor time of compression",
        output,
        meters -> meters.compressorNanos() / 1e9);
    Gauge.builder("gotm.chunks", output, OutputMeters::chunks)
        .description("Chunks there are")
        .strongReference(true)
        .register(registry);
    Gauge.builder("gotm.chunks.in.use", output, OutputMeters::chunksInUse)
        .description("Chunks being filled or waiting")
        .strongReference(true)
        .register(registry);
    Gauge.builder("gotm.output.queue.depth", output, OutputMeters::queueDepth)
        .description("Chunks that wait for compression or disk")
        .strongReference(true)
        .register(registry);
  }

  private void loss(String reason, Tags tags, Ledger ledger, Counter counter) {
    counter(
        "gotm.packets.lost",
        "Packets lost, by reason",
        tags.and("reason", reason),
        ledger,
        counter);
  }

  private void counter(String name, String help, Tags tags, Ledger ledger, Counter counter) {
    FunctionCounter.builder(name, ledger, l -> l.get(counter))
        .description(help)
        .tags(tags)
        .register(registry);
  }

  private void gauge(String name, String help, Tags tags, Ledger ledger, Counter counter) {
    gauge(name, help, tags, ledger, l -> l.get(counter));
  }

  private void gauge(
      String name, String help, Tags tags, Ledger ledger, ToDoubleFunction<Ledger> value) {
    Gauge.builder(name, ledger, value)
        .description(help)
        .tags(tags)
        .strongReference(true)
        .register(registry);
  }

  private void outputCounter(
      String name, String help, OutputMeters output, ToDoubleFunction<OutputMeters> value) {
    FunctionCounter.builder(name, output, value).description(help).register(registry);
  }

  /** All metrics in Prometheus' text format. Any thread. */
  public String scrape() {
    return registry.scrape("text/plain") + FlowSizeText.of(workers);
  }
}
