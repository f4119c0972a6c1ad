package org.gotm.app.web;

import java.time.Clock;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.gotm.core.flow.SampledFlow;

/**
 * What the recorder does now, as JSON: its metrics as Prometheus reads them, so that nothing is
 * counted twice, and what is no metric. Made once for all who ask within a second. Any thread.
 */
final class LiveState {
  private static final long AGE_NANOS = TimeUnit.MILLISECONDS.toNanos(900);

  private final Told told;
  private final Clock clock;
  private final LongSupplier nanoClock;
  private String state;
  private long stateNanos;

  /**
   * Where it all comes from; each is asked by any thread.
   *
   * @param facts of the run, which stay as they are, by their names
   * @param metrics in Prometheus' text format
   * @param errors what is wrong now, a line each
   * @param largestFlows the largest of those that send, the largest first
   * @param classes names of classes by index
   */
  record Told(
      Map<String, String> facts,
      Supplier<String> metrics,
      Supplier<List<String>> errors,
      Supplier<List<SampledFlow>> largestFlows,
      Supplier<List<String>> classes) {}

  /** Nothing is asked yet. */
  LiveState(Told told, Clock clock, LongSupplier nanoClock) {
    this.told = told;
    this.clock = clock;
    this.nanoClock = nanoClock;
  }

  /** The state, not older than a second. */
  synchronized String now() {
    long now = nanoClock.getAsLong();
    if (state == null || now - stateNanos >= AGE_NANOS) {
      state = make(now);
      stateNanos = now;
    }
    return state;
  }

  private String make(long nanos) {
    Map<String, Object> all = new LinkedHashMap<>();
    all.put("time", clock.millis());
    all.put("millis", TimeUnit.NANOSECONDS.toMillis(nanos)); // of a clock that nobody sets
    all.put("facts", told.facts());
    all.put("errors", told.errors().get());
    all.put("flows", told.largestFlows().get().stream().map(this::flow).toList());
    all.put("metrics", ownMetrics());
    return Json.of(all);
  }

  private Map<String, Object> flow(SampledFlow flow) {
    return Map.of(
        "key", flow.key().toString(),
        "class", told.classes().get().get(flow.trafficClass()),
        "bytes", flow.bytes(),
        "packets", flow.packets(),
        "nanos", flow.timestampNanos());
  }

  /** Those of gotm and of its process, not those of the JVM. */
  private String ownMetrics() {
    return told.metrics()
        .get()
        .lines()
        .filter(line -> line.startsWith("gotm_") || line.startsWith("process_"))
        .collect(Collectors.joining("\n"));
  }
}
