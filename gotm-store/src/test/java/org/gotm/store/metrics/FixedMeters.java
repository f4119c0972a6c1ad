package org.gotm.store.metrics;

import java.util.List;
import java.util.Optional;
import org.gotm.core.capture.Counter;
import org.gotm.core.capture.Ledger;

/** Workers and an output whose every number is another, to see where each of them goes. */
public final class FixedMeters {
  private FixedMeters() {}

  /** A worker whose counter number n stands at 1000 + n. */
  public static MeteredWorker worker(String interfaceName, int number) {
    Ledger ledger = new Ledger();
    for (Counter counter : Counter.values()) {
      ledger.set(counter, value(counter));
    }
    return new MeteredWorker(interfaceName, number, ledger, List.of("freezes"));
  }

  /** What {@link #worker} has in a counter. */
  public static long value(Counter counter) {
    return 1000 + counter.ordinal();
  }

  /** An output that counts from 1 to 7. */
  public static MeteredOutput output() {
    return new MeteredOutput(
        () -> 1,
        () -> 2,
        () -> 3,
        () -> 5_500_000_000L,
        () -> 4,
        () -> 6,
        () -> 7,
        Optional.empty());
  }
}
