package org.gotm.store;

import java.nio.file.Path;
import java.time.ZoneId;
import org.gotm.core.pcapfile.TimestampPrecision;

/**
 * What a user may choose about the files.
 *
 * @param naming where files go and what they are called
 * @param rotation when a new file begins
 * @param format what the file header says; must agree with what the workers write into chunks
 * @param compression how the files are compressed
 * @param compressorThreads how many threads compress, from 1 up; unused without compression
 * @param flushNanos how long a packet may wait in the output of a quiet link; also bounds how long
 *     the merge of several workers waits for one of them
 * @param perWorker true for a series of files of its own for each worker, false for one that all
 *     workers are merged into
 */
public record OutputOptions(
    Naming naming,
    Rotation rotation,
    Format format,
    Compression compression,
    int compressorThreads,
    long flushNanos,
    boolean perWorker) {

  /** Checks the numbers. */
  public OutputOptions {
    if (compressorThreads < 1) {
      throw new IllegalArgumentException("compressorThreads=%d < 1".formatted(compressorThreads));
    }
    if (flushNanos < 0) {
      throw new IllegalArgumentException("flushNanos=%d < 0".formatted(flushNanos));
    }
  }

  /**
   * Where files go and what they are called.
   *
   * @param folder the output folder, relative or absolute; log lines show it as it is here
   * @param baseName what the names of current files begin with: the interfaces, joined by commas;
   *     characters that could lead out of the folder are replaced
   * @param zone the time zone of the names of finished files
   * @param byPacketTime true to name a finished file by its last packet, as for recorded traffic;
   *     false to name it by the clock
   */
  public record Naming(Path folder, String baseName, ZoneId zone, boolean byPacketTime) {}

  /**
   * When a new file begins, besides {@link Output#rotate} and chunks that start a file.
   *
   * @param intervalNanos time by the clock between rotations, counted from the start, also when
   *     nothing comes; 0 for none
   * @param sizeBytes bytes on disk that a file does not exceed; 0 for no limit
   */
  public record Rotation(long intervalNanos, long sizeBytes) {
    /** Checks the numbers. */
    public Rotation {
      if (intervalNanos < 0 || sizeBytes < 0) {
        throw new IllegalArgumentException(
            "intervalNanos=%d sizeBytes=%d: negative".formatted(intervalNanos, sizeBytes));
      }
    }
  }

  /**
   * What the file header says.
   *
   * @param precision of the time stamps
   * @param snaplen the largest captured length
   */
  public record Format(TimestampPrecision precision, int snaplen) {}
}
