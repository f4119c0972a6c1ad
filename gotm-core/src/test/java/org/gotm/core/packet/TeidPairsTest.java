package org.gotm.core.packet;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.SplittableRandom;
import org.gotm.core.Seed;
import org.junit.jupiter.api.Test;

class TeidPairsTest {
  private static final long FLOW = 0x1234_5678_9abc_def0L;

  private final TeidPairs pairs = new TeidPairs(1);

  @Test
  void shouldTakeTheFirstDirectionsForBoth() {
    assertThat(pairs.pair(FLOW, true, 10)).isEqualTo(10);
    assertThat(pairs.pair(FLOW, false, 20)).isEqualTo(10);
    assertThat(pairs.pair(FLOW, false, 20)).isEqualTo(10);
    assertThat(pairs.pair(FLOW, true, 10)).isEqualTo(10);
  }

  @Test
  void shouldTakeIdentifiersWithTheHighestBit() {
    assertThat(pairs.pair(FLOW, false, -10)).isEqualTo(-10);
    assertThat(pairs.pair(FLOW, true, -20)).isEqualTo(-10);
    assertThat(pairs.pair(FLOW, true, -20)).isEqualTo(-10);
  }

  @Test
  void shouldLeaveAnIdentifierThatContradicts() {
    pairs.pair(FLOW, true, 10);
    pairs.pair(FLOW, false, 20);

    assertThat(pairs.pair(FLOW, true, 30)).isEqualTo(30);
    assertThat(pairs.pair(FLOW, false, 40)).isEqualTo(40);
    assertThat(pairs.pair(FLOW, false, 20)).isEqualTo(10);
  }

  @Test
  void shouldRememberTheLastFourOfABucket() {
    for (long flow = 1; flow <= 5; flow++) {
      pairs.pair(flow << 8, true, (int) flow);
    }
    for (long flow = 2; flow <= 5; flow++) {
      assertThat(pairs.pair(flow << 8, false, 100)).isEqualTo((int) flow);
    }
    assertThat(pairs.pair(1 << 8, false, 100)).isEqualTo(100);
  }

  @Test
  void shouldPairManyFlowsAtOnce() {
    long seed = Seed.of(TeidPairsTest.class);
    TeidPairs many = new TeidPairs(TeidPairs.USUAL_BUCKETS);
    SplittableRandom forth = new SplittableRandom(seed);
    for (int i = 1; i <= 10_000; i++) {
      many.pair(forth.nextLong(), i % 2 == 0, i);
    }
    int paired = 0;
    SplittableRandom again = new SplittableRandom(seed);
    for (int i = 1; i <= 10_000; i++) {
      paired += many.pair(again.nextLong(), i % 2 != 0, -i) == i ? 1 : 0;
    }

    assertThat(paired).isGreaterThan(9_900);
  }
}
