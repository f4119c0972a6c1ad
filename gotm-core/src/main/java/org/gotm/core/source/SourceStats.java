package org.gotm.core.source;

/**
 * Running totals of a source since it was opened, filled by {@link PacketSource#readStats}. One
 * object is reused for every reading. Native counters of 32 bits are widened by the source.
 */
public final class SourceStats {
  /** How many counters of its own a source can have. */
  public static final int MAX_EXTRA = 8;

  /**
   * Packets that the kernel or NIC took for this source, those it dropped for want of room and
   * those that its {@link CutOffload} cut included.
   */
  public long received;

  /** Of the received packets, those that the source's {@link CutOffload} cut. */
  public long cut;

  /** Bytes of these packets on the wire. */
  public long cutBytes;

  /** Flows whose packets the {@link CutOffload} cuts now. */
  public long flowsArmed;

  /** 1 if the {@link CutOffload} is at work now, 0 if it does not pay or there is none. */
  public long cutIsOn;

  /** Of the received packets, those dropped because the ring was full. */
  public long dropped;

  /** Packets that the interface dropped before the source could count them as received. */
  public long interfaceDropped;

  /**
   * Of the received packets, those that the capture library discarded on purpose before delivery:
   * they came before the filter was in place, or are loopback's second copies.
   */
  public long discarded;

  /** The source's own counters, named by {@link PacketSource#extraCounters}. */
  public final long[] extra = new long[MAX_EXTRA];

  /** All totals at zero. */
  public SourceStats() {}

  /** Takes over all totals of another reading. */
  public void set(SourceStats other) {
    received = other.received;
    cut = other.cut;
    cutBytes = other.cutBytes;
    flowsArmed = other.flowsArmed;
    cutIsOn = other.cutIsOn;
    dropped = other.dropped;
    interfaceDropped = other.interfaceDropped;
    discarded = other.discarded;
    System.arraycopy(other.extra, 0, extra, 0, MAX_EXTRA);
  }
}
