package org.gotm.core.pcapfile;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;

/**
 * Makes the blocks of a pcapng file that are not packets, in the byte order of this machine. Any
 * thread.
 */
final class PcapngBlocks {
  /** Bytes of an option of words: what is longer is cut, as an option has 65535 at most. */
  private static final int LONGEST_TEXT = 32 << 10;

  private static final byte FILTER_EXPRESSION = 0;

  private final TimestampPrecision precision;
  private final int snaplen;
  private final SectionDescription section;

  PcapngBlocks(TimestampPrecision precision, int snaplen, SectionDescription section) {
    this.precision = precision;
    this.snaplen = snaplen;
    this.section = section;
  }

  /** A section header with what describes its interfaces. */
  MemorySegment head(List<InterfaceDescription> interfaces, SegmentAllocator allocator) {
    Bytes bytes = new Bytes();
    ByteBuffer fixed = Bytes.ordered(16);
    fixed.putInt(PcapngBlockLayout.ORDER_MAGIC).putShort((short) 1).putShort((short) 0).putLong(-1);
    bytes.begin(PcapngBlockLayout.SECTION, fixed);
    bytes.option(PcapngBlockLayout.OPTION_COMMENT, section.comment());
    bytes.option(PcapngBlockLayout.SECTION_HARDWARE, section.hardware());
    bytes.option(PcapngBlockLayout.SECTION_OS, section.os());
    bytes.option(PcapngBlockLayout.SECTION_APPLICATION, section.application());
    bytes.end();
    interfaces.forEach(described -> describe(described, bytes));
    return bytes.in(allocator);
  }

  /** What describes some interfaces. */
  MemorySegment interfaces(List<InterfaceDescription> interfaces, SegmentAllocator allocator) {
    Bytes bytes = new Bytes();
    interfaces.forEach(described -> describe(described, bytes));
    return bytes.in(allocator);
  }

  private void describe(InterfaceDescription described, Bytes bytes) {
    ByteBuffer fixed = Bytes.ordered(8);
    fixed.putShort((short) described.plainLinkType()).putShort((short) 0).putInt(snaplen);
    bytes.begin(PcapngBlockLayout.INTERFACE, fixed);
    bytes.option(PcapngBlockLayout.INTERFACE_NAME, described.name());
    bytes.option(PcapngBlockLayout.INTERFACE_DESCRIPTION, described.description());
    bytes.option(
        PcapngBlockLayout.OPTION_TSRESOL, new byte[] {(byte) precision.negativePowerOfTen()});
    if (!described.filter().isEmpty()) {
      byte[] expression = text(described.filter());
      byte[] value = new byte[1 + expression.length];
      value[0] = FILTER_EXPRESSION;
      System.arraycopy(expression, 0, value, 1, expression.length);
      bytes.option(PcapngBlockLayout.INTERFACE_FILTER, value);
    }
    bytes.option(PcapngBlockLayout.INTERFACE_OS, section.os());
    bytes.end();
  }

  /** Statistics of some interfaces. */
  MemorySegment statistics(List<InterfaceStatistics> all, SegmentAllocator allocator) {
    Bytes bytes = new Bytes();
    all.forEach(statistics -> tell(statistics, bytes));
    return bytes.in(allocator);
  }

  private void tell(InterfaceStatistics of, Bytes bytes) {
    bytes.begin(
        PcapngBlockLayout.STATISTICS,
        Bytes.ordered(12).putInt(of.interfaceNumber()).put(time(of.endNanos())));
    of.comments().forEach(words -> bytes.option(PcapngBlockLayout.OPTION_COMMENT, words));
    bytes.option(PcapngBlockLayout.STATISTICS_START, time(of.beginNanos()).array());
    bytes.option(PcapngBlockLayout.STATISTICS_END, time(of.endNanos()).array());
    of.counts()
        .ifPresent(
            counts -> {
              bytes.option(PcapngBlockLayout.STATISTICS_RECEIVED, counts.received());
              bytes.option(
                  PcapngBlockLayout.STATISTICS_INTERFACE_DROPPED, counts.interfaceDropped());
              bytes.option(PcapngBlockLayout.STATISTICS_ACCEPTED, counts.accepted());
              bytes.option(PcapngBlockLayout.STATISTICS_DROPPED, counts.dropped());
              bytes.option(PcapngBlockLayout.STATISTICS_DELIVERED, counts.delivered());
            });
    bytes.end();
  }

  /** Upper and lower word of a time in the unit of the files. */
  private ByteBuffer time(long nanos) {
    long units = Math.max(nanos, 0) / precision.nanosPerUnit();
    return Bytes.ordered(Long.BYTES)
        .putInt((int) (units >>> Integer.SIZE))
        .putInt((int) units)
        .flip();
  }

  private static byte[] text(String words) {
    byte[] bytes = words.getBytes(UTF_8);
    return bytes.length <= LONGEST_TEXT ? bytes : Arrays.copyOf(bytes, LONGEST_TEXT);
  }

  /** Blocks under way. */
  private static final class Bytes {
    private final ByteArrayOutputStream blocks = new ByteArrayOutputStream();
    private final ByteArrayOutputStream body = new ByteArrayOutputStream();
    private int type;

    static ByteBuffer ordered(int length) {
      return ByteBuffer.allocate(length).order(ByteOrder.nativeOrder());
    }

    void begin(int newType, ByteBuffer fixed) {
      type = newType;
      body.writeBytes(fixed.array());
    }

    void option(int code, String words) {
      if (!words.isEmpty()) {
        option(code, text(words));
      }
    }

    void option(int code, long value) {
      option(code, ordered(Long.BYTES).putLong(value).array());
    }

    void option(int code, byte[] value) {
      body.writeBytes(
          ordered(PcapngBlockLayout.OPTION_VALUE_OFFSET)
              .putShort((short) code)
              .putShort((short) value.length)
              .array());
      body.writeBytes(value);
      body.writeBytes(new byte[-value.length & 3]);
    }

    void end() {
      option(PcapngBlockLayout.OPTION_END, new byte[0]);
      int length = PcapngBlockLayout.LEAST_LENGTH + body.size();
      blocks.writeBytes(ordered(8).putInt(type).putInt(length).array());
      blocks.writeBytes(body.toByteArray());
      blocks.writeBytes(ordered(Integer.BYTES).putInt(length).array());
      body.reset();
    }

    MemorySegment in(SegmentAllocator allocator) {
      return allocator.allocateFrom(ValueLayout.JAVA_BYTE, blocks.toByteArray());
    }
  }
}
