package org.gotm.store.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.gotm.store.metrics.FixedMeters.value;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.lang.ref.WeakReference;
import java.util.List;
import org.gotm.core.capture.Counter;
import org.gotm.core.capture.Ledger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** As an embedder has them, in a registry that is not Prometheus'. */
class GotmMetricsTest {
  private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
  private final MeteredWorker worker = FixedMeters.worker("en0", 3);

  private double counter(String name, String... tags) {
    FunctionCounter counter = registry.get(name).tags(tags).functionCounter();
    return counter.count();
  }

  private double gauge(String name) {
    Gauge gauge = registry.get(name).gauge();
    return gauge.value();
  }

  @ParameterizedTest
  @CsvSource({
    "gotm.bytes, BYTES",
    "gotm.packets.kept, KEPT",
    "gotm.flows, FLOWS",
    "gotm.source.freezes, EXTRA_0"
  })
  void shouldCountWhatTheLedgerCounts(String name, Counter counter) {
    new GotmMetrics(List.of(worker)).bindTo(registry);

    assertThat(counter(name, "interface", "en0", "worker", "3")).isEqualTo(value(counter));
    worker.ledger().add(counter, 5);
    assertThat(counter(name, "interface", "en0", "worker", "3")).isEqualTo(value(counter) + 5);
  }

  /** Packets of a batch may be written before the batch is booked. */
  @Test
  void shouldNeverHaveLessThanNothingInMemory() {
    new GotmMetrics(List.of(worker)).bindTo(registry);

    worker.ledger().add(Counter.WRITTEN, worker.ledger().inMemory() + 3);

    assertThat(gauge("gotm.packets.in.memory")).isZero();
  }

  @Test
  void shouldTellWherePacketsWereCut() {
    new GotmMetrics(List.of(worker)).bindTo(registry);

    assertThat(counter("gotm.packets", "interface", "en0")).isEqualTo(seen());
    assertThat(counter("gotm.packets.cut", "where", "user")).isEqualTo(value(Counter.CUT));
    assertThat(counter("gotm.packets.cut", "where", "kernel"))
        .isEqualTo(value(Counter.CUT_IN_KERNEL));
  }

  @Test
  void shouldTellLossesByReason() {
    new GotmMetrics(List.of(worker)).bindTo(registry);

    assertThat(counter("gotm.packets.lost", "reason", "ring")).isEqualTo(value(Counter.DROPPED));
    assertThat(counter("gotm.packets.lost", "reason", "write_error"))
        .isEqualTo(value(Counter.LOST_WRITE_ERROR));
  }

  @Test
  void shouldTellOfTheOutputWhenThereIsOne() {
    new GotmMetrics(List.of(worker), FixedMeters.output()).bindTo(registry);

    assertThat(counter("gotm.rotations")).isEqualTo(1);
    assertThat(counter("gotm.compressor.seconds")).isEqualTo(5.5);
    assertThat(gauge("gotm.output.queue.depth")).isEqualTo(4);
    assertThat(gauge("gotm.chunks")).isEqualTo(6);
    assertThat(gauge("gotm.chunks.in.use")).isEqualTo(7);
  }

  @Test
  void shouldTellOfNoOutputWhenThereIsNone() {
    new GotmMetrics(List.of(worker)).bindTo(registry);

    assertThat(registry.getMeters())
        .isNotEmpty()
        .extracting(Meter::getId)
        .allSatisfy(id -> assertThat(id.getTag("interface")).isEqualTo("en0"));
  }

  @Test
  void shouldCountOnWhenNobodyElseHoldsLedgerAndOutput() throws InterruptedException {
    WeakReference<Ledger> elsewhere = new WeakReference<>(new Ledger());
    bindUnheld();
    while (elsewhere.get() != null) {
      System.gc();
      Thread.sleep(1);
    }

    assertThat(counter("gotm.packets", "interface", "en1")).isEqualTo(seen());
    assertThat(gauge("gotm_packet_count")).isEqualTo(seen());
    assertThat(counter("gotm.rotations")).isEqualTo(1);
  }

  private static double seen() {
    return value(Counter.DELIVERED) + value(Counter.CUT_IN_KERNEL);
  }

  private void bindUnheld() {
    new GotmMetrics(List.of(FixedMeters.worker("en1", 0)), FixedMeters.output()).bindTo(registry);
  }
}
