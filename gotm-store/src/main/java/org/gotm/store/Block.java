package org.gotm.store;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;
import java.nio.ByteBuffer;
import java.util.concurrent.CancellationException;
import org.gotm.core.chunk.Chunk;
import org.gotm.core.chunk.ChunkPool;

/**
 * What goes through a compressor at once: a whole chunk, compressed where it lies, or records of
 * several workers that were merged into memory of the block. Reused for ever.
 *
 * <p>It belongs to the output thread, to a compressor thread between {@link CompressorPool#submit}
 * and {@link #isDone}, and to the output thread again.
 */
final class Block implements RecordTarget {
  private final SegmentAllocator allocator;
  private final int capacity;
  private final ChunkPool pool;
  private final Doorbell doorbell;
  private final Tally tally = new Tally();
  private final MemorySegment output;
  private final ByteBuffer outputBuffer;
  private MemorySegment merged;
  private ByteBuffer mergedBuffer;
  private int filled;
  private Chunk chunk;
  private boolean startsFile;
  private int outputLength;
  private Throwable failure;
  private volatile boolean done;

  /**
   * An empty block.
   *
   * @param pool where chunks go back to; their length is the block's capacity
   * @param doorbell rung when the block is done
   */
  Block(ChunkPool pool, Doorbell doorbell, SegmentAllocator allocator) {
    this.allocator = allocator;
    this.capacity = pool.chunkLength();
    this.pool = pool;
    this.doorbell = doorbell;
    this.output = allocator.allocate(ChunkCompressor.bound(capacity), 64);
    this.outputBuffer = output.asByteBuffer();
  }

  /** Makes the block empty, to be filled with merged records. */
  void begin(boolean newStartsFile) {
    startsFile = newStartsFile;
    filled = 0;
    outputLength = 0;
    failure = null;
    done = false;
    tally.clear();
  }

  /** Makes the block one of a whole chunk. */
  void begin(Chunk whole) {
    begin(whole.startsFile());
    chunk = whole;
    filled = whole.length();
    tally.add(whole);
  }

  @Override
  public void append(MemorySegment from, long at, int length) {
    if (merged == null) {
      merged = allocator.allocate(capacity, 64);
      mergedBuffer = merged.asByteBuffer();
    }
    MemorySegment.copy(from, at, merged, filled, length);
    filled += length;
  }

  /** Bytes that still fit in. */
  int room() {
    return capacity - filled;
  }

  /** True when there are no records. */
  boolean isEmpty() {
    return filled == 0;
  }

  /** Compresses the records and gives the chunk back. A compressor thread. */
  void compress(ChunkCompressor compressor) {
    try {
      ByteBuffer input = chunk == null ? mergedBuffer.limit(filled).position(0) : chunk.buffer();
      outputLength = compressor.compress(input, outputBuffer);
    } catch (Throwable e) {
      failure = e;
    } finally {
      end();
    }
  }

  /** Gives the chunk back without compressing it, as the packets are lost. */
  void cancel() {
    failure = new CancellationException("the output was abandoned");
    end();
  }

  private void end() {
    if (chunk != null) {
      pool.release(chunk);
      chunk = null;
    }
    done = true;
    doorbell.ring();
  }

  /** True when the block is the output thread's again. */
  boolean isDone() {
    return done;
  }

  /** What went wrong with compressing, or null. */
  Throwable failure() {
    return failure;
  }

  /** The compressed piece, in the first {@link #outputLength} bytes. */
  MemorySegment output() {
    return output;
  }

  /** Length of the compressed piece. */
  int outputLength() {
    return outputLength;
  }

  /** Whose packets the block holds. */
  Tally tally() {
    return tally;
  }

  /** True when a new file is due before the block. */
  boolean startsFile() {
    return startsFile;
  }
}
