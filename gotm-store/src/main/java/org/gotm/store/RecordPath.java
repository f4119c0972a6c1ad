package org.gotm.store;

import org.gotm.core.chunk.Chunk;

/**
 * The way of a series' records, in their final order, to its file: straight, or through
 * compressors. The output thread alone calls it.
 */
sealed interface RecordPath permits PlainPath, CompressedPath {

  /** False while nothing can be taken without waiting. */
  boolean hasRoom();

  /** Takes a whole chunk, and gives it back to its pool when it is copied or compressed. */
  void take(Chunk chunk, long nowNanos);

  /** Takes the run of records that the merge has chosen. */
  void takeRun(TimeMerge merge, long nowNanos);

  /** Sends on what waits for more records. */
  void push(long nowNanos);

  /**
   * Sends on to the file what is ready.
   *
   * @return true if there was anything
   */
  boolean collect(long nowNanos);

  /** True when no record is under way. */
  boolean isEmpty();
}
