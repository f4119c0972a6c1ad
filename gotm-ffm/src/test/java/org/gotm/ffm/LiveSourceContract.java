package org.gotm.ffm;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.gotm.core.source.PacketSource;
import org.gotm.core.source.PacketSourceException;
import org.junit.jupiter.api.Test;

/** What a source has to do whose packets arrive by themselves. */
public abstract class LiveSourceContract extends PacketSourceContract {
  private static final int WAKEUPS = 20;

  /** For subclasses. */
  protected LiveSourceContract() {}

  @Test
  void shouldBeLiveWhenAsked() {
    try (PacketSource source = open(write(SampleTraffic.mixed(0)))) {
      assertThat(source.isLive()).isTrue();
    }
  }

  @Test
  void shouldAnswerZeroWhenNoPacketComesInTime() {
    try (PacketSource source = open(write(SampleTraffic.mixed(0)))) {
      assertThat(source.poll(batch -> {})).isZero();
    }
  }

  /**
   * Wakes the polling thread as soon as it sleeps in its poll. A poll that nobody wakes lasts 100
   * ms; of the polls that were woken at least some must have lasted much less, however slow the
   * machine.
   */
  @Test
  void shouldEndAPollAtOnceWhenWokenByAnotherThread() throws Exception {
    try (PacketSource source = open(write(SampleTraffic.mixed(0)))) {
      AtomicInteger polls = new AtomicInteger();
      AtomicReference<Path> task = new AtomicReference<>();
      Thread poller =
          Thread.ofPlatform()
              .daemon()
              .start(
                  () -> {
                    task.set(thisTask());
                    while (source.poll(batch -> {}) != PacketSource.END && polls.get() >= 0) {
                      polls.incrementAndGet();
                    }
                  });
      long[] nanos = new long[WAKEUPS];
      for (int i = 0; i < WAKEUPS; i++) {
        nanos[i] = wakeAndMeasure(source, polls, task);
      }
      polls.set(Integer.MIN_VALUE);
      source.wakeup();
      poller.join();

      Arrays.sort(nanos);
      assertThat(nanos[WAKEUPS / 4])
          .as("time from wake-up to the end of the poll, the faster quarter of %d", WAKEUPS)
          .isLessThan(TimeUnit.MILLISECONDS.toNanos(50));
    }
  }

  private static long wakeAndMeasure(
      PacketSource source, AtomicInteger polls, AtomicReference<Path> task) throws IOException {
    Await.until("the poll to sleep", () -> task.get() != null && isAsleep(task.get()));
    int sleeping = polls.get();
    long start = System.nanoTime();
    source.wakeup();
    Await.until("the woken poll", () -> polls.get() > sleeping);
    return System.nanoTime() - start;
  }

  @Test
  void shouldStopAtOnceWhenAWorkerIsIdle() {
    try (RunningCapture running = new RunningCapture(open(write(SampleTraffic.mixed(0))), 0)) {
      running.stopAndJoin();

      assertThat(running.ledger().isBalanced()).as(running.ledger().toString()).isTrue();
    }
  }

  @Test
  void shouldDeliverWhatTheRingHoldsWhenStoppedAtOnce() {
    SampleTraffic traffic = SampleTraffic.ofLength(100, 60);
    Path file = write(traffic);
    for (int i = 0; i < 5; i++) {
      try (PacketSource source = open(file)) {
        send(file);
        Await.until("100 packets in the ring", () -> stats(source).received == 100);
        source.stop();

        new ReceivedPackets().awaitEnd(source).assertEqualTo(traffic);
      }
    }
  }

  @Test
  void shouldTakeNoMorePacketsWhenStopped() {
    SampleTraffic traffic = SampleTraffic.mixed(500);
    Path file = write(traffic);
    try (PacketSource source = open(file)) {
      send(file);
      Await.until("500 packets in the ring", () -> stats(source).received == 500);
      source.stop();
      send(file);

      new ReceivedPackets().awaitEnd(source).assertEqualTo(traffic);
      assertThat(stats(source).received).isEqualTo(500);
      assertThat(stats(source).dropped).isZero();
      assertThat(stats(source).discarded).isZero();
    }
  }

  private static Path thisTask() {
    try {
      return Path.of("/proc/thread-self").toRealPath();
    } catch (IOException e) {
      throw new PacketSourceException("no /proc/thread-self", e);
    }
  }

  private static boolean isAsleep(Path task) {
    try {
      String stat = Files.readString(task.resolve("stat"));
      return stat.startsWith("S", stat.lastIndexOf(')') + 2);
    } catch (IOException e) {
      throw new PacketSourceException("cannot read the state of " + task, e);
    }
  }
}
