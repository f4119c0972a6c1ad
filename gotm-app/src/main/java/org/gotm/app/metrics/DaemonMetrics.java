package org.gotm.app.metrics;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.time.Clock;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;

/**
 * Metrics of the process that are of no worker and no output: whether it is well, what became of
 * its log, and its clock.
 */
public final class DaemonMetrics implements MeterBinder {
  private final BooleanSupplier healthy;
  private final LongSupplier droppedLines;
  private final Clock clock;
  private final LongSupplier nanoClock;
  private final double beginSeconds;

  /**
   * Metrics that ask whenever they are read, by any thread.
   *
   * @param healthy what {@code /healthz} says
   * @param droppedLines lines of the log that nobody read in time
   * @param clock that of packets and files
   * @param nanoClock one that nobody sets, in nanoseconds
   */
  public DaemonMetrics(
      BooleanSupplier healthy, LongSupplier droppedLines, Clock clock, LongSupplier nanoClock) {
    this.healthy = healthy;
    this.droppedLines = droppedLines;
    this.clock = clock;
    this.nanoClock = nanoClock;
    beginSeconds = differenceSeconds();
  }

  private double differenceSeconds() {
    return clock.millis() / 1e3 - nanoClock.getAsLong() / 1e9;
  }

  @Override
  public void bindTo(MeterRegistry registry) {
    Gauge.builder("gotm.healthy", this, it -> it.healthy.getAsBoolean() ? 1 : 0)
        .description("1 while /healthz answers 200, else 0")
        .strongReference(true)
        .register(registry);
    Gauge.builder("gotm.clock.drift.seconds", this, it -> it.differenceSeconds() - it.beginSeconds)
        .description("How far the clock was set or has drifted since the start")
        .strongReference(true)
        .register(registry);
    FunctionCounter.builder("gotm.log.lines.dropped", this, it -> it.droppedLines.getAsLong())
        .description("Lines of the log that were dropped, as nobody read it")
        .register(registry);
  }
}
