package org.gotm.ffm.afpacket;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class BlockPacingTest {
  private final BlockPacing pacing = new BlockPacing(64);
  private long now = TimeUnit.SECONDS.toNanos(1000);

  private int sleepAfter(int blocks, long micros) {
    pacing.sleepMillis(now);
    for (int i = 0; i < blocks; i++) {
      pacing.countBlock();
    }
    now += TimeUnit.MICROSECONDS.toNanos(micros);
    return pacing.sleepMillis(now);
  }

  @Test
  void shouldSleepThroughASixteenthOfTheRingWhenBlocksComeFast() {
    assertThat(sleepAfter(2, 4_000)).isEqualTo(8);
  }

  @Test
  void shouldNotSleepLongerThanTenMillisWhenBlocksComeLessFast() {
    assertThat(sleepAfter(1, 9_000)).isEqualTo(10);
  }

  @Test
  void shouldNotSleepWhenBlocksComeSlowly() {
    assertThat(sleepAfter(1, 11_000)).isZero();
  }

  @Test
  void shouldNotSleepWhenNoBlockCame() {
    assertThat(sleepAfter(0, 1_000)).isZero();
  }

  @Test
  void shouldNotSleepWhenASixteenthComesInLessThanAMilli() {
    assertThat(sleepAfter(100, 10_000)).isZero();
  }

  @Test
  void shouldForgetOldBlocksWhenAsked() {
    sleepAfter(2, 4_000);

    assertThat(pacing.sleepMillis(now + 1_000_000)).isZero();
  }

  @Test
  void shouldNeverSleepWhenRingHasFewBlocks() {
    BlockPacing few = new BlockPacing(15);
    few.sleepMillis(now);
    few.countBlock();

    assertThat(few.sleepMillis(now + 9_000_000)).isZero();
  }
}
