package org.gotm.store.file;

import java.util.List;
import org.gotm.core.capture.Ledger;

/**
 * What happened to the workers' packets from the beginning of a file to its end.
 *
 * @param beginNanos when it began, nanoseconds since 1970
 * @param endNanos when it ended
 * @param workers what was counted of each
 */
public record FileInterval(long beginNanos, long endNanos, List<Share> workers) {

  /**
   * What was counted of one worker.
   *
   * @param worker its own ledger, which tells who it is
   * @param counted in the interval
   */
  public record Share(Ledger worker, Ledger counted) {}

  /** The same between other times. */
  FileInterval during(long newBeginNanos, long newEndNanos) {
    return new FileInterval(newBeginNanos, newEndNanos, workers);
  }

  /** All workers together. */
  Ledger total() {
    Ledger total = new Ledger();
    workers.forEach(share -> total.addAll(share.counted()));
    return total;
  }

  /** What was counted of a worker, or nothing at all. */
  Ledger of(Ledger worker) {
    return workers.stream()
        .filter(share -> share.worker() == worker)
        .map(Share::counted)
        .findFirst()
        .orElseGet(Ledger::new);
  }
}
