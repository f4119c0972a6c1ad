package org.gotm.core.capture;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.gotm.core.source.SourceStats;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class LedgerTest {
  private final Ledger ledger = new Ledger();

  private void fill(long scale) {
    ledger.add(Counter.RECEIVED, 110 * scale);
    ledger.add(Counter.DROPPED, 7 * scale);
    ledger.add(Counter.DISCARDED, 3 * scale);
    ledger.add(Counter.DELIVERED, 100 * scale);
    ledger.add(Counter.KEPT, 60 * scale);
    ledger.add(Counter.CUT, 40 * scale);
    ledger.add(Counter.WRITTEN, 50 * scale);
    ledger.add(Counter.LOST_OUTPUT_FULL, 8 * scale);
    ledger.add(Counter.LOST_WRITE_ERROR, 2 * scale);
  }

  @Test
  void shouldBalanceWhenEmpty() {
    assertThat(ledger.isBalanced()).isTrue();
    for (Counter counter : Counter.values()) {
      assertThat(ledger.get(counter)).isZero();
    }
  }

  @Test
  void shouldBalanceWhenEveryPacketIsInOneBucket() {
    fill(1);

    assertThat(ledger.isBalanced()).isTrue();
    assertThat(ledger.inMemory()).isZero();
  }

  @Test
  void shouldBalanceBeyond32Bits() {
    fill(1L << 40);

    assertThat(ledger.isBalanced()).isTrue();
    assertThat(ledger.get(Counter.RECEIVED)).isEqualTo(110L << 40);
  }

  @ParameterizedTest
  @EnumSource(
      value = Counter.class,
      names = {
        "RECEIVED",
        "DROPPED",
        "DISCARDED",
        "DELIVERED",
        "KEPT",
        "CUT",
        "WRITTEN",
        "LOST_OUTPUT_FULL",
        "LOST_WRITE_ERROR"
      })
  void shouldNotBalanceWhenOnePacketIsMissing(Counter counter) {
    fill(1);
    ledger.add(counter, 1);

    assertThat(ledger.isBalanced()).isFalse();
    assertThat(ledger.toString()).endsWith("balanced=no");
  }

  @Test
  void shouldNotAskInterfaceDropsToBalance() {
    fill(1);
    ledger.add(Counter.INTERFACE_DROPPED, 5);
    ledger.add(Counter.UNDECODED, 5);

    assertThat(ledger.isBalanced()).isTrue();
  }

  @Test
  void shouldSayWhatIsStillInMemory() {
    ledger.add(Counter.KEPT, 60);
    ledger.add(Counter.WRITTEN, 30);
    ledger.add(Counter.LOST_OUTPUT_FULL, 9);
    ledger.add(Counter.LOST_WRITE_ERROR, 1);

    assertThat(ledger.inMemory()).isEqualTo(20);
  }

  @Test
  void shouldSayTheWholeAccountInOneLine() {
    fill(1);
    ledger.set(Counter.INTERFACE_DROPPED, 4);

    assertThat(ledger)
        .hasToString(
            "received=110 dropped=7 discarded=3 ifdropped=4 cut_in_kernel=0 delivered=100 kept=60 cut=40"
                + " written=50 lost_output_full=8 lost_write_error=2 in_memory=0 balanced=yes");
  }

  @Test
  void shouldAddUpWorkers() {
    fill(1);
    Ledger total = new Ledger();
    total.addAll(ledger);
    total.addAll(ledger);

    for (Counter counter : Counter.values()) {
      assertThat(total.get(counter)).isEqualTo(2 * ledger.get(counter));
    }
  }

  @Test
  void shouldAddWhatTheSourceCountedSinceTheLastReading() {
    SourceStats before = new SourceStats();
    SourceStats now = new SourceStats();
    now.received = 10;
    now.dropped = 4;
    now.discarded = 3;
    now.interfaceDropped = 2;
    now.extra[0] = 6;
    now.extra[SourceStats.MAX_EXTRA - 1] = 7;
    ledger.addSince(before, now);
    before.set(now);
    now.received = 15;
    ledger.addSince(before, now);

    assertThat(ledger.get(Counter.RECEIVED)).isEqualTo(15);
    assertThat(ledger.get(Counter.DROPPED)).isEqualTo(4);
    assertThat(ledger.get(Counter.DISCARDED)).isEqualTo(3);
    assertThat(ledger.get(Counter.INTERFACE_DROPPED)).isEqualTo(2);
    assertThat(ledger.get(Counter.EXTRA_0)).isEqualTo(6);
    assertThat(ledger.get(Counter.EXTRA_7)).isEqualTo(7);
  }

  @Test
  void shouldTakeBackWhatWasWrittenWhenTheDiskDoesNotKeepIt() {
    fill(1);
    ledger.addShared(Counter.LOST_SYNC_ERROR, 20);

    assertThat(ledger.get(Counter.WRITTEN)).isEqualTo(50);
    assertThat(ledger.written()).isEqualTo(30);
    assertThat(ledger.lostToWriteErrors()).isEqualTo(22);
    assertThat(ledger.inMemory()).isZero();
    assertThat(ledger.isBalanced()).isTrue();
    assertThat(ledger.toString())
        .contains("kept=60", "written=30 lost_output_full=8 lost_write_error=22", "balanced=yes");
  }

  @Test
  void shouldLoseWhatIsNotSyncedOnceWhoeverBooksItAndNothingThatIs() {
    fill(1);
    ledger.addShared(Counter.UNSYNCED, 50);
    ledger.noteSynced(20);

    ledger.loseUnsynced(Long.MAX_VALUE);
    ledger.loseUnsynced(30);
    ledger.noteSynced(30);

    assertThat(ledger.written()).isEqualTo(20);
    assertThat(ledger.get(Counter.UNSYNCED)).isZero();
    assertThat(ledger.isBalanced()).isTrue();
  }

  @Test
  void shouldLoseNothingThatSeveralThreadsAdd() throws InterruptedException {
    int threads = 4;
    int times = 1_000_000;
    CountDownLatch begin = new CountDownLatch(1);
    List<Thread> adding = new ArrayList<>();
    for (int i = 0; i < threads; i++) {
      adding.add(Thread.ofPlatform().start(() -> addShared(begin, times)));
    }
    begin.countDown();
    for (Thread thread : adding) {
      thread.join();
    }

    assertThat(ledger.get(Counter.WRITTEN)).isEqualTo(3L * threads * times);
  }

  private void addShared(CountDownLatch begin, int times) {
    await(begin);
    for (int i = 0; i < times; i++) {
      ledger.addShared(Counter.WRITTEN, 3);
    }
  }

  @Test
  void shouldShowEveryCountToAnotherThreadWhileItIsWritten() throws InterruptedException {
    long last = 20_000_000;
    CountDownLatch reading = new CountDownLatch(1);
    Thread writer =
        Thread.ofPlatform()
            .start(
                () -> {
                  await(reading);
                  for (long i = 1; i <= last; i++) {
                    ledger.add(Counter.DELIVERED, 1);
                    ledger.set(Counter.RECEIVED, i << 32 | i);
                  }
                });
    reading.countDown();
    long before = 0;
    long steps = 0;
    while (before < last) {
      long now = ledger.get(Counter.DELIVERED);
      long received = ledger.get(Counter.RECEIVED);
      assertThat(received >>> 32).isEqualTo(received & 0xffff_ffffL);
      assertThat(now).isGreaterThanOrEqualTo(before);
      steps += now > before ? 1 : 0;
      before = now;
    }
    writer.join();

    assertThat(before).isEqualTo(last);
    assertThat(steps).as("counts seen on the way").isGreaterThan(1);
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }
}
