package org.gotm.ffm.afpacket;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class RingStatisticsTest {
  @Test
  void shouldAddUpIn64BitsWhenReadingsAreUnsigned() {
    RingStatistics statistics = new RingStatistics();
    statistics.add(-1, -2, -3);
    statistics.add(1, 2, 3);

    assertThat(statistics.received()).isEqualTo(1L << 32);
    assertThat(statistics.dropped()).isEqualTo(1L << 32);
    assertThat(statistics.freezes()).isEqualTo(1L << 32);
  }
}
