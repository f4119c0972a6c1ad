package org.gotm.ffm.afpacket;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.SplittableRandom;
import org.gotm.core.Seed;
import org.junit.jupiter.api.Test;

class HeaderPrefetchTest {
  private static final int BLOCK = 256 * 1024;
  private static final long SEED = Seed.of(HeaderPrefetchTest.class);

  private final SplittableRandom random = new SplittableRandom(SEED);
  private final MemorySegment block = Arena.ofAuto().allocate(BLOCK, Long.BYTES);
  private final HeaderPrefetch prefetch = new HeaderPrefetch();

  @Test
  void shouldTouchEveryPacketOnceWhenPacketsHaveAllLengths() {
    SyntheticBlock content = new SyntheticBlock(block, SyntheticBlock.ETHERNET_FRAME);
    long expected = 0;
    long end = 0;
    for (int i = 0; i < 200; i++) {
      byte[] frame = new byte[60 + random.nextInt(1000)];
      random.nextBytes(frame);
      content.add(frame);
      long at = content.lastOffset();
      expected += block.get(JAVA_BYTE, at + 64);
      expected += block.get(JAVA_BYTE, at + 135);
      end = at + SyntheticBlock.ETHERNET_FRAME + frame.length;
    }
    prefetch.touch(block.address() + 48, block.address() + end, 200);

    assertThat(prefetch.touched()).isEqualTo(expected);
  }

  @Test
  void shouldTouchNothingWhenBlockIsTooShort() {
    prefetch.touch(block.address() + BLOCK - 8, block.address() + BLOCK, 0);

    assertThat(prefetch.touched()).isZero();
  }
}
