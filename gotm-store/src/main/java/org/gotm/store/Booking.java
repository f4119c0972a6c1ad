package org.gotm.store;

import org.gotm.core.capture.Counter;
import org.gotm.core.capture.Ledger;

/**
 * Tells ledgers what became of their packets. A ledger wants one writing thread a counter, but a
 * worker that reads files of several link types has chunks in several series: so their threads take
 * turns.
 */
final class Booking {
  private Booking() {}

  /** Adds packets to a bucket that only the output writes. Any thread. */
  static void book(Ledger ledger, Counter bucket, long packets) {
    synchronized (ledger) {
      ledger.add(bucket, packets);
    }
  }
}
