package org.gotm.core.pcapfile;

import java.io.IOException;
import java.lang.foreign.MemorySegment;

/** The bytes of a capture file, a window at a time. One thread. */
interface FileBytes extends AutoCloseable {

  /** Answer of {@link #refill} when the file has ended. */
  int END = -1;

  /** The bytes that are there now; valid until the next {@link #refill}. */
  MemorySegment window();

  /**
   * Moves the window on: what begins at {@code from} comes to offset 0, followed by as much as
   * there is.
   *
   * @return how many bytes were added, 0 if a stream has none yet, or {@link #END}
   */
  int refill(long from) throws IOException;

  @Override
  void close();
}
