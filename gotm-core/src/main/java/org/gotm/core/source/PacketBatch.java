package org.gotm.core.source;

import java.lang.foreign.MemorySegment;

/**
 * Packets on their way from a source to a worker: a structure of arrays that points into native
 * memory and is reused for ever. Hot path.
 *
 * <p>The source fills it and hands it over; it owns the memory behind {@link #segment}, which must
 * stay alive until the handler returns. Every packet lies whole within the segment: the loops that
 * read it rely on this alone, so a worker refuses a batch that does not pass {@link #check}. One
 * thread.
 */
public final class PacketBatch {
  /** Packets a batch of the usual size can hold: enough for cache misses to overlap. */
  public static final int DEFAULT_CAPACITY = 128;

  /** Packets of the largest batch there may be. */
  public static final int MAX_CAPACITY = 1024;

  /** The direction of a packet that came to this machine, as pcapng writes it. */
  public static final byte INBOUND = 1;

  /** The direction of a packet that this machine sent. */
  public static final byte OUTBOUND = 2;

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

  /**
   * Which way each packet went: {@link #INBOUND}, {@link #OUTBOUND}, or 0 where the source does not
   * tell, which then never writes here; one that does writes it for each packet.
   */
  public final byte[] directions;

  private int count;

  /**
   * A batch for up to {@code capacity} packets.
   *
   * @param capacity from 1 to {@link #MAX_CAPACITY}
   */
  public PacketBatch(int capacity) {
    if (capacity < 1 || capacity > MAX_CAPACITY) {
      throw new IllegalArgumentException(
          "capacity=%d: not from 1 to %d".formatted(capacity, MAX_CAPACITY));
    }
    offsets = new long[capacity];
    caplens = new int[capacity];
    wireLengths = new int[capacity];
    timestampsNanos = new long[capacity];
    vlanTags = new int[capacity];
    directions = new byte[capacity];
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
   *
   * @throws IllegalArgumentException if it is negative or more than the batch can hold
   */
  public void setCount(int newCount) {
    if (newCount < 0 || newCount > offsets.length) {
      throw new IllegalArgumentException(
          "count=%d: not from 0 to %d".formatted(newCount, offsets.length));
    }
    count = newCount;
  }

  /**
   * Appends a packet; {@link #check} judges it later.
   *
   * @throws IllegalStateException if the batch is full
   */
  public void add(long offset, int caplen, int wireLength, long timestampNanos, int vlanTag) {
    int i = count;
    if (i == offsets.length) {
      throw new IllegalStateException("a packet for a batch that is full");
    }
    offsets[i] = offset;
    caplens[i] = caplen;
    wireLengths[i] = wireLength;
    timestampsNanos[i] = timestampNanos;
    vlanTags[i] = vlanTag;
    count = i + 1;
  }

  /**
   * Checks all that a reader of the batch relies on: memory that is native, alive and this
   * thread's, packets that lie whole within it, lengths that are not negative.
   *
   * @throws IllegalArgumentException if the source has filled the batch wrongly; says with what
   */
  public void check() {
    if (!segment.isNative()
        || !segment.scope().isAlive()
        || !segment.isAccessibleBy(Thread.currentThread())) {
      throw new IllegalArgumentException(
          "a batch whose memory is not native, was freed or is another thread's: " + segment);
    }
    if (wrongLoop(segment.byteSize()) < 0) {
      throw new IllegalArgumentException(firstWrong(segment.byteSize()));
    }
  }

  /** Negative if any packet is wrong: each wrongness sets the sign of one of the terms. */
  private long wrongLoop(long byteSize) {
    long[] begins = offsets;
    int[] captured = caplens;
    int[] onWire = wireLengths;
    int packets = count;
    long wrong = 0;
    for (int i = 0; i < packets; i++) {
      long room = byteSize - begins[i];
      wrong |= begins[i] | captured[i] | onWire[i] | room | room - captured[i];
    }
    return wrong;
  }

  private String firstWrong(long byteSize) {
    int i = 0;
    while (offsets[i] >= 0
        && caplens[i] >= 0
        && wireLengths[i] >= 0
        && offsets[i] <= byteSize - caplens[i]) {
      i++;
    }
    return "packet %d of a batch: offset=%d caplen=%d wireLength=%d is not within %d bytes of memory"
        .formatted(i, offsets[i], caplens[i], wireLengths[i], byteSize);
  }
}
