package org.gotm.core.pcapfile;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.List;

/** Pcapng with one section a file and an enhanced packet block a packet. Hot path. Immutable. */
final class PcapngFormat extends RecordFormat {
  private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED;
  private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED;
  private static final boolean LITTLE_ENDIAN = ByteOrder.nativeOrder() == ByteOrder.LITTLE_ENDIAN;

  private final int nanosPerUnit;
  private final PcapngBlocks blocks;

  PcapngFormat(TimestampPrecision precision, int snaplen, SectionDescription section) {
    super(precision, snaplen);
    nanosPerUnit = precision.nanosPerUnit();
    blocks = new PcapngBlocks(precision, snaplen, section);
  }

  @Override
  public String extension() {
    return ".pcapng";
  }

  @Override
  public boolean hasInterfaces() {
    return true;
  }

  @Override
  public MemorySegment fileHeader(
      List<InterfaceDescription> interfaces, SegmentAllocator allocator) {
    return blocks.head(interfaces, allocator);
  }

  @Override
  public MemorySegment moreInterfaces(
      List<InterfaceDescription> interfaces, SegmentAllocator allocator) {
    return blocks.interfaces(interfaces, allocator);
  }

  @Override
  public MemorySegment statistics(
      List<InterfaceStatistics> interfaces, SegmentAllocator allocator) {
    return blocks.statistics(interfaces, allocator);
  }

  @Override
  public RecordWriter writer(InterfaceDescription in, int interfaceNumber, int queue) {
    return new PcapngRecordWriter(snaplen, nanosPerUnit, interfaceNumber, queue, in.fcsOctets());
  }

  @Override
  public int lengthAt(MemorySegment from, long at) {
    return from.get(INT, at + PcapngBlockLayout.LENGTH_OFFSET);
  }

  @Override
  public long timestampNanosAt(MemorySegment from, long at) {
    return timeKeyAt(from, at) * nanosPerUnit;
  }

  @Override
  public long timeKeyAt(MemorySegment from, long at) {
    long word = from.get(LONG, at + PcapngBlockLayout.TIME_UPPER_OFFSET);
    return LITTLE_ENDIAN ? Long.rotateLeft(word, Integer.SIZE) : word;
  }

  @Override
  public int dataOffset() {
    return PcapngBlockLayout.DATA_OFFSET;
  }

  @Override
  public int caplenAt(MemorySegment from, long at) {
    return from.get(INT, at + PcapngBlockLayout.CAPLEN_OFFSET);
  }

  @Override
  public int wireLengthAt(MemorySegment from, long at) {
    return from.get(INT, at + PcapngBlockLayout.WIRE_LENGTH_OFFSET);
  }

  @Override
  public int interfaceAt(MemorySegment from, long at) {
    return from.get(INT, at + PcapngBlockLayout.PACKET_INTERFACE_OFFSET);
  }
}
