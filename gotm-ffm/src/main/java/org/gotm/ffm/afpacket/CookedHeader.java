package org.gotm.ffm.afpacket;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_SHORT_UNALIGNED;
import static org.gotm.ffm.afpacket.RingBlock.MEMORY;

import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/**
 * Writes the header of LINUX_SLL2 ("cooked") packets in front of a network packet, into the room
 * that the kernel leaves between the packet's address and its first byte. Hot path.
 *
 * <pre>
 * 0 EtherType 2 | 2 zero 2 | 4 interface index 4 | 8 ARPHRD type 2 | 10 packet type 1
 * 11 address length 1 | 12 sender's address 8 | 20 packet; all in network byte order
 * </pre>
 *
 * <p>A VLAN tag that the kernel took out goes behind the header, as if it were in the packet: its
 * TPID is the header's EtherType. Source: the tcpdump group's LINKTYPE_LINUX_SLL2.
 */
final class CookedHeader {
  /** Bytes of the header. */
  static final int LENGTH = 20;

  /** Bytes of a VLAN tag without its TPID, and of the EtherType behind it. */
  static final int VLAN_LENGTH = 4;

  private static final ValueLayout.OfInt INT = JAVA_INT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);
  private static final ValueLayout.OfShort SHORT =
      JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);

  private static final int INTERFACE_INDEX = 4;
  private static final int HARDWARE_TYPE = 8;
  private static final int PACKET_TYPE = 10;
  private static final int SENDER_LENGTH = 11;
  private static final int SENDER = 12;

  private CookedHeader() {}

  /** True if header and tag fit between the packet's address and its first byte. */
  static boolean fits(long frame) {
    return frame >= RingLayout.ADDRESS_END + LENGTH + VLAN_LENGTH;
  }

  /**
   * Writes the header.
   *
   * @param packet address of its tpacket3_hdr
   * @param frame where the packet's first byte is, from there
   * @param vlanTag TPID and TCI of the tag that the kernel took out, or 0
   * @return how many bytes the header, with a tag, is long
   */
  static int write(long packet, long frame, int vlanTag) {
    short protocol = MEMORY.get(SHORT, packet + RingLayout.PROTOCOL);
    int length = LENGTH;
    if (vlanTag != 0) {
      length += VLAN_LENGTH;
      MEMORY.set(INT, packet + frame - VLAN_LENGTH, vlanTag << 16 | protocol & 0xffff);
      protocol = (short) (vlanTag >>> 16);
    }
    long header = packet + frame - length;
    int index = MEMORY.get(JAVA_INT_UNALIGNED, packet + RingLayout.INTERFACE_INDEX);
    short hardwareType = MEMORY.get(JAVA_SHORT_UNALIGNED, packet + RingLayout.HARDWARE_TYPE);
    long sender = MEMORY.get(JAVA_LONG_UNALIGNED, packet + RingLayout.SENDER);
    MEMORY.set(INT, header, protocol << 16);
    MEMORY.set(INT, header + INTERFACE_INDEX, index);
    MEMORY.set(SHORT, header + HARDWARE_TYPE, hardwareType);
    MEMORY.set(
        JAVA_BYTE, header + PACKET_TYPE, MEMORY.get(JAVA_BYTE, packet + RingLayout.PACKET_TYPE));
    MEMORY.set(
        JAVA_BYTE,
        header + SENDER_LENGTH,
        MEMORY.get(JAVA_BYTE, packet + RingLayout.SENDER_LENGTH));
    MEMORY.set(JAVA_LONG_UNALIGNED, header + SENDER, sender);
    return length;
  }
}
