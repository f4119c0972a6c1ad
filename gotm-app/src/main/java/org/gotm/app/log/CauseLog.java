package org.gotm.app.log;

import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/**
 * Logs what goes wrong once a minute for each cause, and then how often it did meanwhile. Causes
 * are few. Any thread.
 */
public final class CauseLog {
  private static final long INTERVAL_NANOS = TimeUnit.MINUTES.toNanos(1);

  private final Consumer<String> log;
  private final LongSupplier clock;
  private final Map<String, Cause> causes = new HashMap<>();

  private static final class Cause {
    long saidNanos;
    long unsaid;
  }

  /** With a clock in nanoseconds. */
  public CauseLog(Consumer<String> log, LongSupplier clock) {
    this.log = log;
    this.clock = clock;
  }

  /** Logs a message unless one of this cause was logged in the last minute. */
  public synchronized void say(String cause, String message) {
    long now = clock.getAsLong();
    Cause earlier = causes.get(cause);
    if (earlier == null) {
      earlier = new Cause();
      causes.put(cause, earlier);
    } else if (now - earlier.saidNanos < INTERVAL_NANOS) {
      earlier.unsaid++;
      return;
    }
    log.accept(
        earlier.unsaid == 0
            ? message
            : "%s; and %d times since it was last logged".formatted(message, earlier.unsaid));
    earlier.saidNanos = now;
    earlier.unsaid = 0;
  }
}
