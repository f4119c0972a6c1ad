package org.gotm.store.order;

import java.util.concurrent.locks.LockSupport;

/**
 * Wakes one waiting thread. What there is to do must be made visible before {@link #ring}; the
 * waiting thread looks for work after every {@link #await}. Never allocates.
 */
public final class Wakeup {
  private volatile boolean rung;
  private volatile Thread waiting;

  /** Nobody waits. */
  public Wakeup() {}

  /** Ends the wait that is under way, or else the next one. Any thread. */
  public void ring() {
    rung = true;
    Thread thread = waiting;
    if (thread != null) {
      LockSupport.unpark(thread);
    }
  }

  /** Waits until somebody rings, at most {@code nanos}; may return early. One thread. */
  public void await(long nanos) {
    waiting = Thread.currentThread();
    if (!rung) {
      LockSupport.parkNanos(this, nanos);
    }
    waiting = null;
    rung = false;
  }
}
