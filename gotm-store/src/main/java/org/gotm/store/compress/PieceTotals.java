package org.gotm.store.compress;

import java.util.Arrays;
import org.gotm.core.capture.Counter;
import org.gotm.core.capture.Ledger;
import org.gotm.core.chunk.Chunk;
import org.gotm.store.api.FinishedFile;
import org.gotm.store.order.Run;

/**
 * What a piece of output holds, or a whole file: packets of each ledger, times, and bytes before
 * compression. Reused for ever. One thread at a time.
 */
public final class PieceTotals {
  private Ledger[] ledgers = new Ledger[2];
  private long[] packets = new long[2];
  private int size;
  private long firstNanos;
  private long lastNanos;
  private long plainLength;

  /** Nothing yet. */
  public PieceTotals() {
    clear();
  }

  /** Forgets everything. */
  public void clear() {
    size = 0;
    firstNanos = FinishedFile.NO_TIME;
    lastNanos = FinishedFile.NO_TIME;
    plainLength = 0;
  }

  /** Adds all packets of a chunk. */
  void add(Chunk chunk) {
    add(
        chunk.ledger(),
        chunk.packets(),
        chunk.firstTimestampNanos(),
        chunk.lastTimestampNanos(),
        chunk.length());
  }

  /** Adds a run of merged packets. */
  void add(Run run) {
    add(run.ledger(), run.packets(), run.firstNanos(), run.lastNanos(), run.length());
  }

  /** Adds packets of one worker, with the times of the first and the last, and their bytes. */
  public void add(Ledger ledger, long count, long first, long last, long bytes) {
    add(ledger, count);
    addTimes(first, last);
    plainLength += bytes;
  }

  /** Adds what another piece holds. */
  public void add(PieceTotals piece) {
    for (int i = 0; i < piece.size; i++) {
      add(piece.ledgers[i], piece.packets[i]);
    }
    if (piece.size > 0) {
      addTimes(piece.firstNanos, piece.lastNanos);
    }
    plainLength += piece.plainLength;
  }

  private void add(Ledger ledger, long count) {
    int i = 0;
    while (i < size && ledgers[i] != ledger) {
      i++;
    }
    if (i == size) {
      addLedger(ledger);
    }
    packets[i] += count;
  }

  private void addLedger(Ledger ledger) {
    if (size == ledgers.length) {
      ledgers = Arrays.copyOf(ledgers, 2 * size);
      packets = Arrays.copyOf(packets, 2 * size);
    }
    ledgers[size] = ledger;
    packets[size++] = 0;
  }

  private void addTimes(long first, long last) {
    if (firstNanos == FinishedFile.NO_TIME) {
      firstNanos = first;
    }
    lastNanos = Math.max(lastNanos, last);
  }

  /** All packets. */
  public long packets() {
    long total = 0;
    for (int i = 0; i < size; i++) {
      total += packets[i];
    }
    return total;
  }

  /** Time of the first packet, nanoseconds since 1970; {@link FinishedFile#NO_TIME} if none. */
  public long firstNanos() {
    return firstNanos;
  }

  /** The latest packet time, nanoseconds since 1970; {@link FinishedFile#NO_TIME} if none. */
  public long lastNanos() {
    return lastNanos;
  }

  /** Bytes of the records before compression. */
  public long plainLength() {
    return plainLength;
  }

  /** Adds all packets to one bucket of their ledgers. */
  public void book(Counter bucket) {
    for (int i = 0; i < size; i++) {
      ledgers[i].addShared(bucket, packets[i]);
    }
  }

  /** Notes in their ledgers that the disk keeps all packets. */
  public void noteSynced() {
    for (int i = 0; i < size; i++) {
      ledgers[i].noteSynced(packets[i]);
    }
  }

  /** Books all packets as lost that were not synced, unless somebody has done so. */
  public void loseUnsynced() {
    for (int i = 0; i < size; i++) {
      ledgers[i].loseUnsynced(packets[i]);
    }
  }
}
