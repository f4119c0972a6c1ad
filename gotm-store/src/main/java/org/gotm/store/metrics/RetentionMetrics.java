package org.gotm.store.metrics;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.util.function.ToDoubleFunction;
import org.gotm.store.retain.Retainer;

/**
 * How full the disk is, how far back the files go, and what was deleted for that, for any registry
 * of Micrometer. A registry that this is bound to keeps the retainer alive. Any thread.
 */
@SuppressWarnings("exports") // who binds it to a registry has Micrometer's module
public final class RetentionMetrics implements MeterBinder {
  private final Retainer retainer;

  /** Metrics of a recording's retainer. */
  public RetentionMetrics(Retainer retainer) {
    this.retainer = retainer;
  }

  @Override
  public void bindTo(MeterRegistry registry) {
    new Meters(registry, retainer).add();
  }

  private record Meters(MeterRegistry registry, Retainer retainer) {
    void add() {
      counter("deleted.files", "Captures deleted to keep within limits", Retainer::deletedFiles);
      counter("deleted.bytes", "Bytes of captures deleted", Retainer::deletedBytes);
      gauge(
          "gotm.retention.trouble",
          "1 while retention cannot do its work",
          r -> r.error() == null ? 0 : 1);
      gauge("gotm.disk.free.bytes", "Bytes free on the output disk", Retainer::freeBytes);
      gauge("gotm.disk.size.bytes", "Bytes of the output disk", Retainer::sizeBytes);
      gauge(
          "gotm.disk.full.in.seconds",
          "Time until the output disk is full at this rate",
          Retainer::fullInSeconds);
      gauge(
          "gotm.oldest.packet.timestamp.seconds",
          "Time of the oldest packet in files",
          Retainer::oldestPacketSeconds);
    }

    private void counter(String name, String help, ToDoubleFunction<Retainer> value) {
      FunctionCounter.builder("gotm.retention." + name, retainer, value)
          .description(help)
          .register(registry);
    }

    private void gauge(String name, String help, ToDoubleFunction<Retainer> value) {
      Gauge.builder(name, retainer, value)
          .description(help)
          .strongReference(true)
          .register(registry);
    }
  }
}
