package org.gotm.ffm.pcap;

import static org.assertj.core.api.Assertions.assertThat;

import org.gotm.core.source.SourceStats;
import org.junit.jupiter.api.Test;

class PcapCountersTest {
  private final PcapCounters counters = new PcapCounters();

  @Test
  void shouldCountOnWhenTheCountersOfLibpcapGoRound() {
    counters.update(0xffff_fff0, 0x7fff_ffff, 0xffff_ffff);
    counters.update(0x10, 0x8000_0001, 0);

    assertThat(stats().received).isEqualTo(0x1_0000_0010L);
    assertThat(stats().dropped).isEqualTo(0x8000_0001L);
    assertThat(stats().interfaceDropped).isEqualTo(0x1_0000_0000L);
  }

  @Test
  void shouldCountOnWhenTheNextHandleBeginsAtZero() {
    counters.update(100, 20, 3);
    counters.addDelivered(80);
    counters.endOfHandle();
    counters.update(50, 5, 1);

    assertThat(stats().received).isEqualTo(150);
    assertThat(stats().dropped).isEqualTo(25);
    assertThat(stats().interfaceDropped).isEqualTo(4);
    assertThat(counters.outstanding()).isEqualTo(45);
  }

  @Test
  void shouldDiscardWhatDidNotComeOutWhenAHandleEnds() {
    counters.update(100, 20, 0);
    counters.addDelivered(70);
    assertThat(stats().discarded).isZero();
    counters.endOfHandle();

    assertThat(stats().discarded).isEqualTo(10);
    assertThat(counters.outstanding()).isZero();
  }

  private SourceStats stats() {
    SourceStats stats = new SourceStats();
    counters.fill(stats);
    return stats;
  }
}
