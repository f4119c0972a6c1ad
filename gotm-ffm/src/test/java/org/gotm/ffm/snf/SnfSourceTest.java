package org.gotm.ffm.snf;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.gotm.ffm.linux.Errno.EAGAIN;
import static org.gotm.ffm.linux.Errno.EBUSY;
import static org.gotm.ffm.linux.Errno.EINTR;
import static org.gotm.ffm.linux.Errno.EINVAL;
import static org.gotm.ffm.linux.Errno.ENODEV;

import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.gotm.core.source.BatchHandler;
import org.gotm.core.source.PacketBatch;
import org.gotm.core.source.PacketSource;
import org.gotm.core.source.PacketSourceException;
import org.gotm.core.source.SourceStats;
import org.gotm.ffm.ReceivedPackets;
import org.gotm.ffm.SampleTraffic;
import org.gotm.ffm.pcap.FilteredSource;
import org.gotm.ffm.snf.generated.snf_h;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class SnfSourceTest {
  private static final long TIME = 1_500_000_000_000_000_000L;
  private static final SnfOptions ENS1 = SnfOptions.of("ens1");
  private static final BatchHandler IGNORE = batch -> {};

  @RegisterExtension final FakeSnf fake = new FakeSnf();

  private static SnfSource open(boolean many) {
    return FakeSnf.open(ENS1.withReceiveMany(many)).getFirst();
  }

  private void arrive(int from, int to) {
    for (int i = from; i < to; i++) {
      fake.arrive(0, SampleTraffic.udp(i, 60 + i), TIME + i);
    }
  }

  private static SourceStats stats(PacketSource source) {
    SourceStats stats = new SourceStats();
    source.readStats(stats);
    return stats;
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void shouldCutTheBatchOffWhenTheHandlerComesBack(boolean many) {
    try (SnfSource source = open(many)) {
      arrive(0, 3);
      AtomicReference<PacketBatch> kept = new AtomicReference<>();
      source.poll(kept::set);
      PacketBatch batch = kept.get();

      assertThat(batch.count()).isZero();
      assertThatExceptionOfType(IndexOutOfBoundsException.class)
          .isThrownBy(() -> batch.segment.get(JAVA_BYTE, batch.offsets[0]));
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void shouldCutTheBatchOffAndGoOnWhenTheHandlerThrows(boolean many) {
    try (SnfSource source = open(many)) {
      arrive(0, 3);
      AtomicReference<PacketBatch> kept = new AtomicReference<>();
      BatchHandler failing =
          batch -> {
            kept.set(batch);
            throw new IllegalStateException("the handler's own");
          };
      assertThatIllegalStateException().isThrownBy(() -> source.poll(failing));
      assertThat(kept.get().count()).isZero();
      assertThat(kept.get().segment.byteSize()).isZero();

      ReceivedPackets received = new ReceivedPackets().await(source, 2);
      assertThat(received.frames().getFirst()).isEqualTo(SampleTraffic.udp(1, 61));
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void shouldKeepThePacketsAliveWhenMoreArriveDuringTheHandler(boolean many) {
    try (SnfSource source = open(many)) {
      arrive(0, 300);
      AtomicInteger next = new AtomicInteger();
      BatchHandler handler =
          batch -> {
            arrive(0, 10);
            for (int i = 0; i < batch.count() && next.get() < 300; i++) {
              int number = next.getAndIncrement();
              assertThat(
                      batch.segment.asSlice(batch.offsets[i], batch.caplens[i]).toArray(JAVA_BYTE))
                  .isEqualTo(SampleTraffic.udp(number, 60 + number));
            }
          };
      while (next.get() < 300) {
        source.poll(handler);
      }
    }
  }

  @Test
  void shouldHandOverAllThatIsThereAtOnceWhenBorrowing() {
    try (SnfSource source = open(true)) {
      arrive(0, 1 + PacketBatch.DEFAULT_CAPACITY + 44);

      assertThat(source.poll(IGNORE)).isEqualTo(1); // the one that is borrowed to try it
      assertThat(source.poll(IGNORE)).isEqualTo(PacketBatch.DEFAULT_CAPACITY);
      assertThat(source.poll(IGNORE)).isEqualTo(44);
      assertThat(source.lendsMany()).isTrue();
    }
  }

  @Test
  void shouldHandOverBatchesOfOnePacketWhenReceivingPlainly() {
    try (SnfSource source = open(false)) {
      arrive(0, 10);

      assertThat(source.poll(batch -> assertThat(batch.count()).isEqualTo(1))).isEqualTo(10);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {EAGAIN, EBUSY, EINTR, -EAGAIN, -EINTR})
  void shouldGoOnWhenTheLibraryHasNothingNow(int code) {
    for (boolean many : new boolean[] {false, true}) {
      try (SnfSource source = open(many)) {
        arrive(0, 1);
        fake.fail(many ? "snf_ring_recv_many" : "snf_ring_recv", code, 2);

        assertThat(source.poll(IGNORE)).isZero();
        assertThat(source.poll(IGNORE)).isZero();
        assertThat(source.poll(IGNORE)).isEqualTo(1);
        assertThat(source.lendsMany()).isEqualTo(many);
      }
    }
  }

  @Test
  void shouldFailWhenTheLibraryCannotReceiveAnyMore() {
    try (SnfSource source = open(false)) {
      fake.fail("snf_ring_recv", ENODEV, 1);

      assertThatExceptionOfType(PacketSourceException.class)
          .isThrownBy(() -> source.poll(IGNORE))
          .withMessage("interface=ens1: receiving failed: No such device (error 19)");
    }
  }

  @Test
  void shouldTellOfThePacketsFirstWhenTheRingFailsAfterThem() {
    try (SnfSource source = open(false)) {
      arrive(0, 2);

      assertThat(source.poll(batch -> fake.fail("snf_ring_recv", ENODEV, 1))).isEqualTo(1);
      assertThatThrownBy(() -> source.poll(IGNORE)).hasMessageContaining("No such device");
    }
  }

  @Test
  void shouldFailWhenBorrowingFailsForGood() {
    try (SnfSource source = open(true)) {
      arrive(0, 1);
      source.poll(IGNORE);
      fake.fail("snf_ring_recv_many", ENODEV, 1);

      assertThatThrownBy(() -> source.poll(IGNORE)).hasMessageContaining("No such device");
    }
  }

  @Test
  void shouldFailWhenPacketsCannotBeReturned() {
    try (SnfSource source = open(true)) {
      arrive(0, 1);
      fake.fail("snf_ring_return_many", EINVAL, 1);

      assertThatThrownBy(() -> source.poll(IGNORE))
          .hasMessageContaining("snf_ring_return_many failed: Invalid argument");
    }
  }

  @Test
  void shouldReceivePlainlyWhenTheLibraryRefusesToLend() {
    try (SnfSource source = open(true)) {
      fake.fail("snf_ring_recv_many", EINVAL, FakeSnf.FOR_EVER);
      arrive(0, 5);

      assertThat(new ReceivedPackets().await(source, 5).count()).isEqualTo(5);
      assertThat(source.lendsMany()).isFalse();
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void shouldTakeTheHostsTimeWhenAPacketHasNone(boolean many) {
    SnfOptions options = ENS1.withReceiveMany(many);
    try (SnfSource source = SnfSource.openRings(options, Map.of(), () -> TIME + 7).getFirst()) {
      fake.zeroTimestamps(1);
      arrive(0, 2);

      assertThat(new ReceivedPackets().await(source, 2).timestampsNanos())
          .containsExactly(TIME + 7, TIME + 1);
      assertThat(stats(source).extra[source.extraCounters().indexOf("unstamped")]).isEqualTo(1);
    }
  }

  @Test
  void shouldNotGoBackInTimeWhenTheHostsClockIsBehindTheNics() {
    try (SnfSource source = SnfSource.openRings(ENS1, Map.of(), () -> TIME - 1).getFirst()) {
      arrive(5, 6);
      ReceivedPackets received = new ReceivedPackets().await(source, 1);
      fake.zeroTimestamps(1);
      arrive(6, 7);

      assertThat(received.await(source, 2).timestampsNanos()).containsExactly(TIME + 5, TIME + 5);
    }
  }

  @Test
  void shouldTellTheHostsTimeNowWhenNothingElseIsGiven() {
    long before = System.currentTimeMillis() * 1_000_000;
    assertThat(SnfHandover.HOST_CLOCK.getAsLong()).isBetween(before, before + 60_000_000_000L);
  }

  @Test
  void shouldOpenAndCloseInOrderWhenThereAreTwoRings() {
    List<SnfSource> sources = FakeSnf.open(ENS1.withRings(2));
    sources.forEach(SnfSource::close);

    assertThat(fake.trace())
        .isEqualTo(
            "snf_init(8) snf_open(0,2,NULL,0,0xffffffff) snf_ring_open_id(-1) snf_ring_open_id(-1)"
                + " snf_start snf_ring_close(0) snf_ring_close(1) snf_close");
  }

  @Test
  void shouldDoNothingWhenClosedAgain() {
    SnfSource source = open(true);
    source.close();
    source.close();

    assertThat(fake.calls("snf_ring_close")).isEqualTo(1);
    assertThat(source.poll(IGNORE)).isEqualTo(PacketSource.END);
    assertThat(stats(source).received).isZero();
    assertThat(source.error()).isNull();
    assertThat(source.timeSource()).isEqualTo(SnfTimeSource.UNKNOWN);
  }

  @Test
  void shouldWaitForThePollWhenClosedByAnotherThread() throws InterruptedException {
    for (int i = 0; i < 20; i++) {
      SnfSource source = open(i % 2 == 0);
      CountDownLatch polled = new CountDownLatch(1);
      AtomicReference<Throwable> failure = new AtomicReference<>();
      Thread poller =
          Thread.ofPlatform()
              .uncaughtExceptionHandler((thread, thrown) -> failure.set(thrown))
              .start(
                  () -> {
                    while (source.poll(IGNORE) != PacketSource.END) {
                      polled.countDown();
                    }
                  });
      polled.await();
      source.close();
      poller.join();

      assertThat(failure.get()).isNull();
    }
  }

  @Test
  void shouldRefuseToCloseWhenCalledByTheHandler() {
    SnfSource source = open(true);
    arrive(0, 1);

    assertThatIllegalStateException()
        .isThrownBy(() -> source.poll(batch -> source.close()))
        .withMessageContaining("closed by the handler");
    source.close();
  }

  @Test
  void shouldRefuseASecondThreadWhenOneIsInThePoll() throws InterruptedException {
    try (SnfSource source = open(true)) {
      arrive(0, 1);
      AtomicReference<Throwable> thrown = new AtomicReference<>();
      source.poll(
          batch -> {
            Thread second =
                Thread.ofPlatform()
                    .uncaughtExceptionHandler((thread, e) -> thrown.set(e))
                    .start(() -> source.poll(IGNORE));
            join(second);
          });

      assertThat(thrown.get())
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("a ring is for one thread");
    }
  }

  private static void join(Thread thread) {
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Test
  void shouldSayWhenThePortHasNoLink() {
    try (SnfSource source = FakeSnf.open(SnfOptions.of("ens4")).getFirst()) {
      assertThat(source.error()).isNull();
      fake.link(0, false);
      assertThat(source.error()).isNull();
      fake.link(1, false);
      assertThat(source.error()).isEqualTo("no link at port 1 of SNF");
      assertThat(source.poll(IGNORE)).isZero();
      fake.link(1, true);
      assertThat(source.error()).isNull();
    }
  }

  @Test
  void shouldSayWhichPortHasNoLinkWhenPortsAreMerged() {
    try (SnfSource source = FakeSnf.open(SnfOptions.of("ens1+ens4")).getFirst()) {
      fake.link(1, false);

      assertThat(source.error()).isEqualTo("no link at port 1 of SNF");
    }
  }

  @Test
  void shouldSayWhatTheClockFollows() {
    try (SnfSource source = open(true)) {
      assertThat(source.timeSource()).isEqualTo(SnfTimeSource.LOCAL);
      fake.timeSource(snf_h.SNF_TIMESOURCE_EXT_UNSYNCED());
      assertThat(source.timeSource()).isEqualTo(SnfTimeSource.EXTERNAL_UNSYNCED);
      fake.timeSource(snf_h.SNF_TIMESOURCE_EXT_SYNCED());
      assertThat(source.timeSource()).isEqualTo(SnfTimeSource.EXTERNAL_SYNCED);
      fake.timeSource(snf_h.SNF_TIMESOURCE_EXT_FAILED());
      assertThat(source.timeSource()).isEqualTo(SnfTimeSource.EXTERNAL_FAILED);
      fake.timeSource(snf_h.SNF_TIMESOURCE_ARISTA_ACTIVE());
      assertThat(source.timeSource()).isEqualTo(SnfTimeSource.SWITCH);
      fake.timeSource(snf_h.SNF_TIMESOURCE_PPS());
      assertThat(source.timeSource()).isEqualTo(SnfTimeSource.PULSE_PER_SECOND);
      fake.timeSource(99);
      assertThat(source.timeSource()).isEqualTo(SnfTimeSource.UNKNOWN);
    }
  }

  @Test
  void shouldSayThatItFailedWhenTheRingCannotBeClosed() {
    fake.leavesOpen();
    SnfSource source = open(true);
    fake.fail("snf_ring_close", EINVAL, 1);

    assertThatExceptionOfType(PacketSourceException.class)
        .isThrownBy(source::close)
        .withMessage("interface=ens1: snf_ring_close failed: Invalid argument (error 22)");
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void shouldDeliverWhatMatchesWhenAFilterIsPutBeforeIt(boolean many) {
    try (PacketSource source = FilteredSource.of(open(many), "udp and dst host 10.0.0.2")) {
      arrive(0, 100);
      source.stop();
      ReceivedPackets received = new ReceivedPackets().awaitEnd(source);

      assertThat(received.frames().get(9)).isEqualTo(SampleTraffic.udp(90, 150));
      assertThat(stats(source).received).isEqualTo(10);
    }
  }
}
