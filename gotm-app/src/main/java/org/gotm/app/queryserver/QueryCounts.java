package org.gotm.app.queryserver;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.FunctionTimer;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;

/** How many queries there were, and what became of them. Any thread. */
public final class QueryCounts implements MeterBinder {
  private final Map<Resource, Map<Outcome, LongAdder>> queries = new EnumMap<>(Resource.class);
  private final LongAdder packets = new LongAdder();
  private final LongAdder bytes = new LongAdder();
  private final LongAdder searches = new LongAdder();
  private final LongAdder nanos = new LongAdder();
  private final AtomicInteger running = new AtomicInteger();

  /** No query yet. */
  public QueryCounts() {
    for (Resource resource : Resource.values()) {
      queries.put(resource, noneYet());
    }
  }

  private static Map<Outcome, LongAdder> noneYet() {
    Map<Outcome, LongAdder> outcomes = new EnumMap<>(Outcome.class);
    for (Outcome outcome : Outcome.values()) {
      outcomes.put(outcome, new LongAdder());
    }
    return outcomes;
  }

  void begin() {
    running.incrementAndGet();
  }

  void end(long searchNanos) {
    running.decrementAndGet();
    searches.increment();
    nanos.add(searchNanos);
  }

  void add(Resource resource, Outcome outcome, long newPackets, long newBytes) {
    queries.get(resource).get(outcome).increment();
    packets.add(newPackets);
    bytes.add(newBytes);
  }

  int running() {
    return running.get();
  }

  long count(Outcome outcome) {
    return queries.values().stream().mapToLong(outcomes -> outcomes.get(outcome).sum()).sum();
  }

  long packets() {
    return packets.sum();
  }

  long bytes() {
    return bytes.sum();
  }

  @Override
  public void bindTo(MeterRegistry registry) {
    queries.forEach(
        (resource, outcomes) ->
            outcomes.forEach((outcome, count) -> addQueries(registry, resource, outcome, count)));
    FunctionCounter.builder("gotm.query.packets", packets, LongAdder::sum)
        .description("Packets sent in answers to queries")
        .register(registry);
    FunctionCounter.builder("gotm.query.bytes", bytes, LongAdder::sum)
        .description("Bytes sent in answers to queries")
        .register(registry);
    FunctionTimer.builder(
            "gotm.query", this, it -> it.searches.sum(), it -> it.nanos.sum(), TimeUnit.NANOSECONDS)
        .description("How long searches took")
        .register(registry);
    Gauge.builder("gotm.queries.running", running, AtomicInteger::get)
        .description("Searches under way")
        .strongReference(true)
        .register(registry);
  }

  private static void addQueries(
      MeterRegistry registry, Resource resource, Outcome outcome, LongAdder count) {
    FunctionCounter.builder("gotm.queries", count, LongAdder::sum)
        .tag("endpoint", resource.word())
        .tag("status", outcome.word())
        .description("Queries of the query server by where they came and what became of them")
        .register(registry);
  }
}
