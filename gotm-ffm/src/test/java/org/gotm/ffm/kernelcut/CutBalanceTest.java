package org.gotm.ffm.kernelcut;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** When it pays to cut in the kernel. */
class CutBalanceTest {
  private final CutBalance balance = new CutBalance();

  private boolean isInAfter(int delivered, int cutBehind, int cutInKernel) {
    assertThat(balance.look(delivered, cutBehind, cutInKernel)).isTrue();
    return balance.isIn();
  }

  @Test
  void shouldBeOutAtFirst() {
    assertThat(balance.isIn()).isFalse();
  }

  @Test
  void shouldGoInFromFortyPercentOn() {
    assertThat(isInAfter(10_000, 3_900, 0)).isFalse();
    assertThat(isInAfter(10_000, 4_000, 0)).isTrue();
  }

  @Test
  void shouldCountWhatTheKernelCutsToo() {
    assertThat(isInAfter(10_000, 4_000, 0)).isTrue();
    for (int i = 0; i < 100; i++) {
      assertThat(isInAfter(1_000, 0, 9_000)).isTrue();
    }
  }

  @Test
  void shouldStayBetweenTheTwoShares() {
    assertThat(isInAfter(10_000, 4_000, 0)).isTrue();
    for (int i = 0; i < 100; i++) {
      assertThat(isInAfter(8_000, 0, 2_000)).isTrue();
    }
  }

  @Test
  void shouldGoOutWhenItDoesNotPayForLong() {
    assertThat(isInAfter(10_000, 4_000, 0)).isTrue();
    for (int i = 0; i < 7; i++) {
      assertThat(isInAfter(10_000, 100, 0)).isTrue();
    }
    assertThat(isInAfter(8_000, 0, 2_000)).as("a pause").isTrue();
    for (int i = 0; i < 7; i++) {
      assertThat(isInAfter(10_000, 100, 0)).isTrue();
    }
    assertThat(isInAfter(10_000, 100, 0)).isFalse();
    assertThat(isInAfter(10_000, 3_900, 0)).as("hysteresis").isFalse();
  }

  @Test
  void shouldNotJudgeByAFewPackets() {
    assertThat(balance.look(999, 999, 0)).isFalse();
    assertThat(balance.isIn()).isFalse();
  }
}
