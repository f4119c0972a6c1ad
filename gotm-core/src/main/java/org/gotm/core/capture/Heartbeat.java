package org.gotm.core.capture;

/**
 * When a thread began the step that it is in: whoever asks sees that it stands still, as when a
 * disk hangs, which the thread itself cannot tell. One thread begins and ends steps, any thread
 * asks. Hot path.
 */
public final class Heartbeat {
  /** A step that has taken so long stands still; none that goes well takes a tenth of it. */
  public static final long STANDSTILL_NANOS = 3_000_000_000L;

  private static final long IDLE = 0;

  private volatile long beganNanos = IDLE;

  /** A heartbeat of a thread that has nothing to do yet. */
  public Heartbeat() {}

  /**
   * A step begins, and with it the one before has ended.
   *
   * @param nowNanos {@link System#nanoTime}
   */
  public void begin(long nowNanos) {
    beganNanos = nowNanos == IDLE ? 1 : nowNanos;
  }

  /** The step has ended, and none is to be done until the next begins. */
  public void idle() {
    beganNanos = IDLE;
  }

  /**
   * True when a step has been under way for {@link #STANDSTILL_NANOS}. Any thread.
   *
   * @param nowNanos {@link System#nanoTime}
   */
  public boolean standsStill(long nowNanos) {
    long began = beganNanos;
    return began != IDLE && nowNanos - began >= STANDSTILL_NANOS;
  }
}
