package org.gotm.core.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.junit.jupiter.api.Test;

class PacketBatchTest {
  private final PacketBatch batch = new PacketBatch(2);

  @Test
  void shouldHoldPacketsUntilItIsFull() {
    batch.clear(MemorySegment.NULL);
    batch.add(10, 20, 30, 40, 50);
    assertThat(batch.isFull()).isFalse();
    batch.add(11, 21, 31, 41, 51);

    assertThat(batch.isFull()).isTrue();
    assertThat(batch.count()).isEqualTo(batch.capacity()).isEqualTo(2);
    assertThat(batch.offsets).containsExactly(10, 11);
    assertThat(batch.caplens).containsExactly(20, 21);
    assertThat(batch.wireLengths).containsExactly(30, 31);
    assertThat(batch.timestampsNanos).containsExactly(40, 41);
    assertThat(batch.vlanTags).containsExactly(50, 51);
  }

  @Test
  void shouldBeEmptyAfterClear() {
    MemorySegment memory = Arena.ofAuto().allocate(1);
    batch.clear(MemorySegment.NULL);
    batch.add(1, 1, 1, 1, 0);
    batch.clear(memory);

    assertThat(batch.count()).isZero();
    assertThat(batch.segment).isSameAs(memory);
  }

  @Test
  void shouldRefuseMemoryOnTheHeap() {
    MemorySegment heap = MemorySegment.ofArray(new byte[100]);

    assertThatThrownBy(() -> batch.clear(heap))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("native memory");
  }

  @Test
  void shouldRefuseCapacitiesOutOfRange() {
    for (int capacity : new int[] {-1, 0, PacketBatch.MAX_CAPACITY + 1, Integer.MAX_VALUE}) {
      assertThatThrownBy(() -> new PacketBatch(capacity))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("capacity=" + capacity);
    }
  }

  @Test
  void shouldNotJudgePacketsThatWereForgotten() {
    batch.clear(MemorySegment.NULL);
    batch.add(-1, -1, -1, 0, 0);
    batch.clear(MemorySegment.NULL);

    batch.check();
    assertThat(batch.count()).isZero();
  }
}
