package org.gotm.store.terms;

import java.util.function.Consumer;

/**
 * What the packets of a piece of output have in common: terms, times and their number; and where in
 * its file the piece is. It belongs to one thread at a time: a compressor, the output, the thread
 * of the index, and then its pool.
 */
public final class PieceTerms implements Runnable {
  private static final int MOST_TERMS = 1 << 16;

  private final Consumer<PieceTerms> pool;
  private final TermSet terms = new TermSet(MOST_TERMS);
  private Consumer<PieceTerms> target;
  private long offset;
  private int length;
  private long packets;
  private long firstNanos;
  private long lastNanos;

  /** Empty; goes back to whom it came from. */
  public PieceTerms(Consumer<PieceTerms> pool) {
    this.pool = pool;
    clear();
  }

  /** Forgets everything. */
  public void clear() {
    terms.clear();
    target = null;
    packets = 0;
    firstNanos = Long.MAX_VALUE;
    lastNanos = Long.MIN_VALUE;
  }

  /** Counts a packet. */
  public void addPacket(long nanos) {
    firstNanos = Math.min(firstNanos, nanos);
    lastNanos = Math.max(lastNanos, nanos);
    packets++;
  }

  /** Says where in its file the piece is. */
  public void place(long newOffset, int newLength) {
    offset = newOffset;
    length = newLength;
  }

  /** Says who takes it when it is {@linkplain #run run}. */
  public void target(Consumer<PieceTerms> newTarget) {
    target = newTarget;
  }

  @Override
  public void run() {
    target.accept(this);
  }

  /** Goes back to its pool, whose it is from then on. */
  public void release() {
    clear();
    pool.accept(this);
  }

  /** The terms of its packets, to be read or added to. */
  public TermSet terms() {
    return terms;
  }

  /** Where in the file it begins. */
  public long offset() {
    return offset;
  }

  /** Where in the file it ends. */
  public long end() {
    return offset + length;
  }

  /** How many packets it has. */
  public long packets() {
    return packets;
  }

  /** The earliest time of a packet, nanoseconds since 1970. */
  public long firstNanos() {
    return firstNanos;
  }

  /** The latest time of a packet, nanoseconds since 1970. */
  public long lastNanos() {
    return lastNanos;
  }
}
