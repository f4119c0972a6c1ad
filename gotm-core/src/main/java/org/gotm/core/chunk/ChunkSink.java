package org.gotm.core.chunk;

/** Takes full chunks from a worker: the hand-over to the output. */
@FunctionalInterface
public interface ChunkSink {

  /**
   * Takes ownership of a chunk, which holds at least one packet; must not wait. When it throws, it
   * has not taken the chunk, and the packets count as lost. Who empties it gives it back to its
   * pool and adds its packets to the {@linkplain Chunk#ledger ledger} as written or lost.
   */
  void accept(Chunk chunk);
}
