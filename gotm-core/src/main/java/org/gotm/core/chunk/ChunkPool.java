package org.gotm.core.chunk;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;
import org.gotm.core.memory.NativeAccess;

/**
 * All chunks there are, made once: memory is fixed at start. Any thread takes and gives back; what
 * was given back last is taken first, as it is in the processor's cache still, and at first the
 * chunks at the end of the memory.
 *
 * <p>The memory is the allocator's, and must outlive the last use of a chunk.
 */
public final class ChunkPool {
  private final Chunk[] free;
  private final int chunkLength;
  private int left;

  /**
   * Makes the chunks.
   *
   * @param chunks how many, at least 2
   * @param chunkLength bytes of each, from {@link Chunk#MIN_CAPACITY} up
   */
  public ChunkPool(int chunks, int chunkLength, SegmentAllocator allocator) {
    NativeAccess.require();
    if (chunks < 2 || chunkLength < Chunk.MIN_CAPACITY) {
      throw new IllegalArgumentException(
          "chunks=%d chunkLength=%d: need at least 2 chunks of %d bytes"
              .formatted(chunks, chunkLength, Chunk.MIN_CAPACITY));
    }
    this.chunkLength = chunkLength;
    free = new Chunk[chunks];
    MemorySegment memory = allocator.allocate((long) chunks * chunkLength, Chunk.ALIGNMENT);
    for (int i = 0; i < chunks; i++) {
      release(new Chunk(memory.asSlice((long) i * chunkLength, chunkLength)));
    }
  }

  /** A free chunk, or null if there is none. Never waits for one. */
  public synchronized Chunk tryTake() {
    return left == 0 ? null : free[--left];
  }

  /** A free chunk, waiting for one. */
  public synchronized Chunk take() throws InterruptedException {
    while (left == 0) {
      wait();
    }
    return free[--left];
  }

  /** Gives a chunk back; the caller must not touch it again. */
  public synchronized void release(Chunk chunk) {
    if (left == free.length) {
      throw new IllegalStateException("a chunk was given back twice");
    }
    free[left++] = chunk;
    notify();
  }

  /** How many chunks there are. */
  public int size() {
    return free.length;
  }

  /** Bytes of each chunk. */
  public int chunkLength() {
    return chunkLength;
  }

  /** How many chunks are in use now. */
  public synchronized int inUse() {
    return free.length - left;
  }
}
