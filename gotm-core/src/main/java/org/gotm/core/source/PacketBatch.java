package org.gotm.core.source;

import java.lang.foreign.MemorySegment;

/**
 * Packets on their way from a source to a worker: a structure of arrays that points into native
 * memory and is reused for ever. Hot path.
 *
 * <p>The source fills it and hands it over; it owns the memory behind {@link #segment}. Every
 * packet lies whole within the segment: the loops that read it check against its captured length
 * only. One thread.
 */
public final class PacketBatch {
  /** Packets a batch of the usual size can hold: enough for cache misses to overlap. */
  public static final int DEFAULT_CAPACITY = 128;

  /** The memory that all packets of the batch lie in. */
  public MemorySegment segment = MemorySegment.NULL;

  /** Where each packet's first byte is in the segment. */
  public final long[] offsets;

  /** Bytes of each packet that are there. */
  public final int[] caplens;

  /** Bytes that each packet had on the wire. */
  public final int[] wireLengths;

  /** When each packet came, in nanoseconds since 1970 UTC. */
  public final long[] timestampsNanos;

  /**
   * The outer VLAN tag that the kernel took out of each frame, TPID in the upper and TCI in the
   * lower 16 bits; 0 if the frame is as it was on the wire.
   */
  public final int[] vlanTags;

  private int count;

  /** A batch for up to {@code capacity} packets. */
  public PacketBatch(int capacity) {
    offsets = new long[capacity];
    caplens = new int[capacity];
    wireLengths = new int[capacity];
    timestampsNanos = new long[capacity];
    vlanTags = new int[capacity];
  }

  /** How many packets the batch can hold. */
  public int capacity() {
    return offsets.length;
  }

  /** How many packets the batch holds. */
  public int count() {
    return count;
  }

  /** True when {@link #add} may not be called again before {@link #clear}. */
  public boolean isFull() {
    return count == offsets.length;
  }

  /**
   * Forgets all packets and points at other memory.
   *
   * @throws IllegalArgumentException if the memory is not native
   */
  public void clear(MemorySegment newSegment) {
    if (!newSegment.isNative()) {
      throw new IllegalArgumentException("packets must lie in native memory");
    }
    segment = newSegment;
    count = 0;
  }

  /**
   * Says how many packets were written into the arrays themselves, for sources that fill them in a
   * loop of their own; VLAN tags must be 0 where there is none.
   */
  public void setCount(int newCount) {
    count = newCount;
  }

  /** Appends a packet; the batch must not be full. Lengths must not be negative. */
  public void add(long offset, int caplen, int wireLength, long timestampNanos, int vlanTag) {
    int i = count;
    offsets[i] = offset;
    caplens[i] = caplen;
    wireLengths[i] = wireLength;
    timestampsNanos[i] = timestampNanos;
    vlanTags[i] = vlanTag;
    count = i + 1;
  }
}
