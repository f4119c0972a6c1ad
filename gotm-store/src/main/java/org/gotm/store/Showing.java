package org.gotm.store;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.gotm.core.chunk.ChunkAppender;

/**
 * Brings the packets up to a time out of the memory of a recording: first the workers hand over
 * what they have, then the series write it. One thread.
 */
final class Showing {
  private static final long LOOK_MILLIS = 1;

  private final long epochNanos;
  private final long deadline;

  /**
   * Begins now.
   *
   * @param epochNanos the time, nanoseconds since 1970
   */
  Showing(long epochNanos, Duration atMost) {
    this.epochNanos = epochNanos;
    this.deadline = System.nanoTime() + atMost.toNanos();
  }

  /**
   * False if it takes too long.
   *
   * @param routes the series that there are when the workers have handed over
   */
  boolean show(List<ChunkAppender> workers, Supplier<List<Series>> routes)
      throws InterruptedException {
    workers.forEach(worker -> worker.show(epochNanos));
    boolean isIn = await(() -> workers.stream().allMatch(each -> each.hasShown(epochNanos)));
    List<Series> series = routes.get();
    series.forEach(each -> each.show(epochNanos));
    return await(() -> series.stream().allMatch(each -> each.hasShown(epochNanos))) && isIn;
  }

  private boolean await(BooleanSupplier condition) throws InterruptedException {
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() - deadline > 0) {
        return false;
      }
      Thread.sleep(LOOK_MILLIS);
    }
    return true;
  }

  /** What is left of its time, 1 at least. */
  long millisLeft() {
    return Math.max(1, TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime()));
  }
}
