package org.gotm.core.capture;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;
import java.util.concurrent.ArrayBlockingQueue;

/**
 * All chunks there are, made once: memory is fixed at start. Any thread takes and gives back.
 *
 * <p>The memory is the allocator's, and must outlive the last use of a chunk.
 */
public final class ChunkPool {
  private final ArrayBlockingQueue<Chunk> free;
  private final int chunks;
  private final int chunkLength;

  /**
   * Makes the chunks.
   *
   * @param chunks how many, at least 2
   * @param chunkLength bytes of each, from {@link Chunk#MIN_CAPACITY} up
   */
  public ChunkPool(int chunks, int chunkLength, SegmentAllocator allocator) {
    if (chunks < 2 || chunkLength < Chunk.MIN_CAPACITY) {
      throw new IllegalArgumentException(
          "chunks=%d chunkLength=%d: need at least 2 chunks of %d bytes"
              .formatted(chunks, chunkLength, Chunk.MIN_CAPACITY));
    }
    this.chunks = chunks;
    this.chunkLength = chunkLength;
    free = new ArrayBlockingQueue<>(chunks);
    MemorySegment memory = allocator.allocate((long) chunks * chunkLength, 4096);
    for (int i = 0; i < chunks; i++) {
      free.add(new Chunk(memory.asSlice((long) i * chunkLength, chunkLength)));
    }
  }

  /** A free chunk, or null if there is none. Never waits. */
  public Chunk tryTake() {
    return free.poll();
  }

  /** A free chunk, waiting for one. */
  public Chunk take() throws InterruptedException {
    return free.take();
  }

  /** Gives a chunk back; the caller must not touch it again. */
  public void release(Chunk chunk) {
    if (!free.offer(chunk)) {
      throw new IllegalStateException("a chunk was given back twice");
    }
  }

  /** How many chunks there are. */
  public int size() {
    return chunks;
  }

  /** Bytes of each chunk. */
  public int chunkLength() {
    return chunkLength;
  }

  /** How many chunks are in use now. */
  public int inUse() {
    return chunks - free.size();
  }
}
