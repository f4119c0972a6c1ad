package org.gotm.store.metrics;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import org.gotm.store.flows.FlowSpool;

/**
 * What became of the records of flows, for any registry of Micrometer. A registry that this is
 * bound to keeps the spool alive. Any thread.
 */
@SuppressWarnings("exports") // who binds it to a registry has Micrometer's module
public final class FlowSpoolMetrics implements MeterBinder {
  private final FlowSpool spool;

  /** Metrics of a recorder's spool. */
  public FlowSpoolMetrics(FlowSpool spool) {
    this.spool = spool;
  }

  @Override
  public void bindTo(MeterRegistry registry) {
    FunctionCounter.builder("gotm.flow.records", spool, FlowSpool::records)
        .description("Records of flows")
        .register(registry);
    FunctionCounter.builder("gotm.flow.records.lost", spool, FlowSpool::lost)
        .description("Records of flows that were lost, as the disk was too slow or failed")
        .register(registry);
    Gauge.builder("gotm.flow.records.trouble", spool, it -> it.error() == null ? 0 : 1)
        .description("1 while records of flows cannot be written")
        .strongReference(true)
        .register(registry);
  }
}
