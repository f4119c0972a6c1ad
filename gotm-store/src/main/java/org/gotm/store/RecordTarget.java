package org.gotm.store;

import java.lang.foreign.MemorySegment;

/** Takes copies of whole records, one run of them after another. One thread. */
interface RecordTarget {

  /** Copies {@code length} bytes to the end. */
  void append(MemorySegment from, long at, int length);
}
