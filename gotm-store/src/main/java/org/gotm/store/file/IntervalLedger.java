package org.gotm.store.file;

import java.util.ArrayList;
import java.util.List;
import org.gotm.core.capture.Counter;
import org.gotm.core.capture.Ledger;

/** What happens to the packets of a series' workers from one file to the next. Any thread. */
public final class IntervalLedger {
  private final List<Worker> workers = new ArrayList<>();
  private long beginNanos;

  /** A worker, and what it had counted when the interval began. */
  private static final class Worker {
    private final Ledger ledger;
    private Ledger before = new Ledger();

    Worker(Ledger ledger) {
      this.ledger = ledger;
    }

    FileInterval.Share take() {
      Ledger now = snapshot();
      Ledger counted = new Ledger();
      for (Counter counter : Counter.values()) {
        counted.add(counter, now.get(counter) - before.get(counter));
      }
      before = now;
      return new FileInterval.Share(ledger, counted);
    }

    /** Counters are read one after the other while the worker counts on: this one must not lag. */
    private Ledger snapshot() {
      Ledger now = new Ledger();
      now.addAll(ledger);
      now.set(Counter.DELIVERED, now.get(Counter.KEPT) + now.get(Counter.CUT));
      return now;
    }
  }

  /**
   * No worker yet.
   *
   * @param beginNanos the clock when the first interval begins, nanoseconds since 1970
   */
  public IntervalLedger(long beginNanos) {
    this.beginNanos = beginNanos;
  }

  /** Adds a worker; harmless when it is known. */
  public synchronized void add(Ledger ledger) {
    for (Worker known : workers) {
      if (known.ledger == ledger) {
        return;
      }
    }
    workers.add(new Worker(ledger));
  }

  /**
   * What was counted since the last call.
   *
   * @param nowNanos the clock, nanoseconds since 1970
   */
  synchronized FileInterval take(long nowNanos) {
    FileInterval interval =
        new FileInterval(beginNanos, nowNanos, workers.stream().map(Worker::take).toList());
    beginNanos = nowNanos;
    return interval;
  }

  /** Books as lost all that was written and that the disk was not made to keep. */
  public synchronized void loseUnsynced() {
    workers.forEach(worker -> worker.ledger.loseUnsynced(Long.MAX_VALUE));
  }
}
