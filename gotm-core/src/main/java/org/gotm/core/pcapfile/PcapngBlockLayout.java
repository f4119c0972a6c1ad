package org.gotm.core.pcapfile;

/**
 * The blocks of a pcapng file that gotm reads or writes, in the byte order of their section.
 *
 * <pre>
 *   0      4        8                            length-4   length
 *   +------+--------+-----------------------------------+--------+
 *   | type | length | body, padded to 4         options | length |
 *   +------+--------+-----------------------------------+--------+
 *
 *   section     8 order magic   12 major u16   14 minor u16   16 section length   24 options
 *   interface   8 link type u16   12 snaplen   16 options
 *   simple      8 length   12 packet
 *   enhanced    8 interface   12 time, upper   16 time, lower   20 caplen   24 length   28 packet
 *   obsolete    8 interface u16, else as enhanced
 *   statistics  8 interface   12 time, upper   16 time, lower   20 options
 *   option      0 code u16   2 length u16   4 value, padded to 4
 * </pre>
 *
 * <p>Source: draft-ietf-opsawg-pcapng.
 */
final class PcapngBlockLayout {
  /** Section header, the same in both byte orders. */
  static final int SECTION = PcapHeaderLayout.MAGIC_PCAPNG;

  static final int INTERFACE = 1;
  static final int OBSOLETE_PACKET = 2;
  static final int SIMPLE_PACKET = 3;
  static final int STATISTICS = 5;
  static final int ENHANCED_PACKET = 6;

  /** Bytes of a block without a body. */
  static final int LEAST_LENGTH = 12;

  /** Bytes of the longest block that is believed, as libpcap and Wireshark have it. */
  static final int MAX_LENGTH = 16 << 20;

  static final int LENGTH_OFFSET = 4;

  /** The second length, from the end of the block. */
  static final int TRAILER_LENGTH = 4;

  static final int ORDER_MAGIC_OFFSET = 8;
  static final int ORDER_MAGIC = 0x1a2b3c4d;
  static final int VERSION_OFFSET = 12;
  static final int SECTION_LEAST_LENGTH = 28;

  static final int LINKTYPE_OFFSET = 8;
  static final int SNAPLEN_OFFSET = 12;
  static final int INTERFACE_OPTIONS_OFFSET = 16;
  static final int INTERFACE_LEAST_LENGTH = 20;

  static final int SIMPLE_LENGTH_OFFSET = 8;
  static final int SIMPLE_DATA_OFFSET = 12;

  static final int PACKET_INTERFACE_OFFSET = 8;
  static final int TIME_UPPER_OFFSET = 12;
  static final int TIME_LOWER_OFFSET = 16;
  static final int CAPLEN_OFFSET = 20;
  static final int WIRE_LENGTH_OFFSET = 24;
  static final int DATA_OFFSET = 28;

  static final int OPTION_END = 0;
  static final int OPTION_COMMENT = 1;
  static final int SECTION_HARDWARE = 2;
  static final int SECTION_OS = 3;
  static final int SECTION_APPLICATION = 4;
  static final int INTERFACE_NAME = 2;
  static final int INTERFACE_DESCRIPTION = 3;
  static final int OPTION_TSRESOL = 9;
  static final int INTERFACE_FILTER = 11;
  static final int INTERFACE_OS = 12;
  static final int OPTION_TSOFFSET = 14;
  static final int PACKET_FLAGS = 2;
  static final int PACKET_DROPCOUNT = 4;
  static final int PACKET_QUEUE = 6;
  static final int STATISTICS_START = 2;
  static final int STATISTICS_END = 3;
  static final int STATISTICS_RECEIVED = 4;
  static final int STATISTICS_INTERFACE_DROPPED = 5;
  static final int STATISTICS_ACCEPTED = 6;
  static final int STATISTICS_DROPPED = 7;
  static final int STATISTICS_DELIVERED = 8;
  static final int OPTION_VALUE_OFFSET = 4;

  private PcapngBlockLayout() {}
}
