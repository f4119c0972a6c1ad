package org.gotm.core.capture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.gotm.core.flow.Cutoff;
import org.gotm.core.source.PacketSourceException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** In whatever order a capture is run, stopped and closed, and by whomever. */
@Timeout(60)
class CaptureLifecycleTest {
  private static final PacketHandler IGNORE = packet -> {};

  private static Capture of(ScriptedSource source) {
    return Capture.from(source).capacityFlows(1000).cutoff(Cutoff.none()).onPacket(IGNORE);
  }

  private static Thread start(Capture capture, AtomicReference<Throwable> failure) {
    return Thread.ofPlatform()
        .start(
            () -> {
              try {
                capture.run();
              } catch (Throwable e) {
                failure.set(e);
              }
            });
  }

  @Test
  void shouldRefuseToRunWhenClosed() {
    Capture capture = of(new ScriptedSource(false).packets(3));
    capture.close();

    assertThatIllegalStateException().isThrownBy(capture::run).withMessageContaining("closed");
    capture.close();
    capture.stop();
    assertThat(capture.ledger().get(Counter.DELIVERED)).isZero();
  }

  @Test
  void shouldRefuseToRunTwice() {
    try (Capture capture = of(new ScriptedSource(false).packets(3))) {
      capture.run();

      assertThatIllegalStateException().isThrownBy(capture::run).withMessageContaining("already");
      assertThat(capture.ledger().get(Counter.DELIVERED)).isEqualTo(3);
    }
  }

  @Test
  void shouldReturnAtOnceWhenStoppedBefore() {
    try (Capture capture = of(new ScriptedSource(true).endless())) {
      capture.stop();
      capture.run();

      assertThat(capture.ledger().isBalanced()).as(capture.ledger().toString()).isTrue();
    }
  }

  @Test
  void shouldWaitForTheEndWhenClosedWhileItRuns() throws InterruptedException {
    ScriptedSource source = new ScriptedSource(true).packets(1).endless();
    CountDownLatch running = new CountDownLatch(1);
    AtomicReference<Throwable> failure = new AtomicReference<>();
    Capture capture =
        Capture.from(source).capacityFlows(1000).onPacket(packet -> running.countDown());
    Thread thread = start(capture, failure);
    running.await();

    capture.close();

    thread.join();
    assertThat(failure.get()).isNull();
    assertThat(capture.ledger().isBalanced()).as(capture.ledger().toString()).isTrue();
  }

  @Test
  void shouldNotWaitForItselfWhenClosedByItsHandler() {
    AtomicReference<Capture> self = new AtomicReference<>();
    self.set(
        Capture.from(new ScriptedSource(true).packets(5).endless())
            .capacityFlows(1000)
            .onPacket(packet -> self.get().close()));

    self.get().run();

    assertThat(self.get().ledger().get(Counter.DELIVERED)).isPositive();
    assertThatIllegalStateException().isThrownBy(self.get()::run);
  }

  @Test
  void shouldCloseItsSourcesWhenItCannotBeMade() {
    ClosedSource first = new ClosedSource();
    ClosedSource second = new ClosedSource();
    IllegalStateException refusal = new IllegalStateException("no sink");

    assertThatThrownBy(
            () ->
                Capture.from(List.of(first, second))
                    .capacityFlows(1000)
                    .to(
                        (worker, source, ledger) -> {
                          throw refusal;
                        }))
        .isSameAs(refusal);
    assertThat(first.closed && second.closed).isTrue();
  }

  @Test
  void shouldRunEachSourceOnAThreadOfItsOwnAndAddUpTheirLedgers() {
    List<Thread> threads = new ArrayList<>();
    try (Capture capture =
        Capture.from(
                List.of(
                    new ScriptedSource(false).packets(10),
                    new ScriptedSource(false).packets(20),
                    new ScriptedSource(false).packets(30)))
            .capacityFlows(1000)
            .cutoff(Cutoff.none())
            .onPacketPerWorker(worker -> onceAThread(threads))) {
      capture.run();

      assertThat(threads).hasSize(3).doesNotHaveDuplicates().contains(Thread.currentThread());
      assertThat(capture.ledger().get(Counter.DELIVERED)).isEqualTo(60);
      assertThat(capture.ledgers())
          .extracting(ledger -> ledger.get(Counter.WRITTEN))
          .containsExactly(10L, 20L, 30L);
      assertThat(capture.ledger().isBalanced()).isTrue();
    }
  }

  private static PacketHandler onceAThread(List<Thread> threads) {
    return new PacketHandler() {
      private Thread seen;

      @Override
      public void onPacket(Packet packet) {
        if (seen == null) {
          seen = Thread.currentThread();
          synchronized (threads) {
            threads.add(seen);
          }
        }
        assertThat(seen).isSameAs(Thread.currentThread());
      }
    };
  }

  @Test
  void shouldStopTheOthersAndThrowWhenOneSourceFails() {
    PacketSourceException failure = new PacketSourceException("broken");
    try (Capture capture =
        Capture.from(
                List.of(
                    new ScriptedSource(true).packets(1).endless(),
                    new ScriptedSource(true).packets(2).fails(failure)))
            .capacityFlows(1000)
            .onPacket(IGNORE)) {
      assertThatThrownBy(capture::run).isSameAs(failure);
      assertThat(capture.ledger().isBalanced()).as(capture.ledger().toString()).isTrue();
    }
  }

  /** Remembers that it was closed. */
  private static final class ClosedSource extends ForwardingSource {
    private volatile boolean closed;

    ClosedSource() {
      super(new ScriptedSource(false));
    }

    @Override
    public void close() {
      closed = true;
      super.close();
    }
  }
}
