package org.gotm.app.sensors;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import io.micrometer.core.instrument.composite.CompositeMeterRegistry;

/**
 * How often each sensor answered whole, and how often it did not. Counts from the time on when it
 * is bound to a registry. Any thread.
 */
public final class SensorCounts implements MeterBinder {
  private final CompositeMeterRegistry meters = new CompositeMeterRegistry();

  /** No answer yet, of no sensor. */
  public SensorCounts() {}

  @Override
  public void bindTo(MeterRegistry registry) {
    meters.add(registry);
    partial();
  }

  /** There is such a sensor, of which there may be no answer yet. */
  public void know(Sensor sensor) {
    answers(sensor.name(), true);
    answers(sensor.name(), false);
  }

  void count(String sensor, boolean isWhole) {
    answers(sensor, isWhole).increment();
  }

  void countPartial() {
    partial().increment();
  }

  private Counter partial() {
    return Counter.builder("gotm.answers.partial")
        .description("Answers to queries in which packets of a sensor may be missing")
        .register(meters);
  }

  private Counter answers(String sensor, boolean isWhole) {
    return Counter.builder("gotm.sensor.answers")
        .tag("sensor", sensor)
        .tag("status", isWhole ? "ok" : "failed")
        .description("Answers of a sensor: whole ones, and those that did not come, or not whole")
        .register(meters);
  }
}
