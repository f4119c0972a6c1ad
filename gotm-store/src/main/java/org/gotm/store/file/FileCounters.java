package org.gotm.store.file;

import java.util.concurrent.atomic.LongAdder;

/** What all series of a recording count together. Any thread adds and reads. */
public final class FileCounters {
  /** Nothing yet. */
  public FileCounters() {}

  /** Files finished because a new one was due. */
  public final LongAdder rotations = new LongAdder();

  /** Times that opening, writing or moving a file failed. */
  public final LongAdder writeErrors = new LongAdder();

  /** Bytes that reached files, compressed if they are. */
  public final LongAdder bytesWritten = new LongAdder();
}
