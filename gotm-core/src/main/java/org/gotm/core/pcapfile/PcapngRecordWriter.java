package org.gotm.core.pcapfile;

import static org.gotm.core.pcapfile.PcapngBlockLayout.CAPLEN_OFFSET;
import static org.gotm.core.pcapfile.PcapngBlockLayout.DATA_OFFSET;
import static org.gotm.core.pcapfile.PcapngBlockLayout.ENHANCED_PACKET;
import static org.gotm.core.pcapfile.PcapngBlockLayout.LENGTH_OFFSET;
import static org.gotm.core.pcapfile.PcapngBlockLayout.OPTION_VALUE_OFFSET;
import static org.gotm.core.pcapfile.PcapngBlockLayout.PACKET_DROPCOUNT;
import static org.gotm.core.pcapfile.PcapngBlockLayout.PACKET_FLAGS;
import static org.gotm.core.pcapfile.PcapngBlockLayout.PACKET_INTERFACE_OFFSET;
import static org.gotm.core.pcapfile.PcapngBlockLayout.PACKET_QUEUE;
import static org.gotm.core.pcapfile.PcapngBlockLayout.TIME_LOWER_OFFSET;
import static org.gotm.core.pcapfile.PcapngBlockLayout.TIME_UPPER_OFFSET;
import static org.gotm.core.pcapfile.PcapngBlockLayout.TRAILER_LENGTH;
import static org.gotm.core.pcapfile.PcapngBlockLayout.WIRE_LENGTH_OFFSET;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import org.gotm.core.source.PacketBatch;

/**
 * Records of pcapng: an enhanced packet block, with the packet's direction if the source tells it,
 * the worker's number, and what the source has lost before it. Hot path.
 */
final class PcapngRecordWriter extends RecordWriter {
  private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED;
  private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED;
  private static final boolean LITTLE_ENDIAN = ByteOrder.nativeOrder() == ByteOrder.LITTLE_ENDIAN;
  private static final int WORD_OPTION_LENGTH = OPTION_VALUE_OFFSET + Integer.BYTES;
  private static final int LONG_OPTION_LENGTH = OPTION_VALUE_OFFSET + Long.BYTES;
  private static final int FCS_SHIFT = 5;

  /** Bytes of a block that has all options, without the packet. */
  private static final int MOST_OVERHEAD =
      DATA_OFFSET
          + 2 * WORD_OPTION_LENGTH
          + LONG_OPTION_LENGTH
          + OPTION_VALUE_OFFSET
          + TRAILER_LENGTH;

  private final int nanosPerUnit;
  private final int interfaceNumber;
  private final int queue;
  private final int fcsFlags;
  private long drops;
  private long dropsWritten;

  PcapngRecordWriter(int snaplen, int nanosPerUnit, int interfaceNumber, int queue, int fcsOctets) {
    super(snaplen, DATA_OFFSET);
    this.nanosPerUnit = nanosPerUnit;
    this.interfaceNumber = interfaceNumber;
    this.queue = queue;
    this.fcsFlags = fcsOctets << FCS_SHIFT;
  }

  @Override
  public int recordLength(int caplen) {
    return MOST_OVERHEAD + padded(caplen);
  }

  private static int padded(int length) {
    return length + 3 & ~3;
  }

  @Override
  public int finish(
      MemorySegment to,
      long at,
      long timestampNanos,
      int caplen,
      int wireLength,
      PacketBatch batch,
      int index) {
    long units = nanosPerUnit == 1 ? timestampNanos : timestampNanos / nanosPerUnit;
    to.set(INT, at, ENHANCED_PACKET);
    to.set(INT, at + PACKET_INTERFACE_OFFSET, interfaceNumber);
    to.set(INT, at + TIME_UPPER_OFFSET, (int) (units >>> Integer.SIZE));
    to.set(INT, at + TIME_LOWER_OFFSET, (int) units);
    to.set(INT, at + CAPLEN_OFFSET, caplen);
    to.set(INT, at + WIRE_LENGTH_OFFSET, wireLength);
    long options = at + DATA_OFFSET + padded(caplen);
    for (long pad = at + DATA_OFFSET + caplen; pad < options; pad++) {
      to.set(ValueLayout.JAVA_BYTE, pad, (byte) 0);
    }
    long end = writeOptions(to, options, fcsFlags | batch.directions[index]);
    int length = (int) (end + TRAILER_LENGTH - at);
    to.set(INT, end, length);
    to.set(INT, at + LENGTH_OFFSET, length);
    return length;
  }

  private long writeOptions(MemorySegment to, long at, int flags) {
    long next = at;
    if (flags != 0) {
      next = writeWord(to, next, PACKET_FLAGS, flags);
    }
    if (drops != dropsWritten) {
      to.set(INT, next, option(PACKET_DROPCOUNT, Long.BYTES));
      to.set(LONG, next + OPTION_VALUE_OFFSET, drops - dropsWritten);
      dropsWritten = drops;
      next += LONG_OPTION_LENGTH;
    }
    next = writeWord(to, next, PACKET_QUEUE, queue);
    to.set(INT, next, 0); // end of options
    return next + OPTION_VALUE_OFFSET;
  }

  private static long writeWord(MemorySegment to, long at, int code, int value) {
    to.set(INT, at, option(code, Integer.BYTES));
    to.set(INT, at + OPTION_VALUE_OFFSET, value);
    return at + WORD_OPTION_LENGTH;
  }

  /** Code and length of an option as one word of this machine. */
  private static int option(int code, int length) {
    return LITTLE_ENDIAN ? length << Short.SIZE | code : code << Short.SIZE | length;
  }

  @Override
  public void setDrops(long total) {
    drops = total;
  }
}
