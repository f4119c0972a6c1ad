package org.gotm.core.capture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.gotm.core.flow.Cutoff;
import org.gotm.core.flow.EndReason;
import org.gotm.core.flow.Flow;
import org.gotm.core.flow.FlowListener;
import org.gotm.core.source.PacketSourceException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Several workers under one capture. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class CaptureWorkersTest {

  private static CaptureBuilder of(ScriptedSource... sources) {
    return Capture.from(List.of(sources)).cutoff(Cutoff.of(3, 0)).capacityFlows(1000);
  }

  private static ScriptedSource source() {
    return new ScriptedSource(true);
  }

  @Test
  void shouldSumUpTheAccountsOfItsWorkers() {
    try (Capture capture =
        of(source().packets(10), source().packetsOfOneFlow(20), source().packets(5))
            .onPacketPerWorker(worker -> packet -> {})) {
      capture.run();

      assertThat(capture.ledgers())
          .extracting(ledger -> ledger.get(Counter.DELIVERED))
          .containsExactly(10L, 20L, 5L);
      assertThat(capture.ledgers())
          .extracting(ledger -> ledger.get(Counter.CUT))
          .containsExactly(0L, 17L, 0L);
      assertThat(capture.ledger().get(Counter.DELIVERED)).isEqualTo(35);
      assertThat(capture.ledger().get(Counter.WRITTEN)).isEqualTo(18);
      assertThat(capture.ledger().isBalanced()).as(capture.ledger().toString()).isTrue();
    }
  }

  @Test
  void shouldCallTheHandlerOfEachWorkerOnItsOwnThread() {
    List<Set<Thread>> threads = new ArrayList<>();
    for (int worker = 0; worker < 3; worker++) {
      threads.add(Collections.newSetFromMap(new ConcurrentHashMap<>()));
    }
    try (Capture capture =
        of(source().packets(100), source().packets(100), source().packets(100))
            .onPacketPerWorker(
                worker -> packet -> threads.get(worker).add(Thread.currentThread()))) {
      capture.run();
    }

    Set<Thread> all = new HashSet<>();
    threads.forEach(
        ofWorker -> {
          assertThat(ofWorker).hasSize(1);
          all.addAll(ofWorker);
        });
    assertThat(all).hasSize(3).contains(Thread.currentThread());
    assertThat(all)
        .filteredOn(thread -> thread != Thread.currentThread())
        .noneMatch(Thread::isAlive);
  }

  @Test
  void shouldEndTheFlowsOfEachWorker() {
    List<List<String>> ended = List.of(new ArrayList<>(), new ArrayList<>());
    try (Capture capture =
        of(source().packets(4), source().packetsOfOneFlow(9))
            .flowListenerPerWorker(
                worker ->
                    new FlowListener() {
                      @Override
                      public void onEnd(Flow flow, EndReason reason) {
                        ended.get(worker).add(reason + " " + flow.packets());
                      }
                    })
            .onBatchPerWorker(worker -> (batch, kept, count, flows) -> {})) {
      capture.run();

      assertThat(ended.get(0)).hasSize(4).containsOnly("CAPTURE_END 1");
      assertThat(ended.get(1)).containsExactly("CAPTURE_END 9");
    }
  }

  @Test
  void shouldStopAllWorkersAndThrowWhenOneFails() {
    RuntimeException failure = new PacketSourceException("unplugged");
    ScriptedSource endless = source().endless();
    try (Capture capture = of(endless, source().packets(5).fails(failure)).onPacket(packet -> {})) {
      assertThatThrownBy(capture::run).isSameAs(failure);

      assertThat(endless.wasStopped()).isTrue();
      assertThat(capture.ledger().isBalanced()).as(capture.ledger().toString()).isTrue();
    }
  }

  @Test
  void shouldThrowWhatAListenerThrewAtTheEnd() {
    IllegalStateException failure = new IllegalStateException("the listener's own");
    FlowListener listener =
        new FlowListener() {
          @Override
          public void onEnd(Flow flow, EndReason reason) {
            throw failure;
          }
        };
    try (Capture capture = of(source().packets(1)).flowListener(listener).onPacket(packet -> {})) {
      assertThatThrownBy(capture::run).isSameAs(failure);
    }
  }

  @Test
  void shouldStopAllWorkersWhenStoppedByAHandler() {
    Capture[] self = new Capture[1];
    self[0] =
        of(source().endless(), source().endless(), source().endless())
            .onPacket(packet -> self[0].stop());
    try (Capture capture = self[0]) {
      capture.run();

      assertThat(capture.ledger().isBalanced()).as(capture.ledger().toString()).isTrue();
    }
  }

  @Test
  void shouldGiveEachWorkerItsOwnSink() {
    List<RecordingSink> sinks = new ArrayList<>();
    List<String> asked = new ArrayList<>();
    try (Capture capture =
        of(source().packets(4), source().packets(6))
            .to(
                (worker, source, ledger) -> {
                  asked.add(worker + " " + source.name());
                  sinks.add(new RecordingSink(ledger));
                  return sinks.getLast();
                })) {
      capture.run();

      assertThat(asked).containsExactly("0 script", "1 script");
      assertThat(sinks).allMatch(sink -> sink.finished);
      assertThat(capture.ledgers())
          .extracting(ledger -> ledger.get(Counter.WRITTEN))
          .containsExactly(4L, 6L);
    }
  }
}
