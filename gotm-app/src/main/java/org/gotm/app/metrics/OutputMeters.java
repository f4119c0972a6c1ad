package org.gotm.app.metrics;

/** What the output can tell of itself. Any thread. */
public interface OutputMeters {
  /** Files finished. */
  long rotations();

  /** Writes, opens and renames that failed. */
  long writeErrors();

  /** Bytes written to files, compressed if they are. */
  long bytesOnDisk();

  /** Chunks that wait to be compressed or written. */
  int queueDepth();

  /** Processor time that compression took. */
  long compressorNanos();

  /** Chunks there are. */
  int chunks();

  /** Chunks in use, being filled or waiting. */
  int chunksInUse();
}
