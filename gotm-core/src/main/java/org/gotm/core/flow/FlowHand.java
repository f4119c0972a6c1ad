package org.gotm.core.flow;

import org.gotm.core.memory.NativeMemory;

/**
 * A hand that goes round the table, a little each batch, and has flows forgotten that are over. Hot
 * path. One thread.
 */
final class FlowHand {
  /** Slots of a step, and so the fewest that it can go round. */
  static final int STEP_SLOTS = 64;

  private static final int STEPS_A_BATCH = 16;
  private static final long SHORTEST_ROUND_NANOS = 1_000_000_000;

  private final FlowLives lives;
  private final FlowSlots slots;
  private final long stepNanos;
  private long place;
  private long nanos;
  private long movedAtNanos;

  /**
   * A hand at the first slot.
   *
   * @param roundNanos time for once round the table, not less than a second
   */
  FlowHand(FlowLives lives, FlowSlots slots, long roundNanos) {
    this.lives = lives;
    this.slots = slots;
    place = slots.first();
    long round = Math.max(roundNanos, SHORTEST_ROUND_NANOS);
    stepNanos = Math.max(1, round / Math.max(1, slots.count() / STEP_SLOTS));
  }

  /**
   * Moves as far as the time since the last call asks for, but not far in one call.
   *
   * <p>Flows must be over at the time of the call before, too: one packet with a wrong time, the
   * last of its batch, ends no flow but its own.
   *
   * @param now packet time; when it jumps, only the distance of the hand is affected
   */
  void move(long now) {
    move(now, STEPS_A_BATCH);
  }

  /**
   * Moves as far as the time asks for, once round the table at most: when no packet comes there is
   * time for it, and no batch that would move it again soon.
   */
  void moveIdle(long now) {
    move(now, Integer.MAX_VALUE);
  }

  private void move(long now, int steps) {
    long before = movedAtNanos;
    movedAtNanos = now;
    long behind = now - nanos;
    if (behind < stepNanos && behind >= 0) {
      return;
    }
    long round = stepNanos * (slots.count() / STEP_SLOTS);
    if (behind < 0) {
      nanos = now; // time went back
    } else if (behind > round) {
      nanos = now - round;
    }
    for (int step = 0; step < steps && now - nanos >= stepNanos; step++) {
      step(now, before);
      nanos += stepNanos;
    }
  }

  private void step(long now, long before) {
    long slot = place;
    for (int i = 0; i < STEP_SLOTS; i++) {
      while (!FlowSlots.isEmpty(slot) && lives.forgetsIfOver(slot, now, before)) {
        // another flow may have moved into this slot
      }
      slot = NativeMemory.address(slots.next(slot));
    }
    place = slot;
  }
}
