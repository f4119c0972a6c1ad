package org.gotm.core.pcapfile;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.List;

/** Classic pcap. Hot path. Immutable, any thread. */
final class PcapFormat extends RecordFormat {
  private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED;
  private static final boolean LITTLE_ENDIAN = ByteOrder.nativeOrder() == ByteOrder.LITTLE_ENDIAN;

  private final int nanosPerUnit;

  PcapFormat(TimestampPrecision precision, int snaplen) {
    super(precision, snaplen);
    nanosPerUnit = precision.nanosPerUnit();
  }

  @Override
  public String extension() {
    return ".pcap";
  }

  @Override
  public boolean hasInterfaces() {
    return false;
  }

  @Override
  public MemorySegment fileHeader(
      List<InterfaceDescription> interfaces, SegmentAllocator allocator) {
    MemorySegment header = allocator.allocate(PcapHeaderLayout.LENGTH, Long.BYTES);
    PcapHeaderLayout.write(header, 0, precision, snaplen, interfaces.getFirst().linkType());
    return header;
  }

  @Override
  public MemorySegment moreInterfaces(
      List<InterfaceDescription> interfaces, SegmentAllocator allocator) {
    throw new IllegalStateException("a pcap file describes no interfaces");
  }

  @Override
  public MemorySegment statistics(
      List<InterfaceStatistics> interfaces, SegmentAllocator allocator) {
    throw new IllegalStateException("a pcap file has no statistics");
  }

  @Override
  public RecordWriter writer(InterfaceDescription in, int interfaceNumber, int queue) {
    return new PcapRecordWriter(snaplen, nanosPerUnit);
  }

  @Override
  public int lengthAt(MemorySegment from, long at) {
    return PcapRecordLayout.HEADER_LENGTH + PcapRecordLayout.caplen(from, at);
  }

  @Override
  public long timestampNanosAt(MemorySegment from, long at) {
    return PcapRecordLayout.timestampNanos(from, at, nanosPerUnit);
  }

  @Override
  public long timeKeyAt(MemorySegment from, long at) {
    long word = from.get(LONG, at);
    return LITTLE_ENDIAN ? Long.rotateLeft(word, Integer.SIZE) : word;
  }

  @Override
  public int dataOffset() {
    return PcapRecordLayout.HEADER_LENGTH;
  }

  @Override
  public int caplenAt(MemorySegment from, long at) {
    return PcapRecordLayout.caplen(from, at);
  }

  @Override
  public int wireLengthAt(MemorySegment from, long at) {
    return PcapRecordLayout.wireLength(from, at);
  }

  @Override
  public int interfaceAt(MemorySegment from, long at) {
    return 0;
  }
}
