package org.gotm.store;

import java.util.Arrays;
import org.gotm.core.capture.Counter;
import org.gotm.core.capture.Ledger;
import org.gotm.core.chunk.Chunk;

/**
 * Whose packets a piece of output holds: packets per ledger, and the time of the latest. Reused for
 * ever. One thread.
 */
final class Tally {
  private Ledger[] ledgers = new Ledger[2];
  private long[] packets = new long[2];
  private int size;
  private long latestNanos;

  /** Forgets everything. */
  void clear() {
    size = 0;
    latestNanos = Long.MIN_VALUE;
  }

  /** Adds all packets of a chunk. */
  void add(Chunk chunk) {
    add(chunk.ledger(), chunk.packets(), chunk.lastTimestampNanos());
  }

  /** Adds packets of one worker. */
  void add(Ledger ledger, long count, long timestampNanos) {
    int i = 0;
    while (i < size && ledgers[i] != ledger) {
      i++;
    }
    if (i == size) {
      addLedger(ledger);
    }
    packets[i] += count;
    latestNanos = Math.max(latestNanos, timestampNanos);
  }

  private void addLedger(Ledger ledger) {
    if (size == ledgers.length) {
      ledgers = Arrays.copyOf(ledgers, 2 * size);
      packets = Arrays.copyOf(packets, 2 * size);
    }
    ledgers[size] = ledger;
    packets[size++] = 0;
  }

  /** How many ledgers have packets here. */
  int size() {
    return size;
  }

  /** One of the ledgers. */
  Ledger ledger(int index) {
    return ledgers[index];
  }

  /** The packets of that ledger. */
  long packets(int index) {
    return packets[index];
  }

  /** All packets. */
  long total() {
    long total = 0;
    for (int i = 0; i < size; i++) {
      total += packets[i];
    }
    return total;
  }

  /** The latest packet time, nanoseconds since 1970. */
  long latestNanos() {
    return latestNanos;
  }

  /** Books all packets on one bucket of their ledgers. */
  void book(Counter bucket) {
    for (int i = 0; i < size; i++) {
      Booking.book(ledgers[i], bucket, packets[i]);
    }
  }
}
