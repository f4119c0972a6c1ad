package org.gotm.ffm;

import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/** Waits for something that can only be looked at. */
public final class Await {
  private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(20);

  private Await() {}

  /** Returns as soon as the condition is met; fails if it is not in a long time. */
  public static void until(String what, BooleanSupplier condition) {
    long deadline = System.nanoTime() + PATIENCE_NANOS;
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() > deadline) {
        throw new AssertionError("did not come: " + what);
      }
      Thread.onSpinWait();
    }
  }
}
