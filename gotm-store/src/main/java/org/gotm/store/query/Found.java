package org.gotm.store.query;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import org.gotm.core.source.PacketBatch;

/**
 * Packets of one capture that are answers, copied out of it, in its order. One thread at a time.
 */
public final class Found {
  private static final int USUAL_BYTES = 1 << 16;

  private byte[] bytes;
  private int[] offsets = new int[PacketBatch.DEFAULT_CAPACITY];
  private int[] caplens = new int[PacketBatch.DEFAULT_CAPACITY];
  private int[] wireLengths = new int[PacketBatch.DEFAULT_CAPACITY];
  private long[] nanos = new long[PacketBatch.DEFAULT_CAPACITY];
  private int[] linkTypes = new int[PacketBatch.DEFAULT_CAPACITY];
  private int count;
  private int next;
  private int end;

  /** Room for some packets; it grows. */
  public Found() {
    this(USUAL_BYTES);
  }

  /**
   * Room for some packets; it grows.
   *
   * @param firstBytes of packets that there is room for at first
   */
  public Found(int firstBytes) {
    bytes = new byte[firstBytes];
  }

  /** True if all were taken. */
  public boolean isEmpty() {
    return next == count;
  }

  /** Packets that are here or were taken since it was last empty. */
  public int count() {
    return count;
  }

  /** Their bytes. */
  public int length() {
    return end;
  }

  /** Copies a packet of a batch behind the others; if all of them were taken, in their place. */
  public void add(PacketBatch batch, int i, int linkType) {
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
  public void next() {
    next++;
  }

  /** Where the bytes of the packet at hand are, from {@link #offset} on. */
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

  /** When the packet at hand came, nanoseconds since 1970. */
  public long nanos() {
    return nanos[next];
  }

  int linkType() {
    return linkTypes[next];
  }
}
