package org.gotm.core.pcapfile;

import java.lang.foreign.MemorySegment;
import org.gotm.core.source.PacketBatch;

/**
 * Makes records of one worker's packets, in place: the packet is copied to where it belongs in the
 * record, then the record is finished around it. Hot path. One thread: the worker's.
 *
 * <p>A record is a header of {@link #dataOffset} bytes, the packet, and whatever the format wants
 * behind it.
 */
public abstract sealed class RecordWriter permits PcapRecordWriter, PcapngRecordWriter {
  private final int snaplen;
  private final int dataOffset;

  RecordWriter(int snaplen, int dataOffset) {
    this.snaplen = snaplen;
    this.dataOffset = dataOffset;
  }

  /** Bytes of a packet that a record keeps. */
  public final int snaplen() {
    return snaplen;
  }

  /** Where in a record the packet begins. */
  public final int dataOffset() {
    return dataOffset;
  }

  /** Bytes that the record of a packet of {@code caplen} bytes has at most. */
  public abstract int recordLength(int caplen);

  /**
   * Completes the record at {@code at}, whose packet is in its place already.
   *
   * @param caplen bytes of the packet in the record
   * @param wireLength bytes that it had on the wire
   * @param batch where the packet came from
   * @param index its place there
   * @return the length of the record
   */
  public abstract int finish(
      MemorySegment to,
      long at,
      long timestampNanos,
      int caplen,
      int wireLength,
      PacketBatch batch,
      int index);

  /**
   * Says how many packets the source has lost in all, which the next record tells of where the
   * format has a place for it.
   */
  public void setDrops(long total) {}
}
