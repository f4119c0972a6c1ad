package org.gotm.core.pcapfile;

import java.lang.foreign.MemorySegment;

/** A capture file that somebody else holds in memory. */
record MemoryBytes(MemorySegment window) implements FileBytes {
  @Override
  public boolean refill(long from) {
    return false;
  }

  @Override
  public void close() {
    // the memory is not ours
  }
}
