package org.gotm.core.flow;

import org.gotm.core.memory.NativeMemory;

/**
 * A hand that goes round the table, a little each batch, and has flows forgotten that are over. Hot
 * path. One thread.
 */
final class FlowHand {
  /** Slots of a step, and so the fewest that it can go round. */
  static final int STEP_SLOTS = 64;

  /** Steps of a batch that make up for what was not done before. */
  private static final int STEPS_A_BATCH = 16;

  /** Time between two batches of a live source; after a longer one, no packet was waiting. */
  private static final long LONGEST_GAP_NANOS = 100_000_000;

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
   * Moves as far as the time since the last call asks for, however few batches there are; when that
   * is long, or the time jumps, not far in one call.
   *
   * <p>Flows must be over at the time of the call before, too: one packet with a wrong time, the
   * last of its batch, ends no flow but its own.
   *
   * @param now packet time; when it jumps, only the distance of the hand is affected
   */
  void move(long now) {
    long since = Math.clamp(now - movedAtNanos, 0, LONGEST_GAP_NANOS);
    move(now, STEPS_A_BATCH + since / stepNanos);
  }

  /**
   * Moves as far as the time asks for, once round the table at most: when no packet comes there is
   * time for it, and no batch that would move it again soon.
   */
  void moveIdle(long now) {
    move(now, Long.MAX_VALUE);
  }

  private void move(long now, long steps) {
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
    for (long step = 0; step < steps && now - nanos >= stepNanos; step++) {
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
