package org.gotm.ffm.snf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.gotm.ffm.linux.Errno.EBUSY;
import static org.gotm.ffm.linux.Errno.EINVAL;

import java.util.List;
import org.gotm.core.source.PacketSource;
import org.gotm.core.source.SourceStats;
import org.gotm.ffm.ReceivedPackets;
import org.gotm.ffm.SampleTraffic;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

@Timeout(60)
class SnfStatisticsTest {
  private static final SnfOptions ENS1 = SnfOptions.of("ens1");

  @RegisterExtension final FakeSnf fake = new FakeSnf();

  private static SnfSource open(SnfOptions options) {
    return FakeSnf.open(options).getFirst();
  }

  private void arrive(int count, int length) {
    for (int i = 0; i < count; i++) {
      fake.arrive(0, SampleTraffic.udp(i, length), 1);
    }
  }

  private static SourceStats stats(PacketSource source) {
    SourceStats stats = new SourceStats();
    source.readStats(stats);
    return stats;
  }

  private static long extra(PacketSource source, String name) {
    return stats(source).extra[source.extraCounters().indexOf(name)];
  }

  @Test
  void shouldCountAsLibpcapDoesWhenPacketsAreLost() {
    try (SnfSource source = open(ENS1.withDataRingBytes(1))) {
      int fit = 2 << 20 >> 11;
      arrive(fit + 5, 2048);
      fake.count(0, FakeSnf.NIC_OVERFLOW, 3);
      fake.count(0, FakeSnf.NIC_BAD, 4);
      SourceStats stats = stats(source);

      assertThat(stats.received).isEqualTo(fit + 5);
      assertThat(stats.dropped).isEqualTo(5);
      assertThat(stats.interfaceDropped).isEqualTo(7);
      assertThat(stats.discarded).isZero();
    }
  }

  @Test
  void shouldTellTheFinerCountersByName() {
    try (SnfSource source = open(ENS1)) {
      arrive(2, 60);
      fake.count(0, FakeSnf.NIC_OVERFLOW, 3);
      fake.count(0, FakeSnf.NIC_BAD, 4);
      fake.count(0, FakeSnf.NIC_FILTERED, 5);
      fake.count(0, FakeSnf.SHARED_OVERFLOW, 6);

      assertThat(source.extraCounters()).hasSizeLessThanOrEqualTo(SourceStats.MAX_EXTRA);
      assertThat(extra(source, "ring_received")).isEqualTo(2);
      assertThat(extra(source, "nic_received")).isEqualTo(2);
      assertThat(extra(source, "nic_bytes")).isEqualTo(160);
      assertThat(extra(source, "nic_overflow")).isEqualTo(3);
      assertThat(extra(source, "nic_bad")).isEqualTo(4);
      assertThat(extra(source, "nic_filtered")).isEqualTo(5);
      assertThat(extra(source, "shared_overflow")).isEqualTo(6);
    }
  }

  @Test
  void shouldTellOfThePortOnceWhenThereAreSeveralRings() {
    List<SnfSource> sources = FakeSnf.open(ENS1.withRings(3));
    arrive(9, 60);
    fake.count(0, FakeSnf.NIC_BAD, 4);

    assertThat(sources.stream().mapToLong(each -> stats(each).interfaceDropped).sum()).isEqualTo(4);
    assertThat(sources.stream().mapToLong(each -> extra(each, "nic_received")).sum()).isEqualTo(9);
    assertThat(sources.stream().mapToLong(each -> stats(each).received).sum()).isEqualTo(9);
    sources.forEach(SnfSource::close);
  }

  @Test
  void shouldNotReceiveLessThanItDeliversWhenTheLibrarysCountLags() {
    try (SnfSource source = open(ENS1)) {
      fake.delayStats(true);
      arrive(10, 60);
      new ReceivedPackets().await(source, 10);

      assertThat(stats(source).received).isEqualTo(10);
      assertThat(extra(source, "ring_received")).isZero();
      fake.delayStats(false);
      assertThat(stats(source).received).isEqualTo(10);
      assertThat(extra(source, "ring_received")).isEqualTo(10);
    }
  }

  @Test
  void shouldCountFromItsOpeningWhenTheNicHasCountedBefore() {
    fake.count(0, FakeSnf.NIC_BAD, 1000);
    try (SnfSource source = open(ENS1)) {
      assertThat(stats(source).interfaceDropped).isZero();
      fake.count(0, FakeSnf.NIC_BAD, 2);
      assertThat(stats(source).interfaceDropped).isEqualTo(2);
    }
  }

  @Test
  void shouldGoOnCountingWhenTheCountersAreCleared() {
    try (SnfSource source = open(ENS1)) {
      fake.count(0, FakeSnf.NIC_BAD, 10);
      assertThat(stats(source).interfaceDropped).isEqualTo(10);
      fake.clearCounters(0);
      fake.count(0, FakeSnf.NIC_BAD, 3);

      assertThat(stats(source).interfaceDropped).isEqualTo(13);
    }
  }

  @Test
  void shouldCountBeyond32Bits() {
    try (SnfSource source = open(ENS1)) {
      fake.count(0, FakeSnf.NIC_BAD, 5_000_000_000L);

      assertThat(stats(source).interfaceDropped).isEqualTo(5_000_000_000L);
    }
  }

  @Test
  void shouldKeepTheLastCountsWhenTheLibraryIsBusy() {
    try (SnfSource source = open(ENS1)) {
      arrive(3, 60);
      stats(source);
      arrive(1, 60);
      fake.fail("snf_ring_getstats", EBUSY, 1);

      assertThat(stats(source).received).isEqualTo(3);
      assertThat(stats(source).received).isEqualTo(4);
    }
  }

  @Test
  void shouldFailWhenTheLibraryCannotCount() {
    try (SnfSource source = open(ENS1)) {
      fake.fail("snf_ring_getstats", EINVAL, 1);

      assertThatThrownBy(() -> stats(source)).hasMessageContaining("snf_ring_getstats failed");
    }
  }

  @Test
  void shouldAccountForWhatTheRingStillHeldWhenClosedWithoutAStop() {
    SnfSource source = open(ENS1);
    arrive(5, 60);
    new ReceivedPackets().await(source, 1);
    long delivered = stats(source).received - 5;
    source.close();
    SourceStats stats = stats(source);

    assertThat(delivered).isZero();
    assertThat(stats.received).isEqualTo(5);
    assertThat(stats.discarded).isEqualTo(4);
  }
}
