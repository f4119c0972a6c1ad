package org.gotm.store;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** A log that a test can wait for. Any thread. */
public final class LogLines implements Consumer<String> {
  private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(30);

  private final List<String> lines = new ArrayList<>();
  private String poison;

  @Override
  public synchronized void accept(String line) {
    if (line.equals(poison)) {
      throw new IllegalStateException("the test lets this line fail: " + line);
    }
    lines.add(line);
    notifyAll();
  }

  /** From now on that line is not logged, but an error. */
  synchronized void failAt(String line) {
    poison = line;
  }

  /** All lines so far. */
  public synchronized List<String> lines() {
    return List.copyOf(lines);
  }

  /** How many lines contain a text. */
  synchronized long count(String text) {
    return lines.stream().filter(line -> line.contains(text)).count();
  }

  /** Waits until so many lines contain a text. */
  public synchronized void await(String text, int times) {
    long deadline = System.nanoTime() + PATIENCE_NANOS;
    while (count(text) < times) {
      long left = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
      if (left <= 0) {
        throw new AssertionError("no '%s' (x%d) in %s".formatted(text, times, lines));
      }
      try {
        wait(left);
      } catch (InterruptedException e) {
        throw new AssertionError("interrupted", e);
      }
    }
  }
}
