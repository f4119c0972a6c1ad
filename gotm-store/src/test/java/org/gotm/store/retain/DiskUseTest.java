package org.gotm.store.retain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

/** How fast a disk fills. */
class DiskUseTest {
  private static final long STEP_NANOS = 2 * RetainBed.SECOND;

  private final DiskUse use = new DiskUse();
  private long nowNanos = 5;

  private void note(long freeBytes, long writtenBytes) {
    nowNanos += STEP_NANOS;
    use.note(freeBytes, writtenBytes, nowNanos);
  }

  @Test
  void shouldBeNothingUntilTwoLooksAreKnown() {
    note(1000, 0);
    use.note(0, 1000, nowNanos + 1); // too soon after the other

    assertThat(use.bytesPerSecond()).isZero();
    assertThat(use.peakBytesPerSecond()).isZero();
    assertThat(use.hasMinute()).isFalse();
  }

  @Test
  void shouldBeWhatIsWrittenWhenAsMuchIsDeleted() {
    for (int i = 0; i < 10; i++) {
      note(1000, i * 200L);
    }

    assertThat(use.bytesPerSecond()).isCloseTo(100, within(0.01));
  }

  @Test
  void shouldBeWhatIsLessFreeWhenOthersWriteMore() {
    for (int i = 0; i < 10; i++) {
      note(100_000 - i * 1000L, i * 200L);
    }

    assertThat(use.bytesPerSecond()).isCloseTo(500, within(0.01));
  }

  @Test
  void shouldBeNothingWhenTheDiskEmpties() {
    note(1000, 0);
    note(5000, 0);

    assertThat(use.bytesPerSecond()).isZero();
  }

  @Test
  void shouldRememberTheWorstLooksForAMinute() {
    note(0, 0);
    note(0, 20_000);
    for (int i = 0; i < 29; i++) {
      note(0, 20_000);
    }
    assertThat(use.peakBytesPerSecond()).isCloseTo(10_000, within(0.01));
    assertThat(use.hasMinute()).isTrue();
    assertThat(use.bytesPerSecond()).isCloseTo(20_000 / 60.0, within(0.01));

    note(0, 20_000);

    assertThat(use.peakBytesPerSecond()).isZero();
  }
}
