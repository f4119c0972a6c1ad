package org.gotm.core.packet;

/**
 * What may lie between a link header and IP: VLAN tags, MPLS labels, PPPoE. A step of the decoder.
 * Any thread.
 */
final class Encapsulation {
  /** No EtherType: too little was captured to tell. */
  static final int TOO_SHORT = -1;

  private static final int VLAN_LENGTH = 4;
  private static final int MPLS_LENGTH = 4;
  private static final int PPPOE_LENGTH = 6;
  private static final int PPP_IPV4 = 0x0021;
  private static final int PPP_IPV6 = 0x0057;

  private Encapsulation() {}

  /**
   * Moves behind the VLAN tags that follow an EtherType, if any.
   *
   * @return the EtherType of what is there, or {@link #TOO_SHORT}
   */
  static int behindVlans(PacketCursor cursor, int outerType) {
    int type = outerType;
    while (type == EtherType.VLAN || type == EtherType.QINQ || type == EtherType.QINQ_OLD) {
      if (!cursor.has(VLAN_LENGTH)) {
        return TOO_SHORT;
      }
      type = cursor.uint16(VLAN_LENGTH - 2);
      cursor.skip(VLAN_LENGTH);
    }
    return type;
  }

  /**
   * Moves behind MPLS labels or a PPPoE header, if IP follows; else the cursor stays.
   *
   * @param type EtherType of what is here, not IP
   * @return {@link LinkHeader#IP}, {@link LinkHeader#NOT_IP} or {@link LinkHeader#UNKNOWN}
   */
  static int enter(PacketCursor cursor, int type) {
    return switch (type) {
      case EtherType.PPPOE_SESSION -> enterPppoe(cursor);
      case EtherType.MPLS, EtherType.MPLS_UPSTREAM -> enterLabels(cursor);
      default -> LinkHeader.NOT_IP;
    };
  }

  /** The PPP protocol is one byte if its lowest bit is set (RFC 1661, section 6.5). */
  private static int enterPppoe(PacketCursor cursor) {
    if (!cursor.has(PPPOE_LENGTH + 2)) {
      return LinkHeader.UNKNOWN;
    }
    int protocol = cursor.uint16(PPPOE_LENGTH);
    boolean isOneByte = (protocol & 0x100) != 0;
    if (isOneByte) {
      protocol >>>= 8;
    }
    if (protocol != PPP_IPV4 && protocol != PPP_IPV6) {
      return LinkHeader.NOT_IP;
    }
    cursor.skip(PPPOE_LENGTH + (isOneByte ? 1 : 2));
    return LinkHeader.IP;
  }

  /** Labels do not say what follows them (RFC 3032): the version of IP must. */
  private static int enterLabels(PacketCursor cursor) {
    int length = 0;
    boolean bottomOfStack = false;
    while (!bottomOfStack) {
      if (!cursor.has(length + MPLS_LENGTH + 1)) {
        return LinkHeader.UNKNOWN;
      }
      bottomOfStack = (cursor.uint8(length + 2) & 1) != 0;
      length += MPLS_LENGTH;
    }
    int version = cursor.uint8(length) >>> 4;
    if (version != 4 && version != 6) {
      return LinkHeader.NOT_IP;
    }
    cursor.skip(length);
    return LinkHeader.IP;
  }
}
