package org.gotm.core.pcapfile;

import static org.gotm.core.pcapfile.PcapngBlockLayout.INTERFACE_LEAST_LENGTH;
import static org.gotm.core.pcapfile.PcapngBlockLayout.INTERFACE_OPTIONS_OFFSET;
import static org.gotm.core.pcapfile.PcapngBlockLayout.LINKTYPE_OFFSET;
import static org.gotm.core.pcapfile.PcapngBlockLayout.OPTION_END;
import static org.gotm.core.pcapfile.PcapngBlockLayout.OPTION_TSOFFSET;
import static org.gotm.core.pcapfile.PcapngBlockLayout.OPTION_TSRESOL;
import static org.gotm.core.pcapfile.PcapngBlockLayout.OPTION_VALUE_OFFSET;
import static org.gotm.core.pcapfile.PcapngBlockLayout.ORDER_MAGIC;
import static org.gotm.core.pcapfile.PcapngBlockLayout.ORDER_MAGIC_OFFSET;
import static org.gotm.core.pcapfile.PcapngBlockLayout.SECTION;
import static org.gotm.core.pcapfile.PcapngBlockLayout.SECTION_LEAST_LENGTH;
import static org.gotm.core.pcapfile.PcapngBlockLayout.SNAPLEN_OFFSET;
import static org.gotm.core.pcapfile.PcapngBlockLayout.TRAILER_LENGTH;
import static org.gotm.core.pcapfile.PcapngBlockLayout.VERSION_OFFSET;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;

/**
 * The section of a pcapng file that is being read: its byte order and its interfaces. Whoever calls
 * with a place has made sure that the block there is whole. Answers are complaints in words, or
 * null. Hot path. One thread.
 */
final class PcapngSection {
  /** Interfaces of a section, lest a hostile file takes all memory. */
  private static final int MAX_INTERFACES = 1 << 16;

  private static final int MAJOR = 1;
  private static final int LAST_MINOR = 2;

  private final List<PcapngInterface> interfaces = new ArrayList<>();
  private boolean hasBegun;
  private boolean swapped;
  private int resolution;
  private long offsetSeconds;

  /** Whether there was a section header. */
  boolean hasBegun() {
    return hasBegun;
  }

  /**
   * Learns the byte order where a section begins.
   *
   * @return false if there is none, or no section has begun yet
   */
  boolean takeOrder(MemorySegment window, long at) {
    if (window.get(ValueLayout.JAVA_INT_UNALIGNED, at) != SECTION) {
      return hasBegun;
    }
    int magic = window.get(ValueLayout.JAVA_INT_UNALIGNED, at + ORDER_MAGIC_OFFSET);
    swapped = magic == Integer.reverseBytes(ORDER_MAGIC);
    return swapped || magic == ORDER_MAGIC;
  }

  /** A word as this machine has it. */
  int order(int word) {
    return swapped ? Integer.reverseBytes(word) : word;
  }

  long unsigned(MemorySegment window, long at) {
    return Integer.toUnsignedLong(order(window.get(ValueLayout.JAVA_INT_UNALIGNED, at)));
  }

  int unsignedShort(MemorySegment window, long at) {
    short value = window.get(ValueLayout.JAVA_SHORT_UNALIGNED, at);
    return Short.toUnsignedInt(swapped ? Short.reverseBytes(value) : value);
  }

  private long signedLong(MemorySegment window, long at) {
    long value = window.get(ValueLayout.JAVA_LONG_UNALIGNED, at);
    return swapped ? Long.reverseBytes(value) : value;
  }

  /** Begins a section: no interface is described yet. */
  String begin(MemorySegment window, long at, long length) {
    if (length < SECTION_LEAST_LENGTH) {
      return "a section header of %d bytes".formatted(length);
    }
    int major = unsignedShort(window, at + VERSION_OFFSET);
    int minor = unsignedShort(window, at + VERSION_OFFSET + Short.BYTES);
    if (major != MAJOR || minor > LAST_MINOR) {
      return "pcapng version %d.%d is not supported, only 1.0".formatted(major, minor);
    }
    hasBegun = true;
    interfaces.clear();
    return null;
  }

  /** Adds the interface that is described next. */
  String addInterface(MemorySegment window, long at, long length) {
    if (length < INTERFACE_LEAST_LENGTH) {
      return "an interface description of %d bytes".formatted(length);
    }
    if (interfaces.size() == MAX_INTERFACES) {
      return "more than %d interfaces".formatted(MAX_INTERFACES);
    }
    String complaint =
        readClock(window, at + INTERFACE_OPTIONS_OFFSET, at + length - TRAILER_LENGTH);
    if (complaint == null) {
      interfaces.add(
          new PcapngInterface(
              unsignedShort(window, at + LINKTYPE_OFFSET),
              unsigned(window, at + SNAPLEN_OFFSET),
              resolution,
              offsetSeconds));
    }
    return complaint;
  }

  /** Looks through the options for those of the clock. */
  private String readClock(MemorySegment window, long from, long end) {
    resolution = PcapngInterface.DEFAULT_RESOLUTION;
    offsetSeconds = 0;
    long option = from;
    while (end - option >= OPTION_VALUE_OFFSET) {
      int code = unsignedShort(window, option);
      int length = unsignedShort(window, option + Short.BYTES);
      long value = option + OPTION_VALUE_OFFSET;
      if (code == OPTION_END) {
        return null;
      }
      if (length > end - value || !takeOption(window, value, code, length)) {
        return "interface option %d of %d bytes cannot be right".formatted(code, length);
      }
      option = value + (length + 3 & ~3);
    }
    return null;
  }

  private boolean takeOption(MemorySegment window, long value, int code, int length) {
    if (code == OPTION_TSRESOL && length == Byte.BYTES) {
      resolution = Byte.toUnsignedInt(window.get(ValueLayout.JAVA_BYTE, value));
      return PcapngInterface.isFit(resolution);
    }
    if (code == OPTION_TSOFFSET && length == Long.BYTES) {
      offsetSeconds = signedLong(window, value);
      return true;
    }
    return code != OPTION_TSRESOL && code != OPTION_TSOFFSET;
  }

  /** The link type of the first interface, or another if there is none. */
  int firstLinkType(int otherwise) {
    return interfaces.isEmpty() ? otherwise : interfaces.getFirst().linkType();
  }

  /** The interface of a number, or null. */
  PcapngInterface packetInterface(long number) {
    return number < interfaces.size() ? interfaces.get((int) number) : null;
  }
}
