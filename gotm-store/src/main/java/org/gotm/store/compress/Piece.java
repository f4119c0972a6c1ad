package org.gotm.store.compress;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;
import java.nio.ByteBuffer;
import org.gotm.core.chunk.Chunk;
import org.gotm.core.chunk.ChunkPool;
import org.gotm.store.order.Run;
import org.gotm.store.terms.PieceTerms;
import org.gotm.store.terms.TermCollector;

/**
 * What goes into a file at once: a whole chunk, where it lies, or records of several workers that
 * were merged into memory of the piece. It may pass a compressor on the way. Reused for ever.
 *
 * <p>It belongs to the output thread, to a compressor thread between {@link CompressorPool#submit}
 * and {@link #isDone}, and to the output thread again.
 */
public final class Piece {
  private final SegmentAllocator allocator;
  private final ChunkPool pool;
  private final Runnable whenDone;
  private final PieceRecords records;
  private final PieceTotals totals = new PieceTotals();
  private final MemorySegment compressed;
  private final ByteBuffer compressedBuffer;
  private MemorySegment merged;
  private ByteBuffer mergedBuffer;
  private Chunk chunk;
  private boolean startsFile;
  private int begin;
  private int end;
  private int limit;
  private int compressedLength;
  private Throwable failure;
  private PieceTerms terms;
  private volatile boolean done;
  private volatile boolean dropped;

  /**
   * An empty piece.
   *
   * @param pool where chunks go back to; their length is the most that is merged into one piece
   * @param whenDone run by the compressor thread when the piece is done
   * @param records what its records are like
   * @param compressed true to make room for what a compressor makes of the piece
   * @param allocator gives memory that outlives the piece, for merged records when there are some
   */
  public Piece(
      ChunkPool pool,
      Runnable whenDone,
      PieceRecords records,
      boolean compressed,
      SegmentAllocator allocator) {
    this.allocator = allocator;
    this.pool = pool;
    this.whenDone = whenDone;
    this.records = records;
    this.compressed =
        compressed ? allocator.allocate(ChunkCompressor.bound(pool.chunkLength()), 64) : null;
    this.compressedBuffer = compressed ? this.compressed.asByteBuffer() : null;
  }

  /** Makes the piece one of a whole chunk, which is the piece's until {@link #release}. */
  public void begin(Chunk whole) {
    begin(whole.startsFile());
    chunk = whole;
    begin = whole.begin();
    end = whole.end();
    totals.add(whole);
  }

  /**
   * Makes the piece empty, to be filled with merged records.
   *
   * @param newStartsFile true when a new file is due before the piece
   * @param fileOffset where in the file it will be written, so that it lies right for that
   * @param room the most bytes to take; the first record is taken all the same
   */
  public void begin(boolean newStartsFile, long fileOffset, long room) {
    begin(newStartsFile);
    if (merged == null) {
      merged = allocator.allocate(pool.chunkLength() + Chunk.ALIGNMENT, Chunk.ALIGNMENT);
      mergedBuffer = merged.asByteBuffer();
    }
    begin = (int) fileOffset & Chunk.ALIGNMENT - 1;
    end = begin;
    limit = begin + (int) Math.min(pool.chunkLength(), room);
  }

  private void begin(boolean newStartsFile) {
    startsFile = newStartsFile;
    compressedLength = 0;
    failure = null;
    terms = null;
    done = false;
    totals.clear();
  }

  /**
   * Copies as many records of a run as fit, and shortens the run to these.
   *
   * @return false if not even the first one fits; the run is as it was
   */
  public boolean append(Run run) {
    if (run.firstLength() > limit - end && end > begin) {
      return false;
    }
    run.cutTo(limit - end);
    MemorySegment.copy(run.memory(), run.begin(), merged, end, run.length());
    end += run.length();
    totals.add(run);
    return true;
  }

  /**
   * Collects the terms of the records, and compresses them and gives the chunk back. A compressor
   * thread.
   *
   * @param compressor null to leave the records, and the chunk, as they are
   * @param collector null for no terms
   */
  void compress(ChunkCompressor compressor, TermCollector collector) {
    try {
      if (collector != null) {
        terms =
            collector.collect(
                chunk != null ? chunk.memory() : merged,
                begin,
                end,
                records.format(),
                records.linkTypes());
      }
      if (compressor != null) {
        compressedLength = compressor.compress(plainBuffer(), compressedBuffer);
        releaseChunk();
      }
    } catch (Throwable e) {
      failure = e;
      releaseChunk();
    } finally {
      end();
    }
  }

  /** Gives the chunk back without compressing it, as the packets are lost. */
  void cancel(Throwable reason) {
    failure = reason;
    releaseChunk();
    end();
  }

  private void end() {
    done = true;
    if (dropped) {
      release();
    }
    whenDone.run();
  }

  /** Gives everything back that the piece holds, now or when it is done; nobody will write it. */
  public void drop() {
    dropped = true;
    if (done) {
      release();
    }
  }

  /** Gives back what the piece holds, when it was written or lost. */
  public synchronized void release() {
    releaseChunk();
    if (terms != null) {
      terms.release();
      terms = null;
    }
  }

  private void releaseChunk() {
    if (chunk != null) {
      pool.release(chunk);
      chunk = null;
    }
  }

  /** True when the piece is the output thread's again. */
  public boolean isDone() {
    return done;
  }

  /** What went wrong with compressing, or null. */
  public Throwable failure() {
    return failure;
  }

  /** True when the piece was compressed, and {@link #memory} is what came out. */
  public boolean isCompressed() {
    return compressedLength > 0;
  }

  /** Where the bytes for the file lie; below {@link #begin} it is free to use. */
  public MemorySegment memory() {
    return isCompressed() ? compressed : chunk != null ? chunk.memory() : merged;
  }

  /** Where in the memory the bytes for the file begin. */
  public int begin() {
    return isCompressed() ? 0 : begin;
  }

  /** Bytes for the file. */
  public int length() {
    return isCompressed() ? compressedLength : end - begin;
  }

  /** The memory of records that are not compressed, as a buffer that holds them. */
  public ByteBuffer plainBuffer() {
    return chunk != null ? chunk.buffer() : mergedBuffer.limit(end).position(begin);
  }

  /** Tells the worker of a whole chunk where in the file it goes; see {@link Chunk#align}. */
  public void align(long fileOffset) {
    if (chunk != null) {
      chunk.align(fileOffset);
    }
  }

  /** The terms of its packets, which are the caller's now; null if they are not known. */
  public PieceTerms takeTerms() {
    PieceTerms taken = terms;
    terms = null;
    return taken;
  }

  /** Whose packets the piece holds. */
  public PieceTotals totals() {
    return totals;
  }

  /** True when a new file is due before the piece. */
  public boolean startsFile() {
    return startsFile;
  }
}
