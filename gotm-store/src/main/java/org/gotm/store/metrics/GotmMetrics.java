package org.gotm.store.metrics;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.util.List;
import java.util.function.ToDoubleFunction;
import org.gotm.core.capture.Counter;
import org.gotm.core.capture.Ledger;
import org.gotm.store.index.LiveIndex;

/**
 * The metrics of a capture and, if there is one, of its output, for any registry of Micrometer:
 * every bucket of each worker's ledger, flows, losses by reason, files and chunks. Those that the
 * dashboard of the original queries keep its names, some as gauges since Micrometer would end the
 * names of counters otherwise; the rest follows the conventions of Prometheus.
 *
 * <p>A registry that this is bound to keeps ledgers and output alive. Any thread.
 */
@SuppressWarnings("exports") // who binds it to a registry has Micrometer's module
public final class GotmMetrics implements MeterBinder {
  private final List<MeteredWorker> workers;
  private final MeteredOutput output;

  /** Metrics of workers whose packets go to no output of gotm's. */
  public GotmMetrics(List<MeteredWorker> workers) {
    this(workers, null);
  }

  /** Metrics of workers and of the output that they share. */
  public GotmMetrics(List<MeteredWorker> workers, MeteredOutput output) {
    this.workers = List.copyOf(workers);
    this.output = output;
  }

  @Override
  public void bindTo(MeterRegistry registry) {
    for (MeteredWorker worker : workers) {
      WorkerMeters meters = new WorkerMeters(registry, worker.ledger(), worker.tags());
      meters.addOriginals();
      meters.addPackets();
      meters.addLosses();
      meters.addFlows();
      meters.addExtras(worker.extraCounters());
    }
    if (output != null) {
      new OutputMeters(registry, output).add();
    }
  }

  /**
   * Meters of one worker. Counters hold their ledger weakly, as Micrometer has it; gauges hold it.
   */
  private record WorkerMeters(MeterRegistry registry, Ledger ledger, Tags tags) {
    void addOriginals() {
      counter("gotm.bytes", "Bytes seen on the wire", Counter.BYTES);
      counter("gotm.bytes.output", "Captured bytes kept", Counter.BYTES_OUTPUT);
      gauge("gotm_packet_nic_received", "Packets received by the NIC", Counter.RECEIVED);
      gauge("gotm_packet_nic_dropped", "Packets dropped by the NIC", Counter.DROPPED);
      gauge(
          "gotm_packet_nic_if_dropped",
          "Packets dropped at the interface",
          Counter.INTERFACE_DROPPED);
      gauge("gotm_packet_count", "Packets seen, by its old name", Ledger::seen);
      gauge("gotm_packet_output_count", "Packets kept, by its old name", Counter.KEPT);
      gauge("gotm_active_flow_count", "Flows in the table", Counter.FLOWS_ACTIVE);
    }

    void addPackets() {
      counter("gotm.packets", "Packets seen: kept or cut", tags, Ledger::seen);
      counter("gotm.packets.kept", "Packets within the cutoff", Counter.KEPT);
      cut("user", Counter.CUT);
      cut("kernel", Counter.CUT_IN_KERNEL);
      counter("gotm.packets.output", "Packets in files", Counter.WRITTEN);
      counter("gotm.packets.undecoded", "Kept packets whose flow is not known", Counter.UNDECODED);
      counter(
          "gotm.packets.discarded", "Packets discarded by the capture library", Counter.DISCARDED);
      gauge(
          "gotm.packets.in.memory", "Kept packets not yet written", l -> Math.max(0, l.inMemory()));
    }

    void addLosses() {
      loss("ring", Counter.DROPPED);
      loss("interface", Counter.INTERFACE_DROPPED);
      loss("output_full", Counter.LOST_OUTPUT_FULL);
      loss("write_error", Counter.LOST_WRITE_ERROR);
      loss("sync_error", Counter.LOST_SYNC_ERROR);
    }

    void addFlows() {
      counter("gotm.flows", "Flows seen", Counter.FLOWS);
      counter("gotm.flows.cut", "Flows that reached their cutoff", Counter.FLOWS_CUT);
      counter("gotm.flows.expired", "Flows forgotten when idle", Counter.FLOWS_EXPIRED);
      counter("gotm.flows.evicted", "Flows that gave way in a full table", Counter.FLOWS_EVICTED);
      counter(
          "gotm.flows.renewed",
          "Flows that began anew: another connection, or their age",
          Counter.FLOWS_RENEWED);
      gauge(
          "gotm.flows.cut.in.kernel",
          "Flows whose packets the kernel cuts now",
          Counter.FLOWS_CUT_IN_KERNEL);
      gauge(
          "gotm.kernel.cut.on",
          "1 while flows are cut in the kernel, 0 while that does not pay",
          Counter.KERNEL_CUT_ON);
    }

    void addExtras(List<String> names) {
      for (int i = 0; i < names.size(); i++) {
        counter(
            "gotm.source." + names.get(i),
            "Counter of the capture method: " + names.get(i),
            Counter.extra(i));
      }
    }

    private void cut(String where, Counter counter) {
      Tags withPlace = tags.and("where", where);
      counter("gotm.packets.cut", "Packets beyond the cutoff", withPlace, l -> l.get(counter));
    }

    private void loss(String reason, Counter counter) {
      Tags withReason = tags.and("reason", reason);
      counter("gotm.packets.lost", "Packets lost, by reason", withReason, l -> l.get(counter));
    }

    private void counter(String name, String help, Counter counter) {
      counter(name, help, tags, l -> l.get(counter));
    }

    private void counter(String name, String help, Tags tags, ToDoubleFunction<Ledger> value) {
      FunctionCounter.builder(name, ledger, value).description(help).tags(tags).register(registry);
    }

    private void gauge(String name, String help, Counter counter) {
      gauge(name, help, l -> l.get(counter));
    }

    private void gauge(String name, String help, ToDoubleFunction<Ledger> value) {
      Gauge.builder(name, ledger, value)
          .description(help)
          .tags(tags)
          .strongReference(true)
          .register(registry);
    }
  }

  /** Meters of the output, held by its gauges. */
  private record OutputMeters(MeterRegistry registry, MeteredOutput output) {
    private static final String INDEX_FILES = "Files by what became of their index";

    void add() {
      counter("gotm.rotations", "Files finished", o -> o.rotations().getAsLong());
      counter(
          "gotm.write.errors",
          "Failed writes, opens and renames",
          o -> o.writeErrors().getAsLong());
      counter("gotm.disk.bytes", "Bytes written to files", o -> o.bytesWritten().getAsLong());
      counter(
          "gotm.compressor.seconds",
          "Processor time of compression",
          o -> o.compressorNanos().getAsLong() / 1e9);
      gauge("gotm.chunks", "Chunks there are", o -> o.chunks().getAsInt());
      gauge(
          "gotm.chunks.in.use", "Chunks being filled or waiting", o -> o.chunksInUse().getAsInt());
      gauge(
          "gotm.output.queue.depth",
          "Chunks that wait for compression or disk",
          o -> o.queueDepth().getAsInt());
      output.index().ifPresent(this::addIndex);
    }

    private void addIndex(LiveIndex index) {
      FunctionCounter.builder("gotm.index.files", index, LiveIndex::filesIndexed)
          .tag("status", "made")
          .description(INDEX_FILES)
          .register(registry);
      FunctionCounter.builder("gotm.index.files", index, LiveIndex::filesNotIndexed)
          .tag("status", "failed")
          .description(INDEX_FILES)
          .register(registry);
      FunctionCounter.builder("gotm.index.pieces.skipped", index, LiveIndex::piecesWithoutTerms)
          .description("Pieces of files that are searched whole, as the index fell behind")
          .register(registry);
    }

    private void counter(String name, String help, ToDoubleFunction<MeteredOutput> value) {
      FunctionCounter.builder(name, output, value).description(help).register(registry);
    }

    private void gauge(String name, String help, ToDoubleFunction<MeteredOutput> value) {
      Gauge.builder(name, output, value).description(help).strongReference(true).register(registry);
    }
  }
}
