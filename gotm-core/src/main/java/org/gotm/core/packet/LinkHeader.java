package org.gotm.core.packet;

/**
 * What a frame begins with, by its link type, up to IP. A step of the decoder, and what it found in
 * the frame last read. One thread.
 */
final class LinkHeader {
  /** Answer of {@link #enter}: the cursor is at an IP header. */
  static final int IP = 1;

  /** Answer of {@link #enter}: the cursor is at an {@link Arp} message. */
  static final int ARP = 2;

  /** Answer of {@link #enter}: a frame that carries something else, whose ends are known. */
  static final int NOT_IP = 0;

  /** Answer of {@link #enter}: too little was captured to tell, or the link type is not known. */
  static final int UNKNOWN = -1;

  private static final int LOOPBACK_LENGTH = 4;
  private static final int SLL_LENGTH = 16;
  private static final int SLL_TYPE = 14;
  private static final int SLL_ADDRESS = 6;
  private static final int SLL2_LENGTH = 20;
  private static final int SLL2_TYPE = 0;
  private static final int SLL2_ADDRESS = 12;

  private final boolean directional;
  private final Encapsulation encapsulation;

  /** The first end of a frame that is not IP: a MAC address, or the sender's of a cooked frame. */
  long first;

  /** Its second end; 0 for a cooked frame, which has no receiver. */
  long second;

  /** {@link FlowKeys#FROM_SECOND} if the second end sent it, else 0. */
  int control;

  /** Its EtherType behind tags; 0 for an IEEE 802.3 length. */
  int etherType;

  /** Bytes behind that EtherType, on the wire; may be negative if it lies. */
  int onWire;

  /**
   * Nothing read yet.
   *
   * @param directional true if the first end is to be the sender, false for the lower one
   * @param encapsulation what may lie between the header and IP
   */
  LinkHeader(boolean directional, Encapsulation encapsulation) {
    this.directional = directional;
    this.encapsulation = encapsulation;
  }

  /** Moves the cursor from the beginning of a frame to its payload. */
  int enter(PacketCursor cursor, int linkType) {
    return switch (linkType) {
      case LinkType.ETHERNET -> ethernet(cursor);
      case LinkType.RAW, LinkType.IPV4, LinkType.IPV6 -> IP;
      case LinkType.NULL, LinkType.LOOP -> {
        cursor.skip(LOOPBACK_LENGTH); // its family has a value a system: IP's version tells
        yield IP;
      }
      case LinkType.LINUX_SLL -> cooked(cursor, SLL_LENGTH, SLL_TYPE, SLL_ADDRESS);
      case LinkType.LINUX_SLL2 -> cooked(cursor, SLL2_LENGTH, SLL2_TYPE, SLL2_ADDRESS);
      default -> UNKNOWN;
    };
  }

  private int ethernet(PacketCursor cursor) {
    if (!cursor.has(Ethernet.LENGTH)) {
      return UNKNOWN;
    }
    int type = cursor.uint16(Ethernet.TYPE);
    long target = cursor.int64(0) >>> 16;
    long source = cursor.int64(4) & 0xffff_ffff_ffffL;
    boolean swap = !directional && source > target;
    first = swap ? target : source;
    second = swap ? source : target;
    control = swap ? FlowKeys.FROM_SECOND : 0;
    cursor.skip(Ethernet.LENGTH);
    int answer = payload(cursor, type);
    if (etherType < EtherType.LOWEST) {
      etherType = 0;
    }
    return answer;
  }

  private int cooked(PacketCursor cursor, int length, int typeAt, int addressAt) {
    if (!cursor.has(length)) {
      return UNKNOWN;
    }
    int type = cursor.uint16(typeAt);
    first = cursor.int64(addressAt);
    second = 0;
    control = 0;
    cursor.skip(length);
    return payload(cursor, type);
  }

  /** Moves on behind what lies between link header and IP. */
  private int payload(PacketCursor cursor, int outerType) {
    etherType = encapsulation.behindTags(cursor, outerType);
    onWire = cursor.onWire();
    return encapsulation.enter(cursor, etherType);
  }
}
