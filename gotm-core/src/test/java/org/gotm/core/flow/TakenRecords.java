package org.gotm.core.flow;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/** A ring of flow records, and who takes them out of it. */
final class TakenRecords {
  private static final int INTERFACE = 7;
  private static final int WORKER = 2;

  /** The number before that of the first flow. */
  static final long BEFORE_FIRST = (long) WORKER << 48;

  final FlowRecordRing ring;

  TakenRecords(int capacity) {
    ring = new FlowRecordRing(capacity, INTERFACE, WORKER, false, Arena.ofAuto());
  }

  /** All records that were written since the last call; they may be kept. */
  List<FlowRecord> take() {
    List<FlowRecord> taken = new ArrayList<>();
    for (MemorySegment some = ring.readable(); some.byteSize() > 0; some = ring.readable()) {
      MemorySegment copy = Arena.ofAuto().allocate(some.byteSize(), Long.BYTES).copyFrom(some);
      for (long at = 0; at < copy.byteSize(); at += FlowRecordLayout.LENGTH) {
        taken.add(new FlowRecord().at(copy, at));
      }
      ring.release(some.byteSize() / FlowRecordLayout.LENGTH);
    }
    return taken;
  }

  /** The only record since the last call. */
  FlowRecord takeOne() {
    List<FlowRecord> taken = take();
    if (taken.size() != 1) {
      throw new AssertionError(taken.size() + " records, not one");
    }
    return taken.getFirst();
  }
}
