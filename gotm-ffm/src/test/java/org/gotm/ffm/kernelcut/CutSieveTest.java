package org.gotm.ffm.kernelcut;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Random;
import org.gotm.core.packet.FlowKeys;
import org.junit.jupiter.api.Test;

class CutSieveTest {
  private static final int TCP_OVER_IPV4 = 6 << 8 | FlowKeys.FAMILY_IPV4;
  private static final int TCP_OVER_IPV6 = 6 << 8 | FlowKeys.FAMILY_IPV6;

  private final MemorySegment memory = Arena.ofAuto().allocate(CutSieve.LENGTH, Long.BYTES);
  private final CutSieve sieve = new CutSieve(memory);

  private static long meta(int first, int second, int kind) {
    return (long) first << 48 | (long) second << 32 | kind;
  }

  private int bits() {
    int bits = 0;
    for (byte eight : memory.toArray(JAVA_BYTE)) {
      bits += Integer.bitCount(eight & 0xff);
    }
    return bits;
  }

  @Test
  void shouldHaveAFlowUntilItWasRemovedAsOftenAsAdded() {
    long meta = meta(80, 4000, TCP_OVER_IPV4);
    for (int i = 0; i < 3; i++) {
      sieve.add(meta, 5, 0, 0, 0);
    }
    for (int i = 0; i < 3; i++) {
      assertThat(sieve.mayHave(meta, 5, 0, 0, 0)).isTrue();
      sieve.remove(meta, 5, 0, 0, 0);
    }

    assertThat(sieve.mayHave(meta, 5, 0, 0, 0)).isFalse();
    assertThat(bits()).isZero();
  }

  @Test
  void shouldKeepTheBitWhenMoreMeetThanItCounts() {
    long meta = meta(80, 4000, TCP_OVER_IPV6);
    for (int i = 0; i < 70_000; i++) {
      sieve.add(meta, 1, 2, 3, 4);
    }
    for (int i = 0; i < 70_000; i++) {
      sieve.remove(meta, 1, 2, 3, 4);
    }

    assertThat(sieve.mayHave(meta, 1, 2, 3, 4)).isTrue();
  }

  @Test
  void shouldHaveFewOthersWhenFlowsAreLikeEachOther() {
    for (int i = 0; i < 2000; i++) {
      sieve.add(meta(443, 40_000 + i, TCP_OVER_IPV4), 0x0a00_0001_0a00_0002L + i % 50, 0, 0, 0);
      sieve.add(meta(443, 40_000 + i, TCP_OVER_IPV6), 1L << 61, i % 50, 1L << 61, 7);
    }
    assertThat(bits()).isGreaterThan(3_500); // 4000 that hardly meet: 3940

    Random random = new Random(1);
    int others = 0;
    for (int i = 0; i < 10_000; i++) {
      long ports = meta(443, random.nextInt(65536), TCP_OVER_IPV4);
      others += sieve.mayHave(ports, 0x0a00_0100_0a00_0200L + i % 100, 0, 0, 0) ? 1 : 0;
    }

    assertThat(others).isLessThan(1_000); // as many as bits are set would be 300
  }
}
