package org.gotm.store.index;

import java.io.IOException;
import org.gotm.store.terms.PieceTerms;
import org.gotm.store.terms.TermSet;

/**
 * Makes granules of pieces that follow each other: one ends as soon as its terms take little beside
 * its bytes, so that the index stays small whatever the traffic, and before it is so long that
 * looking into it takes time. One thread.
 */
final class GranuleBuilder {
  private static final int BYTES_A_TERM = 500;
  private static final int MOST_PIECES = 16;
  private static final int MOST_TERMS = 1 << 18;

  private final SidecarWriter writer;
  private final TermSet terms = new TermSet(MOST_TERMS);
  private long begin;
  private long end;
  private int pieces;
  private long packets;
  private long firstNanos;
  private long lastNanos;

  GranuleBuilder(SidecarWriter writer) {
    this.writer = writer;
    beginGranule(0);
  }

  /** Adds a piece; one that does not follow the last begins a granule. */
  void add(PieceTerms piece) throws IOException {
    if (piece.offset() != end) {
      finish();
      beginGranule(piece.offset());
    }
    end = piece.end();
    packets += piece.packets();
    firstNanos = Math.min(firstNanos, piece.firstNanos());
    lastNanos = Math.max(lastNanos, piece.lastNanos());
    terms.addAll(piece.terms());
    if (end - begin >= (long) BYTES_A_TERM * terms.size() || ++pieces >= MOST_PIECES) {
      finish();
    }
  }

  private void beginGranule(long offset) {
    begin = offset;
    end = offset;
    pieces = 0;
    packets = 0;
    firstNanos = Long.MAX_VALUE;
    lastNanos = Long.MIN_VALUE;
    terms.clear();
  }

  /** Writes the granule that is not complete. */
  void finish() throws IOException {
    if (packets > 0) {
      writer.add(new Granule(begin, end - begin, firstNanos, lastNanos, packets), terms);
    }
    beginGranule(end);
  }
}
