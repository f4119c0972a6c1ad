package org.gotm.ffm.snf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.gotm.ffm.linux.Errno.EBUSY;
import static org.gotm.ffm.linux.Errno.EINTR;
import static org.gotm.ffm.linux.Errno.EINVAL;

import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;
import org.gotm.core.capture.Counter;
import org.gotm.core.capture.Ledger;
import org.gotm.core.source.PacketSource;
import org.gotm.core.source.SourceStats;
import org.gotm.ffm.ReceivedPackets;
import org.gotm.ffm.RunningCapture;
import org.gotm.ffm.SampleTraffic;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What comes out of a ring after the stop, and what is counted. */
@Timeout(60)
class SnfStopTest {
  @RegisterExtension final FakeSnf fake = new FakeSnf();
  @TempDir Path folder;

  private static SnfSource open(boolean many) {
    return FakeSnf.open(SnfOptions.of("ens1").withReceiveMany(many)).getFirst();
  }

  private void arrive(int count) {
    for (int i = 0; i < count; i++) {
      fake.arrive(0, SampleTraffic.udp(i, 60 + i), 1);
    }
  }

  private static SourceStats stats(PacketSource source) {
    SourceStats stats = new SourceStats();
    source.readStats(stats);
    return stats;
  }

  private static void assertAccount(
      PacketSource source, long received, long dropped, long discarded) {
    SourceStats stats = stats(source);
    assertThat(stats.received).as("received").isEqualTo(received);
    assertThat(stats.dropped).as("dropped").isEqualTo(dropped);
    assertThat(stats.discarded).as("discarded").isEqualTo(discarded);
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void shouldEndAndBalanceWhenPacketsNeverStopComing(boolean many) throws InterruptedException {
    fake.addFile(0, SampleTraffic.mixed(100).write(folder.resolve("traffic.pcap")));
    fake.replay(0, FakeSnf.FOR_EVER, true);
    try (RunningCapture running = new RunningCapture(open(many), 10_000)) {
      Ledger ledger = running.awaitPackets().stopAndJoin().ledger();

      assertThat(fake.isReplaying(0)).isTrue();
      assertThat(ledger.get(Counter.DELIVERED)).isGreaterThanOrEqualTo(10_000);
      assertThat(ledger.get(Counter.DISCARDED)).isZero();
      assertThat(ledger.isBalanced()).as(ledger.toString()).isTrue();
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void shouldBalanceWhenTheRingOverflows(boolean many) throws InterruptedException {
    fake.addFile(0, SampleTraffic.mixed(1000).write(folder.resolve("traffic.pcap")));
    SnfOptions options = SnfOptions.of("ens1").withReceiveMany(many).withDataRingBytes(1 << 20);
    PacketSource source = FakeSnf.open(options).getFirst();
    long sent = 0;
    while (stats(source).dropped < 500) {
      fake.addFile(0, folder.resolve("traffic.pcap"));
      sent += fake.arriveFromFiles(0, FakeSnf.FOR_EVER);
    }
    try (RunningCapture running = new RunningCapture(source, 0)) {
      Ledger ledger = running.stopAndJoin().ledger();

      assertThat(ledger.get(Counter.RECEIVED)).isEqualTo(sent);
      assertThat(ledger.get(Counter.DROPPED)).isGreaterThanOrEqualTo(500);
      assertThat(ledger.isBalanced()).as(ledger.toString()).isTrue();
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void shouldLoseNothingWhenInterruptedOrBusyWhileDraining(boolean many) {
    try (SnfSource source = open(many)) {
      arrive(40);
      source.stop();
      String function = many ? "snf_ring_recv_many" : "snf_ring_recv";
      ReceivedPackets received = new ReceivedPackets();
      fake.fail(function, EINTR, 3);
      received.await(source, 1);
      fake.fail(function, EBUSY, 3);

      assertThat(received.awaitEnd(source).count()).isEqualTo(40);
      assertAccount(source, 40, 0, 0);
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void shouldEndAndTellWhatIsMissingWhenTheLibraryStaysBusy(boolean many) {
    try (SnfSource source = open(many)) {
      arrive(40);
      source.stop();
      fake.fail(many ? "snf_ring_recv_many" : "snf_ring_recv", EBUSY, FakeSnf.FOR_EVER);

      assertThat(new ReceivedPackets().awaitEnd(source).count()).isZero();
      assertAccount(source, 40, 0, 40);
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void shouldGoByBytesWhenTheCountOfPacketsLags(boolean many) {
    try (SnfSource source = open(many)) {
      fake.delayStats(true);
      arrive(40);
      source.stop();
      arrive(40);

      assertThat(new ReceivedPackets().awaitEnd(source).count()).isEqualTo(40);
      assertAccount(source, 40, 0, 0);
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void shouldGoByPacketsAndThenToTheBottomWhenBytesAreNotKnown(boolean many) {
    try (SnfSource source = open(many)) {
      fake.fail("snf_ring_recv_qinfo", EINVAL, 1);
      fake.misreport(-10);
      arrive(40);
      source.stop();

      assertThat(new ReceivedPackets().awaitEnd(source).count()).isEqualTo(40);
      assertAccount(source, 40, 0, 0);
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void shouldTellOfADiscardWhenTheLibraryCountedMoreThanItGives(boolean many) {
    try (SnfSource source = open(many)) {
      fake.misreport(3);
      arrive(40);
      source.stop();

      assertThat(new ReceivedPackets().awaitEnd(source).count()).isEqualTo(40);
      assertAccount(source, 43, 0, 3);
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void shouldEndWhenTheLibraryCountsWildlyAndPacketsNeverStopComing(boolean many) {
    SnfOptions options = SnfOptions.of("ens1").withReceiveMany(many).withDataRingBytes(1 << 20);
    byte[] frame = SampleTraffic.udp(0, 2048);
    try (SnfSource source = FakeSnf.open(options).getFirst()) {
      fake.misreport(1L << 40);
      arrive(2);
      source.stop();
      AtomicInteger packets = new AtomicInteger();
      int polled;
      do {
        polled =
            source.poll(
                batch -> {
                  for (int i = 0; i < batch.count(); i++) {
                    packets.incrementAndGet();
                    fake.arrive(0, frame, 1);
                  }
                });
      } while (polled != PacketSource.END);

      assertThat(packets.get()).isBetween(500, 1000); // a ring full
    }
  }
}
