package org.gotm.core.pcapfile;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/**
 * How packets become records of a capture file, and how records that lie in memory are read again:
 * the one place that knows the layout of what gotm writes. Hot path. Immutable, any thread.
 *
 * <p>A record is a header of {@link #dataOffset} bytes, the packet, and whatever the format wants
 * behind it; records lie behind each other without a gap.
 */
public final class RecordFormat {
  /** Bytes of a file header. */
  public static final int FILE_HEADER_LENGTH = PcapHeaderLayout.LENGTH;

  private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED;
  private static final boolean LITTLE_ENDIAN = ByteOrder.nativeOrder() == ByteOrder.LITTLE_ENDIAN;

  private final TimestampPrecision precision;
  private final int nanosPerUnit;
  private final int snaplen;

  private RecordFormat(TimestampPrecision precision, int snaplen) {
    this.precision = precision;
    this.nanosPerUnit = precision.nanosPerUnit();
    this.snaplen = snaplen;
  }

  /**
   * The classic pcap format in the byte order of this machine.
   *
   * @param precision of the time stamps
   * @param snaplen bytes of a packet that a record keeps, from 1 up; it stands in the file header
   */
  public static RecordFormat pcap(TimestampPrecision precision, int snaplen) {
    if (snaplen < 1) {
      throw new IllegalArgumentException("snaplen=%d < 1".formatted(snaplen));
    }
    return new RecordFormat(precision, snaplen);
  }

  /** Pcap with nanoseconds and whole packets. */
  public static RecordFormat pcap() {
    return pcap(TimestampPrecision.NANO, PcapHeaderLayout.MAX_SNAPLEN);
  }

  /** Bytes of a packet that a record keeps. */
  public int snaplen() {
    return snaplen;
  }

  /** The end of a file's name, before that of its compression. */
  public String extension() {
    return ".pcap";
  }

  /**
   * The bytes that a file begins with.
   *
   * @param linkType LINKTYPE_ value of its records
   */
  public MemorySegment fileHeader(int linkType, SegmentAllocator allocator) {
    MemorySegment header = allocator.allocate(FILE_HEADER_LENGTH, Long.BYTES);
    PcapHeaderLayout.write(header, 0, precision, snaplen, linkType);
    return header;
  }

  /** Where in a record the packet begins. */
  public int dataOffset() {
    return PcapRecordLayout.HEADER_LENGTH;
  }

  /** Bytes of the record of a packet of {@code caplen} bytes. */
  public int recordLength(int caplen) {
    return PcapRecordLayout.HEADER_LENGTH + caplen;
  }

  /**
   * Completes the record at {@code at}, whose packet is in its place already.
   *
   * @return the length of the record
   */
  public int finish(MemorySegment to, long at, long timestampNanos, int caplen, int wireLength) {
    PcapRecordLayout.write(to, at, timestampNanos, nanosPerUnit, caplen, wireLength);
    return PcapRecordLayout.HEADER_LENGTH + caplen;
  }

  /** Bytes of the record at {@code at}. */
  public int lengthAt(MemorySegment from, long at) {
    return PcapRecordLayout.HEADER_LENGTH + PcapRecordLayout.caplen(from, at);
  }

  /** The time of the record at {@code at}, nanoseconds since 1970. */
  public long timestampNanosAt(MemorySegment from, long at) {
    return PcapRecordLayout.timestampNanos(from, at, nanosPerUnit);
  }

  /**
   * The time of the record at {@code at} as one number that sorts, unsigned, like the time: cheaper
   * than nanoseconds, and to be compared within one format only.
   */
  public long timeKeyAt(MemorySegment from, long at) {
    long word = from.get(LONG, at);
    return LITTLE_ENDIAN ? Long.rotateLeft(word, Integer.SIZE) : word;
  }
}
