package org.gotm.core.capture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.gotm.core.flow.EndReason;
import org.gotm.core.flow.Flow;
import org.gotm.core.flow.FlowListener;
import org.gotm.core.source.PacketSourceException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a capture owns is closed once, after the last use of it, whatever fails. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class CaptureClosingTest {

  /** Counts how often it is closed, and fails at it when told to. */
  private static final class ClosedSource extends ForwardingSource {
    private final AtomicInteger closings = new AtomicInteger();
    private RuntimeException failure;

    ClosedSource(ScriptedSource source) {
      super(source);
    }

    @Override
    public void close() {
      closings.incrementAndGet();
      if (failure != null) {
        throw failure;
      }
      super.close();
    }
  }

  private static CaptureBuilder of(ClosedSource... sources) {
    return Capture.from(List.of(sources)).capacityFlows(1000);
  }

  private static ClosedSource endless() {
    return new ClosedSource(new ScriptedSource(true).endless());
  }

  private static ClosedSource few() {
    return new ClosedSource(new ScriptedSource(false).packets(3));
  }

  private static Thread start(Runnable action, AtomicReference<Throwable> failure) {
    return Thread.ofPlatform().uncaughtExceptionHandler((t, e) -> failure.set(e)).start(action);
  }

  private static void awaitWaiting(Thread thread) {
    while (thread.getState() != Thread.State.WAITING) {
      Thread.onSpinWait();
    }
  }

  @Test
  void shouldCloseItsSourcesOnceWhenClosedByManyThreadsWhileItRuns() throws InterruptedException {
    ClosedSource source = endless();
    CountDownLatch seen = new CountDownLatch(1);
    AtomicReference<Throwable> failure = new AtomicReference<>();
    Capture capture = of(source).onPacket(packet -> seen.countDown());
    Thread running = start(capture, failure);
    seen.await();
    AtomicInteger openAfterClose = new AtomicInteger();
    List<Thread> closers =
        List.of(1, 2, 3, 4).stream()
            .map(
                n ->
                    start(
                        () -> {
                          capture.close();
                          openAfterClose.addAndGet(source.closings.get() == 1 ? 0 : 1);
                        },
                        failure))
            .toList();
    for (Thread closer : closers) {
      closer.join();
    }
    running.join();
    capture.close();

    assertThat(failure.get()).isNull();
    assertThat(openAfterClose).hasValue(0);
    assertThat(source.closings).hasValue(1);
  }

  @Test
  void shouldCloseItsSourcesAfterTheRunWhenClosedByItsHandler() {
    ClosedSource source = endless();
    AtomicReference<Capture> self = new AtomicReference<>();
    AtomicInteger closedEarly = new AtomicInteger();
    self.set(
        of(source)
            .onPacket(
                packet -> {
                  self.get().close();
                  closedEarly.addAndGet(source.closings.get());
                }));

    self.get().run();

    assertThat(closedEarly).hasValue(0);
    assertThat(source.closings).hasValue(1);
  }

  @Test
  void shouldLetAWaitingCloserGoWhenASourceCannotBeClosed() throws InterruptedException {
    ClosedSource source = endless();
    source.failure = new PacketSourceException("cannot be closed");
    CountDownLatch seen = new CountDownLatch(1);
    CountDownLatch closing = new CountDownLatch(1);
    AtomicReference<Throwable> ofRun = new AtomicReference<>();
    AtomicReference<Throwable> ofClose = new AtomicReference<>();
    Capture capture =
        of(source)
            .onPacket(
                packet -> {
                  seen.countDown();
                  await(closing);
                });
    Thread running = start(capture, ofRun);
    seen.await();
    Thread closer = start(capture::close, ofClose);
    awaitWaiting(closer);
    closing.countDown();
    running.join();
    closer.join(10_000);

    assertThat(closer.isAlive()).isFalse();
    assertThat(ofRun.get()).isSameAs(source.failure);
    assertThat(ofClose.get()).isNull();
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void shouldCloseAllSourcesAndThrowTheFirstFailureWhenSomeCannotBeClosed() {
    ClosedSource first = few();
    ClosedSource second = few();
    ClosedSource third = few();
    first.failure = new PacketSourceException("first");
    second.failure = new PacketSourceException("second");
    Capture capture = of(first, second, third).onPacket(packet -> {});

    assertThatThrownBy(capture::close)
        .isSameAs(first.failure)
        .satisfies(e -> assertThat(e.getSuppressed()).containsExactly(second.failure));
    capture.close();
    assertThat(List.of(first, second, third))
        .extracting(source -> source.closings.get())
        .containsExactly(1, 1, 1);
  }

  @Test
  void shouldThrowAFailureThatComesAgainAtTheClose() {
    ClosedSource first = few();
    ClosedSource second = few();
    first.failure = new PacketSourceException("both");
    second.failure = first.failure;

    assertThatThrownBy(of(first, second).onPacket(packet -> {})::close).isSameAs(first.failure);
  }

  @Test
  void shouldThrowTheFailureOfTheSourceBeforeThatOfTheListener() {
    PacketSourceException unplugged = new PacketSourceException("unplugged");
    IllegalStateException listenerFailure = new IllegalStateException("the listener's own");
    FlowListener listener =
        new FlowListener() {
          @Override
          public void onEnd(Flow flow, EndReason reason) {
            throw listenerFailure;
          }
        };
    ClosedSource source = new ClosedSource(new ScriptedSource(true).packets(3).fails(unplugged));
    try (Capture capture = of(source).flowListener(listener).onPacket(packet -> {})) {
      assertThatThrownBy(capture::run)
          .isSameAs(unplugged)
          .satisfies(e -> assertThat(e.getSuppressed()).containsExactly(listenerFailure));
    }
  }

  @Test
  void shouldHaveNoActiveFlowsInItsAccountWhenTheyHaveEnded() {
    try (Capture capture = of(few()).onPacket(packet -> {})) {
      capture.run();

      assertThat(capture.ledger().get(Counter.FLOWS)).isEqualTo(3);
      assertThat(capture.ledger().get(Counter.FLOWS_ACTIVE)).isZero();
    }
  }

  @Test
  void shouldCloseItsSourcesWhenSomethingIsMissing() {
    assertRefused("sinks", builder -> builder.to(null));
    assertRefused("sink", builder -> builder.to((worker, source, ledger) -> null));
    assertRefused("handler", builder -> builder.onPacket(null));
    assertRefused("handler", builder -> builder.onBatch(null));
    assertRefused("handler", builder -> builder.onPacketPerWorker(worker -> null));
    assertRefused(
        "listener",
        builder -> builder.flowListenerPerWorker(worker -> null).onPacket(packet -> {}));
  }

  private static void assertRefused(String missing, Consumer<CaptureBuilder> making) {
    ClosedSource source = few();

    assertThatNullPointerException()
        .isThrownBy(() -> making.accept(of(source)))
        .withMessage(missing);
    assertThat(source.closings).as(missing).hasValue(1);
  }
}
