package org.gotm.app.metrics;

import java.util.List;
import org.gotm.core.capture.Counter;
import org.gotm.core.capture.Ledger;

/** A recorder whose every number is another, to see where each of them goes. */
final class FixedMeters implements OutputMeters {
  /** A worker whose counter number n stands at 1000 + n. */
  static MeteredWorker worker(String interfaceName, int worker) {
    Ledger ledger = new Ledger();
    for (Counter counter : Counter.values()) {
      ledger.set(counter, value(counter));
    }
    FlowSizes sizes = new FlowSizes();
    sizes.observe(100);
    sizes.observe(50_000);
    sizes.observe(60_000);
    return new MeteredWorker(interfaceName, worker, ledger, sizes, List.of("freezes"));
  }

  /** What {@link #worker} has in a counter. */
  static long value(Counter counter) {
    return 1000 + counter.ordinal();
  }

  @Override
  public long rotations() {
    return 1;
  }

  @Override
  public long writeErrors() {
    return 2;
  }

  @Override
  public long bytesOnDisk() {
    return 3;
  }

  @Override
  public int queueDepth() {
    return 4;
  }

  @Override
  public long compressorNanos() {
    return 5_500_000_000L;
  }

  @Override
  public int chunks() {
    return 6;
  }

  @Override
  public int chunksInUse() {
    return 7;
  }
}
