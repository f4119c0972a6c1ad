package org.gotm.store.order;

import java.lang.foreign.Arena;
import org.gotm.core.chunk.Chunk;
import org.gotm.core.chunk.ChunkPool;

/** Chunks that are only passed on, never written to, and the digits they are told apart by. */
final class ThreeChunks {
  private static final ChunkPool POOL = new ChunkPool(3, Chunk.MIN_CAPACITY, Arena.global());

  static final Chunk FIRST = POOL.tryTake();
  static final Chunk SECOND = POOL.tryTake();
  static final Chunk THIRD = POOL.tryTake();

  private ThreeChunks() {}

  /** A queue that has been once around, so that its next chunk goes into its last slot. */
  static ChunkQueue queue() {
    ChunkQueue queue = new ChunkQueue(POOL.size());
    for (int i = 0; i < POOL.size(); i++) {
      queue.offer(FIRST);
      queue.poll();
    }
    return queue;
  }

  /** The digits of chunks that came earlier, with one more; nothing is added for null. */
  static int after(int earlier, Chunk chunk) {
    if (chunk == null) {
      return earlier;
    }
    return earlier * 10 + (chunk == FIRST ? 1 : chunk == SECOND ? 2 : 3);
  }
}
