package org.gotm.core.pcapfile;

import java.lang.foreign.MemorySegment;

/** A capture file that somebody else holds in memory. */
final class MemoryBytes implements FileBytes {
  private MemorySegment window;

  MemoryBytes(MemorySegment file) {
    window = file;
  }

  @Override
  public MemorySegment window() {
    return window;
  }

  @Override
  public int refill(long from) {
    window = window.asSlice(from);
    return END;
  }

  @Override
  public void close() {
    // the memory is not ours
  }
}
