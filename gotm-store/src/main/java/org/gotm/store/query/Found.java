package org.gotm.store.query;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import org.gotm.core.source.PacketBatch;

/** Packets of one capture file that are answers, copied out of it. One thread. */
final class Found {
  private byte[] bytes = new byte[1 << 16];
  private int[] offsets = new int[PacketBatch.DEFAULT_CAPACITY];
  private int[] caplens = new int[PacketBatch.DEFAULT_CAPACITY];
  private int[] wireLengths = new int[PacketBatch.DEFAULT_CAPACITY];
  private long[] nanos = new long[PacketBatch.DEFAULT_CAPACITY];
  private int[] linkTypes = new int[PacketBatch.DEFAULT_CAPACITY];
  private int count;
  private int next;
  private int end;

  boolean isEmpty() {
    return next == count;
  }

  void add(PacketBatch batch, int i, int linkType) {
    if (isEmpty()) {
      count = 0;
      next = 0;
      end = 0;
    }
    int caplen = batch.caplens[i];
    makeRoom(caplen);
    MemorySegment.copy(batch.segment, ValueLayout.JAVA_BYTE, batch.offsets[i], bytes, end, caplen);
    offsets[count] = end;
    caplens[count] = caplen;
    wireLengths[count] = batch.wireLengths[i];
    nanos[count] = batch.timestampsNanos[i];
    linkTypes[count] = linkType;
    end += caplen;
    count++;
  }

  private void makeRoom(int caplen) {
    if (count == offsets.length) {
      int length = 2 * count;
      offsets = Arrays.copyOf(offsets, length);
      caplens = Arrays.copyOf(caplens, length);
      wireLengths = Arrays.copyOf(wireLengths, length);
      nanos = Arrays.copyOf(nanos, length);
      linkTypes = Arrays.copyOf(linkTypes, length);
    }
    if (bytes.length - end < caplen) {
      bytes = Arrays.copyOf(bytes, Math.max(2 * bytes.length, end + caplen));
    }
  }

  /** Goes on to the next one. */
  void next() {
    next++;
  }

  byte[] bytes() {
    return bytes;
  }

  int offset() {
    return offsets[next];
  }

  int caplen() {
    return caplens[next];
  }

  int wireLength() {
    return wireLengths[next];
  }

  long nanos() {
    return nanos[next];
  }

  int linkType() {
    return linkTypes[next];
  }
}
