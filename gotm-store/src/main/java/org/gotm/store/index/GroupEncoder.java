package org.gotm.store.index;

import static org.gotm.store.index.SidecarLayout.GROUP_BITS;
import static org.gotm.store.index.SidecarLayout.MOST_GRANULES;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.util.Arrays;
import org.gotm.store.terms.TermSet;
import org.gotm.store.terms.Terms;

/**
 * Collects which terms are in which granules of a group, and writes them as blocks, in no more room
 * than a share of the capture: where there are too many terms, as scans and floods make them, those
 * of few granules are made coarser, until they fit. One thread.
 */
final class GroupEncoder {
  /** Pairs of a term and a granule that a group may have, 16 MiB. */
  static final int MOST_PAIRS = 1 << 21;

  private static final int FIRST_PAIRS = 1 << 16;

  /** A byte of a group's terms for so many of the capture: with the directory it is 0.25 %. */
  private static final int BYTES_A_BYTE = 420;

  private static final int LEAST_ROOM = 4096;

  /** Keep so many of the value's first bits in what no more than so many granules have. */
  private record Step(int bits, int granules) {}

  private static final Step[] COARSER = {
    new Step(24, 1),
    new Step(24, 2),
    new Step(24, 4),
    new Step(20, 4),
    new Step(16, 4),
    new Step(16, 16),
    new Step(12, 16),
    new Step(12, 64),
    new Step(8, 64),
    new Step(8, MOST_GRANULES),
    new Step(0, MOST_GRANULES)
  };

  private long[] pairs = new long[FIRST_PAIRS];
  private final BlockWriter blocks = new BlockWriter();
  private final Nowhere nowhere = new Nowhere();
  private int pairCount;
  private int granules;
  private long bytes;
  private long spare;
  private int keptBits;

  /** For a look at how long it would be. */
  private static final class Nowhere implements WritableByteChannel {
    @Override
    public int write(ByteBuffer from) {
      int length = from.remaining();
      from.position(from.limit());
      return length;
    }

    @Override
    public boolean isOpen() {
      return true;
    }

    @Override
    public void close() {
      // nothing is open
    }
  }

  /** True if the terms of one more granule fit, of {@code most} pairs. */
  boolean hasRoom(TermSet terms, int most) {
    return granules < MOST_GRANULES && pairCount + terms.size() <= most;
  }

  int granules() {
    return granules;
  }

  /** How many first bits of a value the coarse terms of the group that was written last have. */
  int keptBits() {
    return keptBits;
  }

  /** Bytes that were written for the group. */
  int length() {
    return blocks.length();
  }

  /** The first terms of the blocks of the group that was written last. */
  long[] fences() {
    return blocks.fences();
  }

  /** Adds a granule of so many bytes on disk with these terms, for which there is room. */
  void add(TermSet terms, long length) {
    if (pairs.length - pairCount < terms.size()) {
      pairs = Arrays.copyOf(pairs, Math.max(2 * pairs.length, pairCount + terms.size()));
    }
    int end = terms.copyTo(pairs, pairCount);
    for (int i = pairCount; i < end; i++) {
      pairs[i] = pairs[i] << GROUP_BITS | granules;
    }
    pairCount = end;
    granules++;
    bytes += length;
  }

  /** Writes the blocks of all that was added. */
  void write(WritableByteChannel out) throws IOException {
    Arrays.sort(pairs, 0, pairCount);
    keptBits = Terms.ALL_BITS;
    spare += bytes / BYTES_A_BYTE;
    long room = Math.max(spare, LEAST_ROOM);
    encode(nowhere);
    for (int i = 0; i < COARSER.length && blocks.length() > room; i++) {
      makeCoarser(COARSER[i]);
      encode(nowhere);
    }
    encode(out);
    spare -= blocks.length();
  }

  /** Forgets the group that was written. */
  void clear() {
    pairCount = 0;
    granules = 0;
    bytes = 0;
  }

  private void encode(WritableByteChannel out) throws IOException {
    blocks.begin(out, granules);
    for (int i = 0, end; i < pairCount; i = end) {
      end = endOfTerm(i);
      blocks.add(pairs[i] >>> GROUP_BITS, pairs, i, end);
    }
    blocks.end();
  }

  private int endOfTerm(int from) {
    long term = pairs[from] >>> GROUP_BITS;
    int end = from + 1;
    while (end < pairCount && pairs[end] >>> GROUP_BITS == term) {
      end++;
    }
    return end;
  }

  private void makeCoarser(Step step) {
    for (int i = 0, end; i < pairCount; i = end) {
      end = endOfTerm(i);
      long term = pairs[i] >>> GROUP_BITS;
      if (Terms.isCoarse(term) || end - i <= step.granules) {
        long coarse = Terms.coarse(term, keptBits, step.bits);
        for (int k = i; k < end; k++) {
          pairs[k] = coarse << GROUP_BITS | pairs[k] & MOST_GRANULES - 1;
        }
      }
    }
    keptBits = step.bits;
    Arrays.sort(pairs, 0, pairCount);
    int distinct = 0;
    for (int i = 0; i < pairCount; i++) {
      if (i == 0 || pairs[i] != pairs[i - 1]) {
        pairs[distinct++] = pairs[i];
      }
    }
    pairCount = distinct;
  }
}
