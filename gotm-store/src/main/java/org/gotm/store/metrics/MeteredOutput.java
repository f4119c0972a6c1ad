package org.gotm.store.metrics;

import java.util.Optional;
import java.util.function.IntSupplier;
import java.util.function.LongSupplier;
import org.gotm.store.Recording;
import org.gotm.store.index.LiveIndex;

/**
 * What the metrics of an output are made of: each is asked whenever the metrics are read, by any
 * thread.
 *
 * @param rotations files finished because a new one was due
 * @param writeErrors writes, opens and renames that failed
 * @param bytesWritten bytes written to files, compressed if they are
 * @param compressorNanos processor time that compression took
 * @param queueDepth chunks that wait to be compressed or written
 * @param chunks chunks there are
 * @param chunksInUse chunks being filled or waiting
 * @param index how the index fares, if there is one
 */
public record MeteredOutput(
    LongSupplier rotations,
    LongSupplier writeErrors,
    LongSupplier bytesWritten,
    LongSupplier compressorNanos,
    IntSupplier queueDepth,
    IntSupplier chunks,
    IntSupplier chunksInUse,
    Optional<LiveIndex> index) {

  /** The metrics of a recording. */
  public static MeteredOutput of(Recording recording) {
    return new MeteredOutput(
        recording::rotations,
        recording::writeErrors,
        recording::bytesWritten,
        recording::compressorNanos,
        recording::queueDepth,
        recording::chunks,
        recording::chunksInUse,
        recording.index());
  }
}
