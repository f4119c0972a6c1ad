package org.gotm.core.pcapfile;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;
import java.util.List;

/**
 * What a capture file of gotm looks like: its first bytes, who writes its records, and how records
 * that lie in memory are read again. Hot path. Immutable, any thread.
 *
 * <p>Records lie behind each other without a gap.
 */
public abstract sealed class RecordFormat permits PcapFormat, PcapngFormat {
  final TimestampPrecision precision;
  final int snaplen;

  RecordFormat(TimestampPrecision precision, int snaplen) {
    if (snaplen < 1) {
      throw new IllegalArgumentException("snaplen=%d < 1".formatted(snaplen));
    }
    this.precision = precision;
    this.snaplen = snaplen;
  }

  /**
   * The classic pcap format in the byte order of this machine.
   *
   * @param precision of the time stamps
   * @param snaplen bytes of a packet that a record keeps, from 1 up; it stands in the file header
   */
  public static RecordFormat pcap(TimestampPrecision precision, int snaplen) {
    return new PcapFormat(precision, snaplen);
  }

  /** Pcap with nanoseconds and whole packets. */
  public static RecordFormat pcap() {
    return pcap(TimestampPrecision.NANO, PcapHeaderLayout.MAX_SNAPLEN);
  }

  /**
   * The pcapng format in the byte order of this machine.
   *
   * @param precision of the time stamps
   * @param snaplen bytes of a packet that a record keeps, from 1 up
   * @param section what stands in the head of each file
   */
  public static RecordFormat pcapng(
      TimestampPrecision precision, int snaplen, SectionDescription section) {
    return new PcapngFormat(precision, snaplen, section);
  }

  /** Bytes of a packet that a record keeps. */
  public int snaplen() {
    return snaplen;
  }

  /** The end of a file's name, before that of its compression. */
  public abstract String extension();

  /** True if a file tells interfaces apart, and may hold packets of several link types. */
  public abstract boolean hasInterfaces();

  /**
   * The bytes that a file begins with.
   *
   * @param interfaces whose packets it will hold, by their numbers; one at least in a format that
   *     does not tell them apart, which takes the first one's link type
   */
  public abstract MemorySegment fileHeader(
      List<InterfaceDescription> interfaces, SegmentAllocator allocator);

  /**
   * What describes more interfaces within a file, in front of their first packet.
   *
   * @param interfaces those that follow, by number, the ones that are described already
   * @throws IllegalStateException if the format does not tell interfaces apart
   */
  public abstract MemorySegment moreInterfaces(
      List<InterfaceDescription> interfaces, SegmentAllocator allocator);

  /**
   * What the end of a file says of its interfaces.
   *
   * @throws IllegalStateException if the format does not tell interfaces apart
   */
  public abstract MemorySegment statistics(
      List<InterfaceStatistics> interfaces, SegmentAllocator allocator);

  /**
   * Who writes the records of one worker.
   *
   * @param in the interface of its packets
   * @param interfaceNumber which of the file's interfaces that is, from 0
   * @param queue number of the worker on that interface
   */
  public abstract RecordWriter writer(InterfaceDescription in, int interfaceNumber, int queue);

  /** Bytes of the record at {@code at}. */
  public abstract int lengthAt(MemorySegment from, long at);

  /** The time of the record at {@code at}, nanoseconds since 1970. */
  public abstract long timestampNanosAt(MemorySegment from, long at);

  /**
   * The time of the record at {@code at} as one number that sorts, unsigned, like the time: cheaper
   * than nanoseconds, and to be compared within one format only.
   */
  public abstract long timeKeyAt(MemorySegment from, long at);

  /** Where in a record its packet begins. */
  public abstract int dataOffset();

  /** Bytes of the packet that the record at {@code at} has. */
  public abstract int caplenAt(MemorySegment from, long at);

  /** Bytes that the packet of the record at {@code at} had on the wire. */
  public abstract int wireLengthAt(MemorySegment from, long at);

  /**
   * Which of the file's interfaces the packet at {@code at} is of; 0 if they are not told apart.
   */
  public abstract int interfaceAt(MemorySegment from, long at);
}
