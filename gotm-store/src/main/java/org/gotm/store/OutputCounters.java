package org.gotm.store;

import java.util.concurrent.atomic.LongAdder;

/** What all series of an output count together. Any thread adds and reads. */
final class OutputCounters {
  /** Files finished because a new one was due. */
  final LongAdder rotations = new LongAdder();

  /** Times that opening, writing or moving a file failed. */
  final LongAdder writeErrors = new LongAdder();

  /** Bytes that reached files, compressed if they are. */
  final LongAdder bytesWritten = new LongAdder();

  /** Time that compressor threads spent compressing. */
  final LongAdder compressorNanos = new LongAdder();
}
