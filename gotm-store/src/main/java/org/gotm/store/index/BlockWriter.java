package org.gotm.store.index;

import static org.gotm.store.index.SidecarLayout.BLOCK_HEAD;
import static org.gotm.store.index.SidecarLayout.BLOCK_LENGTH;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.util.Arrays;
import java.util.zip.CRC32C;

/** Writes the terms of one group after another as blocks. One thread. */
final class BlockWriter {
  private static final int LONGEST_ENTRY = 1024;
  private static final int FIRST_TERM_BITS = 8;

  private final byte[] bytes = new byte[BLOCK_LENGTH + LONGEST_ENTRY];
  private final ByteBuffer block = ByteBuffer.wrap(bytes).order(SidecarLayout.ORDER);
  private final Bits bits = new Bits(bytes);
  private final Entries entries = new Entries(bits);
  private final CRC32C crc = new CRC32C();
  private long[] fences = new long[64];
  private WritableByteChannel out;
  private int granules;
  private int blocks;
  private int length;
  private int count;
  private int firstTermBits;
  private long firstTerm;
  private long lastTerm;

  /** Begins a group of so many granules. */
  void begin(WritableByteChannel newOut, int newGranules) {
    out = newOut;
    granules = newGranules;
    blocks = 0;
    length = 0;
    entries.begin(FIRST_TERM_BITS);
    beginBlock();
  }

  private void beginBlock() {
    Arrays.fill(bytes, (byte) 0);
    bits.begin(8 * BLOCK_HEAD, 8 * BLOCK_LENGTH);
    count = 0;
    firstTermBits = entries.termBits();
  }

  /** Bytes of the group so far. */
  int length() {
    return length;
  }

  /** The first terms of the group's blocks. */
  long[] fences() {
    return Arrays.copyOf(fences, blocks);
  }

  /** Adds a term, above the one before, and those pairs that have it. */
  void add(long term, long[] pairs, int from, int to) throws IOException {
    int before = bits.at();
    int termBits = entries.termBits();
    write(term, pairs, from, to);
    if (bits.at() > 8 * BLOCK_LENGTH) {
      bits.truncate(before);
      entries.begin(termBits);
      flush(BLOCK_LENGTH);
      write(term, pairs, from, to);
    }
    count++;
    lastTerm = term;
  }

  private void write(long term, long[] pairs, int from, int to) {
    if (count == 0) {
      firstTerm = term;
    } else {
      entries.putDifference(term - lastTerm);
    }
    entries.putCount(to - from);
    int gapBits = Entries.gapBits(to - from, granules);
    int next = 0;
    for (int i = from; i < to; i++) {
      int granule = (int) pairs[i] & SidecarLayout.MOST_GRANULES - 1;
      entries.putGap(granule - next, gapBits);
      next = granule + 1;
    }
  }

  /** Writes what is left. */
  void end() throws IOException {
    if (count > 0) {
      flush((bits.at() + 7) / 8);
    }
  }

  private void flush(int blockLength) throws IOException {
    block.putShort(4, (short) count).put(6, (byte) firstTermBits).put(7, (byte) 0);
    block.putLong(8, firstTerm);
    crc.reset();
    crc.update(bytes, 4, blockLength - 4);
    block.putInt(0, (int) crc.getValue());
    block.clear().limit(blockLength);
    while (block.hasRemaining()) {
      out.write(block);
    }
    block.clear();
    if (blocks == fences.length) {
      fences = Arrays.copyOf(fences, 2 * blocks);
    }
    fences[blocks++] = firstTerm;
    length += blockLength;
    beginBlock();
  }
}
