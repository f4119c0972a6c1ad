package org.gotm.core.flow;

/**
 * Writes records of all flows that are in the table when somebody asks for them. One thread, the
 * table's, but where it is said.
 */
final class FlowShow {
  private final FlowRecordWriter writer;
  private final FlowRecordRing ring;
  private final FlowWalk walk;
  private final FlowWalk.Visitor visitor = this::show;
  private long showing;
  private volatile long asked;
  private volatile long shown;

  /** Nobody has asked yet. */
  FlowShow(FlowSlots slots, FlowRecordWriter writer, FlowRecordRing ring) {
    this.writer = writer;
    this.ring = ring;
    walk = new FlowWalk(slots);
  }

  /**
   * Asks for records of the flows that are in the table. Any thread.
   *
   * @return what {@link #hasShown} is to be asked with
   */
  synchronized long ask() {
    return ++asked;
  }

  /** True when these records are in the ring. Any thread. */
  boolean hasShown(long request) {
    return shown >= request;
  }

  /** Writes records of some of the flows, if they are asked for and there is room. */
  void goOn() {
    if (shown >= asked) {
      return;
    }
    long now = System.nanoTime();
    if (walk.hasEnded()) {
      showing = asked;
      walk.begin(now);
    }
    long slots = walk.due(now); // where there is no room, the time is not made up for
    while (slots > 0 && !walk.hasEnded() && ring.isHalfFree()) {
      int some = (int) Math.min(slots, ring.capacity() / 2);
      walk.step(some, visitor);
      slots -= some;
    }
    if (walk.hasEnded()) {
      shown = showing;
    }
  }

  private void show(long slot) {
    writer.write(slot, FlowRecord.LIVE);
  }

  /** No flow is left, nor will one come. */
  void end() {
    shown = Long.MAX_VALUE;
  }
}
