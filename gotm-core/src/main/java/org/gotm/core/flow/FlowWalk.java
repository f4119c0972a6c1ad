package org.gotm.core.flow;

import org.gotm.core.memory.NativeMemory;

/**
 * A walk once round the table, a little at a time, in about a second, so that packets do not wait.
 * One thread.
 *
 * <p>It begins at an empty slot and stops at empty slots only, across which no flow is ever moved:
 * so it meets each flow that was there at its beginning and still is, once.
 */
final class FlowWalk {
  private static final long WALK_NANOS = 1_000_000_000;
  private static final int LEAST_STEP_SLOTS = 64;

  private final FlowSlots slots;
  private long slot;
  private long left;
  private long steppedNanos;

  /** What is done on the way. */
  @FunctionalInterface
  interface Visitor {
    /** Takes a slot that holds a flow, and does not delete it. */
    void visit(long slot);
  }

  /** A walk that has ended. */
  FlowWalk(FlowSlots slots) {
    this.slots = slots;
  }

  /** Begins anew. */
  void begin(long clockNanos) {
    slot = slots.first();
    while (!FlowSlots.isEmpty(slot)) {
      slot = NativeMemory.address(slots.next(slot)); // at most half of them hold flows
    }
    left = slots.count();
    steppedNanos = clockNanos;
  }

  /** True if it has been all round. */
  boolean hasEnded() {
    return left == 0;
  }

  /** Slots that the time since the last call asks for. */
  long due(long clockNanos) {
    double share = (double) (clockNanos - steppedNanos) / WALK_NANOS;
    steppedNanos = clockNanos;
    return (long) Math.min(share * slots.count(), slots.count()) + LEAST_STEP_SLOTS;
  }

  /** Goes on by at least so many slots, if there are as many left. */
  void step(long count, Visitor visitor) {
    for (long i = 0; left > 0 && (i < count || !FlowSlots.isEmpty(slot)); i++) {
      if (!FlowSlots.isEmpty(slot)) {
        visitor.visit(slot);
      }
      slot = NativeMemory.address(slots.next(slot));
      left--;
    }
  }
}
