package org.gotm.store.index;

import static org.gotm.store.index.SidecarLayout.BLOCK_HEAD;
import static org.gotm.store.index.SidecarLayout.BLOCK_LENGTH;
import static org.gotm.store.index.SidecarLayout.GROUP_BITS;
import static org.gotm.store.index.SidecarLayout.MOST_GRANULES;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.util.Arrays;
import java.util.zip.CRC32C;
import org.gotm.store.terms.TermSet;

/** Collects which terms are in which granules of a group, and writes them as blocks. One thread. */
final class GroupEncoder {
  /** Pairs of a term and a granule that a group may have, 16 MiB. */
  static final int MOST_PAIRS = 1 << 21;

  private static final int LONGEST_ENTRY = 10 + 5 + MOST_GRANULES / 8;
  private static final int MANY = 8;

  private final long[] pairs = new long[MOST_PAIRS];
  private final ByteBuffer block = ByteBuffer.allocate(BLOCK_LENGTH).order(SidecarLayout.ORDER);
  private final ByteBuffer entry = ByteBuffer.allocate(LONGEST_ENTRY);
  private final CRC32C crc = new CRC32C();
  private long[] fences = new long[64];
  private int pairCount;
  private int granules;
  private int blocks;
  private long firstTerm;
  private long lastTerm;

  /** True if the terms of one more granule fit. */
  boolean hasRoom(TermSet terms) {
    return granules < MOST_GRANULES && pairCount + terms.size() <= MOST_PAIRS;
  }

  int granules() {
    return granules;
  }

  int blocks() {
    return blocks;
  }

  /** The first term of a block of the group that was written last. */
  long fence(int i) {
    return fences[i];
  }

  /** Adds a granule with these terms, for which there is room. */
  void add(TermSet terms) {
    int end = terms.copyTo(pairs, pairCount);
    for (int i = pairCount; i < end; i++) {
      pairs[i] = pairs[i] << GROUP_BITS | granules;
    }
    pairCount = end;
    granules++;
  }

  /** Writes the blocks of all that was added, and begins anew. */
  void write(WritableByteChannel out) throws IOException {
    Arrays.sort(pairs, 0, pairCount);
    blocks = 0;
    block.clear().position(BLOCK_HEAD);
    int i = 0;
    while (i < pairCount) {
      int end = i;
      long term = pairs[i] >>> GROUP_BITS;
      while (end < pairCount && pairs[end] >>> GROUP_BITS == term) {
        end++;
      }
      append(term, i, end, out);
      i = end;
    }
    if (block.position() > BLOCK_HEAD) {
      flush(out);
    }
    pairCount = 0;
  }

  /** Forgets the granules of the group that was written. */
  void clear() {
    granules = 0;
  }

  private void append(long term, int from, int to, WritableByteChannel out) throws IOException {
    encode(block.position() == BLOCK_HEAD ? 0 : term - lastTerm, from, to);
    if (entry.remaining() > block.remaining()) {
      flush(out);
      encode(0, from, to);
    }
    if (block.position() == BLOCK_HEAD) {
      firstTerm = term;
    }
    block.put(entry);
    lastTerm = term;
  }

  private void encode(long difference, int from, int to) {
    entry.clear();
    putVarint(difference);
    int count = to - from;
    if (count > granules / MANY) {
      putVarint(0);
      byte[] bits = entry.array();
      int at = entry.position();
      int length = (granules + 7) / 8;
      Arrays.fill(bits, at, at + length, (byte) 0);
      for (int i = from; i < to; i++) {
        int granule = (int) pairs[i] & MOST_GRANULES - 1;
        bits[at + granule / 8] |= (byte) (1 << granule % 8);
      }
      entry.position(at + length);
    } else {
      putVarint(count);
      int last = 0;
      for (int i = from; i < to; i++) {
        int granule = (int) pairs[i] & MOST_GRANULES - 1;
        putVarint(granule - last);
        last = granule;
      }
    }
    entry.flip();
  }

  private void putVarint(long value) {
    long left = value;
    while (left > 0x7f) {
      entry.put((byte) (left | 0x80));
      left >>>= 7;
    }
    entry.put((byte) left);
  }

  private void flush(WritableByteChannel out) throws IOException {
    int length = block.position() - BLOCK_HEAD;
    Arrays.fill(block.array(), block.position(), BLOCK_LENGTH, (byte) 0);
    block.putInt(4, length).putLong(8, firstTerm);
    crc.reset();
    crc.update(block.array(), 4, BLOCK_LENGTH - 4);
    block.putInt(0, (int) crc.getValue());
    block.clear();
    while (block.hasRemaining()) {
      out.write(block);
    }
    if (blocks == fences.length) {
      fences = Arrays.copyOf(fences, 2 * blocks);
    }
    fences[blocks++] = firstTerm;
    block.clear().position(BLOCK_HEAD);
  }
}
