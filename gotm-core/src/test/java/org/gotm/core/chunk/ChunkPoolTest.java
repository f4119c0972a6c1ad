package org.gotm.core.chunk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class ChunkPoolTest {
  private static final int LENGTH = Chunk.MIN_CAPACITY;

  private final ChunkPool pool = new ChunkPool(3, LENGTH, Arena.ofAuto());

  @Test
  void shouldGiveEachChunkOnce() {
    Chunk first = pool.tryTake();
    Chunk second = pool.tryTake();
    Chunk third = pool.tryTake();

    assertThat(first).isNotNull().isNotSameAs(second);
    assertThat(third).isNotNull().isNotSameAs(first).isNotSameAs(second);
    assertThat(pool.tryTake()).isNull();
    assertThat(pool.inUse()).isEqualTo(3);
  }

  @Test
  void shouldGiveFirstWhatWasGivenBackLast() throws InterruptedException {
    Chunk first = pool.take();
    Chunk second = pool.take();
    pool.release(first);
    pool.release(second);

    assertThat(pool.inUse()).isZero();
    assertThat(pool.take()).isSameAs(second);
    assertThat(pool.take()).isSameAs(first);
  }

  @Test
  void shouldTakeAllItsMemoryAtTheStart() {
    AtomicLong allocated = new AtomicLong();
    ChunkPool counted =
        new ChunkPool(
            4,
            LENGTH,
            (byteSize, alignment) -> {
              allocated.addAndGet(byteSize);
              return Arena.ofAuto().allocate(byteSize, alignment);
            });
    for (int i = 0; i < 100; i++) {
      counted.release(counted.tryTake());
    }

    assertThat(allocated).hasValue(4L * LENGTH);
    assertThat(counted.size()).isEqualTo(4);
    assertThat(counted.chunkLength()).isEqualTo(LENGTH);
  }

  @Test
  void shouldNotLetChunksOverlap() {
    MemorySegment first = pool.tryTake().memory();
    MemorySegment second = pool.tryTake().memory();

    assertThat(first.byteSize()).isEqualTo(LENGTH);
    assertThat(first.asOverlappingSlice(second)).isEmpty();
  }

  @Test
  void shouldRefuseAChunkThatIsGivenBackTwice() {
    Chunk chunk = pool.tryTake();
    pool.release(chunk);

    assertThatThrownBy(() -> pool.release(chunk)).hasMessageContaining("twice");
  }

  @Test
  void shouldRefuseTooFewOrTooSmallChunks() {
    assertThatThrownBy(() -> new ChunkPool(1, LENGTH, Arena.ofAuto()))
        .hasMessageContaining("chunks=1");
    assertThatThrownBy(() -> new ChunkPool(2, LENGTH - 1, Arena.ofAuto()))
        .hasMessageContaining("chunkLength=" + (LENGTH - 1));
  }
}
