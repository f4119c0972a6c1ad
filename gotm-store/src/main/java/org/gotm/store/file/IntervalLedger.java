package org.gotm.store.file;

import java.util.ArrayList;
import java.util.List;
import org.gotm.core.capture.Counter;
import org.gotm.core.capture.Ledger;

/** What happens to the packets of a series' workers from one file to the next. Any thread. */
public final class IntervalLedger {
  private final List<Ledger> workers = new ArrayList<>();
  private Ledger before = new Ledger();

  /** No worker yet. */
  public IntervalLedger() {}

  /** Adds a worker; harmless when it is known. */
  public synchronized void add(Ledger worker) {
    for (Ledger known : workers) {
      if (known == worker) {
        return;
      }
    }
    workers.add(worker);
  }

  /** What was counted since the last call. */
  synchronized Ledger take() {
    Ledger now = new Ledger();
    workers.forEach(now::addAll);
    Ledger interval = new Ledger();
    for (Counter counter : Counter.values()) {
      interval.add(counter, now.get(counter) - before.get(counter));
    }
    before = now;
    return interval;
  }

  /** Books as lost all that was written and that the disk was not made to keep. */
  public synchronized void loseUnsynced() {
    workers.forEach(worker -> worker.loseUnsynced(Long.MAX_VALUE));
  }
}
