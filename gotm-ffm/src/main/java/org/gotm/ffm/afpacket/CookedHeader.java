package org.gotm.ffm.afpacket;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_SHORT_UNALIGNED;
import static org.gotm.core.memory.NativeMemory.ALL;
import static org.gotm.ffm.linux.generated.linux_h.ARPHRD_ETHER;
import static org.gotm.ffm.linux.generated.linux_h.ARPHRD_LOOPBACK;

import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/**
 * Writes the header of a LINUX_SLL2 ("cooked") packet over the end of its link header and the room
 * before it. Hot path. One thread.
 *
 * <pre>
 * 0 EtherType 2 | 2 zero 2 | 4 interface index 4 | 8 ARPHRD type 2 | 10 packet type 1
 * 11 address length 1 | 12 sender's address 8 | 20 packet; all in network byte order
 * </pre>
 *
 * <p>A VLAN tag that the kernel took out goes behind the header, as if it were in the packet: its
 * TPID is the header's EtherType. Frames come with their link header, since without it the kernel
 * (from 6.10 on) tells the type behind all VLAN tags, though some are still in the packet. Source:
 * the tcpdump group's LINKTYPE_LINUX_SLL2.
 */
final class CookedHeader {
  /** Bytes of the header. */
  static final int LENGTH = 20;

  /** Bytes to ask the kernel to leave in front of each frame. */
  static final int ROOM = 32;

  private static final int VLAN_LENGTH = 4;
  private static final int ETHERNET_LENGTH = 14;
  private static final int ETHERTYPE = 12;
  private static final int LOWEST_ETHERTYPE = 0x0600;

  private static final int INTERFACE_INDEX = 4;
  private static final int HARDWARE_TYPE = 8;
  private static final int PACKET_TYPE = 10;
  private static final int SENDER_LENGTH = 11;
  private static final int SENDER = 12;

  private static final ValueLayout.OfInt INT = JAVA_INT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);
  private static final ValueLayout.OfShort SHORT =
      JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);

  private CookedHeader() {}

  /**
   * Finds out how long the link header is.
   *
   * @param packet address of its tpacket3_hdr
   * @param frame where the frame is from there
   * @param caplen bytes of the frame
   * @return bytes of the link header, or -1 if it is not whole or there is no room to write to
   */
  static int linkLength(long packet, int frame, int caplen) {
    int network = ALL.get(JAVA_SHORT_UNALIGNED, packet + RingLayout.NETWORK) & 0xffff;
    int length = isEthernet(packet) ? ETHERNET_LENGTH : network - frame;
    boolean hasRoom = frame + length >= RingLayout.ADDRESS_END + LENGTH + VLAN_LENGTH;
    return length < 0 || length > caplen || !hasRoom ? -1 : length;
  }

  private static boolean isEthernet(long packet) {
    int type = ALL.get(JAVA_SHORT_UNALIGNED, packet + RingLayout.HARDWARE_TYPE) & 0xffff;
    return type == ARPHRD_ETHER() || type == ARPHRD_LOOPBACK();
  }

  /**
   * Writes the header.
   *
   * @param packet address of its tpacket3_hdr
   * @param network where what is behind the link header is from there
   * @param vlanTag TPID and TCI of the tag that the kernel took out, or 0
   * @return how many bytes the header, with a tag, is long
   */
  static int write(long packet, long network, int vlanTag) {
    int protocol = protocol(packet, network);
    int index = ALL.get(JAVA_INT_UNALIGNED, packet + RingLayout.INTERFACE_INDEX);
    short hardwareType = ALL.get(JAVA_SHORT_UNALIGNED, packet + RingLayout.HARDWARE_TYPE);
    byte packetType = ALL.get(JAVA_BYTE, packet + RingLayout.PACKET_TYPE);
    byte senderLength = ALL.get(JAVA_BYTE, packet + RingLayout.SENDER_LENGTH);
    long sender = ALL.get(JAVA_LONG_UNALIGNED, packet + RingLayout.SENDER);
    int length = LENGTH;
    if (vlanTag != 0) {
      length += VLAN_LENGTH;
      ALL.set(INT, packet + network - VLAN_LENGTH, vlanTag << 16 | protocol);
      protocol = vlanTag >>> 16;
    }
    long header = packet + network - length;
    ALL.set(INT, header, protocol << 16);
    ALL.set(INT, header + INTERFACE_INDEX, index);
    ALL.set(SHORT, header + HARDWARE_TYPE, hardwareType);
    ALL.set(JAVA_BYTE, header + PACKET_TYPE, packetType);
    ALL.set(JAVA_BYTE, header + SENDER_LENGTH, senderLength);
    ALL.set(JAVA_LONG_UNALIGNED, header + SENDER, sender);
    return length;
  }

  /** The EtherType; where there is a length instead, what the kernel makes of it. */
  private static int protocol(long packet, long network) {
    if (isEthernet(packet)) {
      long frame = packet + network - ETHERNET_LENGTH;
      int type = ALL.get(SHORT, frame + ETHERTYPE) & 0xffff;
      if (type >= LOWEST_ETHERTYPE) {
        return type;
      }
    }
    return ALL.get(SHORT, packet + RingLayout.PROTOCOL) & 0xffff;
  }
}
