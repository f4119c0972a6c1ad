package org.gotm.core.capture;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.gotm.core.flow.Cutoff;
import org.gotm.core.flow.FlowCutter;
import org.gotm.core.flow.FlowListener;
import org.gotm.core.packet.FlowKeyOptions;
import org.gotm.core.source.PacketSourceException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Every way in which a capture can end: the ledger adds up, and no failure goes unseen. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class CaptureWorkerTest {
  private static final long SECOND = 1_000_000_000L;

  private final Arena arena = Arena.ofShared();
  private final Ledger ledger = new Ledger();
  private final AtomicLong clock = new AtomicLong();
  private final RecordingSink sink = new RecordingSink(ledger);
  private final FlowCutter cutter =
      new FlowCutter(
          new FlowCutter.Options(
              10_000, 5 * SECOND, Cutoff.of(3, 0), Cutoff.UNLIMITED, FlowKeyOptions.defaults()),
          FlowListener.NONE,
          arena);

  @AfterEach
  void close() {
    arena.close();
  }

  private CaptureWorker worker(ScriptedSource source) {
    return new CaptureWorker(source, cutter, sink, ledger, clock::getAndIncrement);
  }

  private CaptureWorker run(ScriptedSource source) {
    CaptureWorker worker = worker(source);
    worker.run();
    assertThat(worker.hasEnded()).isTrue();
    assertThat(sink.finished).isTrue();
    return worker;
  }

  private void assertCounts(long received, long kept, long cut, long lost) {
    assertThat(ledger.get(Counter.RECEIVED)).as("received").isEqualTo(received);
    assertThat(ledger.get(Counter.KEPT)).as("kept").isEqualTo(kept);
    assertThat(ledger.get(Counter.CUT)).as("cut").isEqualTo(cut);
    assertThat(ledger.get(Counter.LOST_OUTPUT_FULL)).as("lost").isEqualTo(lost);
    assertThat(ledger.isBalanced()).as(ledger.toString()).isTrue();
  }

  @Test
  void shouldAccountForEveryPacketWhenSourceEnds() {
    CaptureWorker worker =
        run(new ScriptedSource(false).packets(100).packetsOfOneFlow(50).idle().packets(7));

    assertThat(worker.failure()).isNull();
    assertCounts(157, 110, 47, 0);
    assertThat(ledger.get(Counter.BYTES)).isEqualTo(157 * ScriptedSource.PACKET_LENGTH);
    assertThat(ledger.get(Counter.BYTES_OUTPUT)).isEqualTo(110 * ScriptedSource.PACKET_LENGTH);
  }

  @Test
  void shouldAccountForEveryPacketWhenStoppedWhilePolling() throws InterruptedException {
    ScriptedSource source = new ScriptedSource(true).endless().packetsAfterStop(33);
    CaptureWorker worker = worker(source);
    AtomicReference<Throwable> uncaught = new AtomicReference<>();
    Thread thread =
        Thread.ofPlatform().uncaughtExceptionHandler((t, e) -> uncaught.set(e)).start(worker);

    source.awaitPackets();
    worker.stop();
    thread.join();

    assertThat(uncaught).hasValue(null);
    assertThat(worker.failure()).isNull();
    assertThat(worker.hasEnded()).isTrue();
    assertThat(source.wasStopped()).isTrue();
    assertThat(source.wakeups()).isEqualTo(1);
    assertThat(ledger.get(Counter.DELIVERED)).isGreaterThanOrEqualTo(43);
    assertThat(ledger.isBalanced()).as(ledger.toString()).isTrue();
  }

  @Test
  void shouldDrainTheRingWhenStopped() {
    ScriptedSource source = new ScriptedSource(true);
    CaptureWorker worker = worker(source);
    source.packets(5).does(worker::stop).packetsAfterStop(10).packetsAfterStop(20);

    worker.run();

    assertCounts(35, 35, 0, 0);
  }

  @Test
  void shouldAccountForEveryPacketWhenSourceFails() {
    RuntimeException failure = new PacketSourceException("unplugged");

    CaptureWorker worker = run(new ScriptedSource(true).packets(40).fails(failure).packets(9));

    assertThat(worker.failure()).isSameAs(failure);
    assertCounts(40, 40, 0, 0);
  }

  @Test
  void shouldAccountForEveryPacketWhenSinkFailsInTheMiddleOfABatch() {
    sink.failsAfter = 25;
    sink.failure = new IllegalStateException("sink");

    CaptureWorker worker = run(new ScriptedSource(false).packets(10).packets(40).packets(10));

    assertThat(worker.failure()).isSameAs(sink.failure);
    assertCounts(50, 50, 0, 25);
  }

  /** What its ring holds comes to nobody else, and is not to be forgotten. */
  @Test
  void shouldBookWhatTheRingHoldsAsLostWhenSinkFails() {
    sink.failsAfter = 25;
    sink.failure = new IllegalStateException("sink");

    CaptureWorker worker =
        run(new ScriptedSource(true).packets(40).packetsAfterStop(10).packetsAfterStop(20));

    assertThat(worker.failure()).isSameAs(sink.failure);
    assertCounts(70, 70, 0, 45);
  }

  @Test
  void shouldStandStillWhileASourceDoesNotAnswer() {
    ScriptedSource source = new ScriptedSource(true);
    CaptureWorker[] worker = new CaptureWorker[1];
    List<Boolean> standsStill = new ArrayList<>();
    source
        .packets(1)
        .does(
            () -> {
              standsStill.add(worker[0].standsStill(clock.get() + 2_900_000_000L));
              standsStill.add(worker[0].standsStill(clock.get() + 3_100_000_000L));
            });
    worker[0] = worker(source);

    worker[0].run();

    assertThat(standsStill).containsExactly(false, true);
    assertThat(worker[0].standsStill(clock.get() + 10_000_000_000L)).isFalse();
  }

  @Test
  void shouldAccountForEveryPacketWhenSinkFailsAtTheEnd() {
    sink.finishFailure = new IllegalStateException("finish");

    CaptureWorker worker = run(new ScriptedSource(false).packets(10));

    assertThat(worker.failure()).isSameAs(sink.finishFailure);
    assertCounts(10, 10, 0, 0);
  }

  @Test
  void shouldFinishTheSinkWhenStatisticsFail() {
    RuntimeException failure = new PacketSourceException("no statistics");

    CaptureWorker worker = run(new ScriptedSource(true).packets(10).failsAtStats(failure));

    assertThat(worker.failure()).isSameAs(failure);
    assertThat(ledger.inMemory()).isZero();
  }

  @Test
  void shouldTellOfSecondFailureToo() {
    RuntimeException first = new PacketSourceException("unplugged");
    sink.finishFailure = new IllegalStateException("finish");

    CaptureWorker worker = run(new ScriptedSource(true).fails(first));

    assertThat(worker.failure()).isSameAs(first);
    assertThat(first.getSuppressed()).containsExactly(sink.finishFailure);
  }

  @Test
  void shouldNotDieUnseenWhenTheSameFailureComesTwice() {
    sink.failsAfter = 0;
    sink.failure = new IllegalStateException("disk");
    sink.finishFailure = sink.failure;

    CaptureWorker worker = run(new ScriptedSource(true).packets(1));

    assertThat(worker.failure()).isSameAs(sink.failure);
  }

  @Test
  void shouldNotDieUnseenWhenThereIsAnError() {
    CaptureWorker worker =
        run(
            new ScriptedSource(true)
                .packets(3)
                .does(
                    () -> {
                      throw new OutOfMemoryError("made up");
                    }));

    assertThat(worker.failure()).isInstanceOf(OutOfMemoryError.class);
    assertCounts(3, 3, 0, 0);
  }

  @Test
  void shouldCountPacketsThatFoundNoRoom() {
    sink.room = 30;

    run(new ScriptedSource(true).packets(100));

    assertCounts(100, 100, 0, 70);
    assertThat(ledger.get(Counter.BYTES_OUTPUT)).isEqualTo(30 * ScriptedSource.PACKET_LENGTH);
  }

  @Test
  void shouldCountPacketsThatTheRingDropped() {
    run(new ScriptedSource(true).packets(10).drops(5).packets(10));

    assertCounts(25, 20, 0, 0);
    assertThat(ledger.get(Counter.DROPPED)).isEqualTo(5);
  }

  @Test
  void shouldKeepAndCountWhatCannotBeDecoded() {
    run(new ScriptedSource(true).garbage(100).packets(1));

    assertCounts(101, 101, 0, 0);
    assertThat(ledger.get(Counter.UNDECODED)).isEqualTo(100);
    assertThat(ledger.get(Counter.FLOWS)).isEqualTo(1);
  }

  @Test
  void shouldTickAfterEveryPoll() {
    run(new ScriptedSource(true).packets(1).idle().packets(1).idle());

    assertThat(sink.ticks).hasSize(4).isSorted().doesNotHaveDuplicates();
  }

  @Test
  void shouldReadStatisticsOnceASecondAndAtTheEnd() {
    ScriptedSource source = new ScriptedSource(true).packets(5);
    List<Long> received = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      source.does(() -> received.add(ledger.get(Counter.RECEIVED))).packets(5);
      source.does(() -> clock.addAndGet(SECOND));
    }

    run(source);

    assertThat(source.statsReadings()).isBetween(11, 13);
    assertThat(received).isSorted().last().isEqualTo(45L + 5);
    assertCounts(55, 55, 0, 0);
  }

  @Test
  void shouldReadStatisticsWhenTheClockIsNegative() {
    clock.set(-1000 * SECOND);
    ScriptedSource source = new ScriptedSource(true).packets(5);
    for (int i = 0; i < 10; i++) {
      source.does(() -> clock.addAndGet(SECOND));
    }

    run(source);

    assertThat(source.statsReadings()).isGreaterThanOrEqualTo(10);
  }

  @Test
  void shouldForgetIdleFlowsWhenLiveLinkIsQuiet() {
    ScriptedSource source = new ScriptedSource(true).packets(200);
    for (int i = 0; i < 400; i++) {
      source.does(() -> clock.addAndGet(SECOND / 10));
    }

    run(source);

    assertThat(ledger.get(Counter.FLOWS_ACTIVE)).isZero();
    assertThat(ledger.get(Counter.FLOWS_EXPIRED)).isEqualTo(200);
  }

  @Test
  void shouldNotForgetFlowsOfAFileBecauseItIsReadSlowly() {
    ScriptedSource source = new ScriptedSource(false).packets(200);
    for (int i = 0; i < 400; i++) {
      source.does(() -> clock.addAndGet(SECOND / 10));
    }

    run(source);

    assertThat(ledger.get(Counter.FLOWS_ACTIVE)).isEqualTo(200);
    assertThat(ledger.get(Counter.FLOWS_EXPIRED)).isZero();
  }

  @Test
  void shouldGoOnWithTheSameLedgerForOneSourceAfterAnother() {
    run(new ScriptedSource(false).packets(10).drops(3));
    run(new ScriptedSource(false).packets(20).drops(4));

    assertCounts(37, 30, 0, 0);
    assertThat(ledger.get(Counter.DROPPED)).isEqualTo(7);
  }

  @Test
  void shouldStopAtOnceWhenItWasStoppedBeforeItRan() {
    ScriptedSource source = new ScriptedSource(true).endless();
    CaptureWorker worker = worker(source);
    worker.stop();
    worker.stop();

    worker.run();

    assertThat(worker.hasEnded()).isTrue();
    assertThat(worker.failure()).isNull();
    assertThat(ledger.isBalanced()).isTrue();
  }
}
