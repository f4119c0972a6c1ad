package org.gotm.store;

import java.util.Arrays;
import org.gotm.core.capture.Counter;
import org.gotm.core.capture.Ledger;

/**
 * Packets that are in a file's staging memory but not yet known to be on disk, oldest first: each
 * piece knows where in the file it ends. Books each packet once, as written or as lost. One thread.
 */
final class Unsettled {
  private long[] ends = new long[64];
  private Ledger[] ledgers = new Ledger[64];
  private long[] packets = new long[64];
  private int head;
  private int size;
  private long settledEnd;
  private long settledPackets;

  /** Begins a new file; all pieces of the last one must be booked. */
  void begin() {
    if (size != 0) {
      throw new IllegalStateException("%d pieces of the last file are not booked".formatted(size));
    }
    settledEnd = 0;
    settledPackets = 0;
  }

  /** Adds the file header, which ends at {@code end}. */
  void addHeader(long end) {
    add(end, null, 0);
  }

  /** Adds a piece of records that ends at {@code end}. */
  void add(long end, Tally tally) {
    for (int i = 0; i < tally.size(); i++) {
      add(end, tally.ledger(i), tally.packets(i));
    }
  }

  private void add(long end, Ledger ledger, long count) {
    if (size == ends.length) {
      grow();
    }
    int at = head + size++ & ends.length - 1;
    ends[at] = end;
    ledgers[at] = ledger;
    packets[at] = count;
  }

  private void grow() {
    int length = ends.length;
    ends = Arrays.copyOf(ends, 2 * length);
    ledgers = Arrays.copyOf(ledgers, 2 * length);
    packets = Arrays.copyOf(packets, 2 * length);
    System.arraycopy(ends, 0, ends, length, head);
    System.arraycopy(ledgers, 0, ledgers, length, head);
    System.arraycopy(packets, 0, packets, length, head);
  }

  /** Books all pieces that end within the first {@code diskEnd} bytes as written. */
  void settle(long diskEnd) {
    while (size > 0 && ends[head] <= diskEnd) {
      settledEnd = ends[head];
      settledPackets += packets[head];
      take(Counter.WRITTEN);
    }
  }

  /** Books everything else as lost to a write error; answers how many packets. */
  long lose() {
    long lost = 0;
    while (size > 0) {
      lost += packets[head];
      take(Counter.LOST_WRITE_ERROR);
    }
    return lost;
  }

  private void take(Counter bucket) {
    if (ledgers[head] != null) {
      Booking.book(ledgers[head], bucket, packets[head]);
    }
    ledgers[head] = null;
    head = head + 1 & ends.length - 1;
    size--;
  }

  /** Where the last whole piece on disk ends, in bytes from the start of the file. */
  long settledEnd() {
    return settledEnd;
  }

  /** Packets of this file that are on disk. */
  long settledPackets() {
    return settledPackets;
  }

  /** True when nothing waits to be booked. */
  boolean isEmpty() {
    return size == 0;
  }
}
