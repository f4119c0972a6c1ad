package org.gotm.ffm.afpacket;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;

class AfPacketOptionsTest {
  private final AfPacketOptions options = AfPacketOptions.of("x0");

  @Test
  void shouldHave256BlocksOfAMebibyteWhenNothingIsSaid() {
    assertThat(options.bufferBytes()).isEqualTo(256 << 20);
    assertThat(options.blockBytes()).isEqualTo(1 << 20);
    assertThat(options.blocks()).isEqualTo(256);
  }

  @Test
  void shouldRoundDownToWholeBlocksWhenBufferIsNoMultiple() {
    assertThat(options.withBuffer(100_000, 4096).blocks()).isEqualTo(24);
  }

  @Test
  void shouldTakeBuffersAboveFourGibibytes() {
    assertThat(options.withBuffer(8L << 30, 1 << 20).blocks()).isEqualTo(8192);
  }

  @Test
  void shouldNameTheValueWhenBlockIsNoMultipleOfAPage() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> options.withBuffer(1 << 20, 5000))
        .withMessageContaining("blocksize=5000");
  }

  @Test
  void shouldNameTheValueWhenBufferHoldsOnlyOneBlock() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> options.withBuffer(1 << 20, 1 << 20))
        .withMessageContaining("buffersize=1048576");
  }

  @Test
  void shouldNameTheValueWhenSnaplenIsZero() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> options.withSnaplen(0))
        .withMessageContaining("snaplen=0");
  }
}
