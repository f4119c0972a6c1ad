package org.gotm.store.file;

import java.util.Arrays;
import org.gotm.core.capture.Counter;
import org.gotm.store.compress.PieceTotals;

/**
 * The account of one file: pieces that are not yet known to be on disk, oldest first, each with the
 * place where it ends, and the totals of those that are. Books each packet once, as written or as
 * lost. One thread at a time.
 */
final class FileAccount {
  private final PieceTotals written = new PieceTotals();
  private final PieceTotals synced = new PieceTotals();
  private final PieceTotals unsynced = new PieceTotals();
  private long[] ends = new long[64];
  private PieceTotals[] pieces = new PieceTotals[64];
  private int head;
  private int size;
  private long settledEnd;

  /** Adds the file header, which ends at {@code end}. */
  void addHeader(long end) {
    nextPiece(end).clear();
  }

  /** Adds a piece of records that ends at {@code end}. */
  void add(long end, PieceTotals piece) {
    PieceTotals copy = nextPiece(end);
    copy.clear();
    copy.add(piece);
  }

  private PieceTotals nextPiece(long end) {
    if (size == ends.length) {
      grow();
    }
    int at = head + size++ & ends.length - 1;
    ends[at] = end;
    if (pieces[at] == null) {
      pieces[at] = new PieceTotals();
    }
    return pieces[at];
  }

  private void grow() {
    int length = ends.length;
    ends = Arrays.copyOf(ends, 2 * length);
    pieces = Arrays.copyOf(pieces, 2 * length);
    System.arraycopy(ends, 0, ends, length, head);
    System.arraycopy(pieces, 0, pieces, length, head);
    Arrays.fill(pieces, 0, head, null);
  }

  /** Books all pieces that end within the first {@code diskEnd} bytes as written. */
  void settle(long diskEnd) {
    while (size > 0 && ends[head] <= diskEnd) {
      settledEnd = ends[head];
      PieceTotals piece = take();
      piece.book(Counter.UNSYNCED); // first: what is written is never taken for synced
      piece.book(Counter.WRITTEN);
      written.add(piece);
      unsynced.add(piece);
    }
  }

  /** Books everything else as lost to a write error; answers how many packets. */
  long lose() {
    long lost = 0;
    while (size > 0) {
      PieceTotals piece = take();
      piece.book(Counter.LOST_WRITE_ERROR);
      lost += piece.packets();
    }
    return lost;
  }

  /** Notes that the disk keeps all that is written. */
  void noteSynced() {
    unsynced.noteSynced();
    synced.add(unsynced);
    unsynced.clear();
  }

  /** True if the disk was not made to keep all that is written. */
  boolean hasUnsynced() {
    return unsynced.packets() > 0;
  }

  /**
   * Takes back that packets were written, as the disk could not be made to keep them; answers how
   * many.
   */
  long retract() {
    long retracted = written.packets();
    synced.book(Counter.LOST_SYNC_ERROR);
    unsynced.loseUnsynced();
    synced.clear();
    unsynced.clear();
    written.clear();
    return retracted;
  }

  private PieceTotals take() {
    PieceTotals piece = pieces[head];
    head = head + 1 & ends.length - 1;
    size--;
    return piece;
  }

  /** Where the last whole piece on disk ends, in bytes from the start of the file. */
  long settledEnd() {
    return settledEnd;
  }

  /** What of the file is on disk. */
  PieceTotals written() {
    return written;
  }

  /** Packets of the file, those that are not on disk yet included. */
  long packets() {
    long packets = written.packets();
    for (int i = 0; i < size; i++) {
      packets += pieces[head + i & ends.length - 1].packets();
    }
    return packets;
  }

  /** True when nothing waits to be booked. */
  boolean isEmpty() {
    return size == 0;
  }
}
