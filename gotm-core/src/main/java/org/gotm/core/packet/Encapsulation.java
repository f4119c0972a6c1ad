package org.gotm.core.packet;

import java.util.Set;

/**
 * What may lie between a link header, or that of a tunnel, and IP: VLAN tags, MPLS labels, PPPoE,
 * and the frames that provider networks carry in frames. A step of the decoder. Any thread.
 */
final class Encapsulation {
  /** No EtherType: too little was captured to tell. */
  static final int TOO_SHORT = -1;

  /** No EtherType: something that does not lead to IP. */
  static final int NOT_IP = 0;

  private static final int MOST_HEADERS = 32;
  private static final int VLAN_LENGTH = 4;
  private static final int METADATA_LENGTH = 4;
  private static final int SERVICE_TAG_LENGTH = 4;
  private static final int PPPOE_LENGTH = 6;
  private static final int PPP_IPV4 = 0x0021;
  private static final int PPP_IPV6 = 0x0057;

  private final boolean pseudowires;
  private final boolean metadata;
  private final boolean backbone;

  /** Looks into those of the tunnels that lie below IP. */
  Encapsulation(Set<Tunnel> on) {
    pseudowires = on.contains(Tunnel.PSEUDOWIRE);
    metadata = on.contains(Tunnel.CMD);
    backbone = on.contains(Tunnel.PBB);
  }

  /**
   * Moves behind the tags that follow an EtherType, if any.
   *
   * @return the EtherType of what is there, or {@link #TOO_SHORT}
   */
  int behindTags(PacketCursor cursor, int outerType) {
    int type = outerType;
    while (isTag(type)) {
      type = type == EtherType.CMD ? behindMetadata(cursor) : behindVlan(cursor);
    }
    return type;
  }

  private boolean isTag(int type) {
    return EtherType.isVlan(type) || type == EtherType.CMD && metadata;
  }

  private static int behindVlan(PacketCursor cursor) {
    if (!cursor.has(VLAN_LENGTH)) {
      return TOO_SHORT;
    }
    cursor.network.addVlan(cursor.uint16(0));
    int type = cursor.uint16(VLAN_LENGTH - 2);
    cursor.skip(VLAN_LENGTH);
    return type;
  }

  /** A version, a length in words of 4 bytes, so many options, and the next EtherType. */
  private static int behindMetadata(PacketCursor cursor) {
    int length = cursor.has(2) ? METADATA_LENGTH + 4 * cursor.uint8(1) : METADATA_LENGTH;
    if (!cursor.has(length)) {
      return TOO_SHORT;
    }
    int type = cursor.uint16(length - 2);
    cursor.skip(length);
    return type;
  }

  /**
   * Moves on to the IP packet, if there is one.
   *
   * @param outerType EtherType of what is here
   * @return {@link LinkHeader#IP}, {@link LinkHeader#ARP}, {@link LinkHeader#NOT_IP} or {@link
   *     LinkHeader#UNKNOWN}; with the last two the cursor is of no use any more
   */
  int enter(PacketCursor cursor, int outerType) {
    int type = outerType;
    for (int headers = 0; headers < MOST_HEADERS; headers++) {
      type = behindTags(cursor, type);
      switch (type) {
        case EtherType.IPV4 -> {
          return IpHeader.version(cursor) == 4 ? LinkHeader.IP : LinkHeader.UNKNOWN;
        }
        case EtherType.IPV6 -> {
          return IpHeader.version(cursor) == 6 ? LinkHeader.IP : LinkHeader.UNKNOWN;
        }
        case EtherType.ARP -> {
          return Arp.recognize(cursor);
        }
        case TOO_SHORT -> {
          return LinkHeader.UNKNOWN;
        }
        case EtherType.PPPOE_SESSION -> type = behindPppoe(cursor);
        case EtherType.MPLS, EtherType.MPLS_UPSTREAM -> type = Mpls.enter(cursor, pseudowires);
        case EtherType.PBB -> type = backbone ? behindServiceTag(cursor) : NOT_IP;
        default -> {
          return LinkHeader.NOT_IP;
        }
      }
    }
    return LinkHeader.UNKNOWN;
  }

  /** The PPP protocol is one byte if its lowest bit is set (RFC 1661, section 6.5). */
  private static int behindPppoe(PacketCursor cursor) {
    if (!cursor.has(PPPOE_LENGTH + 2)) {
      return TOO_SHORT;
    }
    int protocol = cursor.uint16(PPPOE_LENGTH);
    boolean isOneByte = (protocol & 0x100) != 0;
    if (isOneByte) {
      protocol >>>= 8;
    }
    cursor.skip(PPPOE_LENGTH + (isOneByte ? 1 : 2));
    return switch (protocol) {
      case PPP_IPV4 -> EtherType.IPV4;
      case PPP_IPV6 -> EtherType.IPV6;
      default -> NOT_IP;
    };
  }

  /** The customer's frame follows the service's identifier. */
  private static int behindServiceTag(PacketCursor cursor) {
    cursor.skip(SERVICE_TAG_LENGTH);
    return frameType(cursor);
  }

  /** Moves behind the Ethernet header of a frame in this packet; answers its EtherType. */
  static int frameType(PacketCursor cursor) {
    if (!cursor.has(Ethernet.LENGTH)) {
      return TOO_SHORT;
    }
    int type = cursor.uint16(Ethernet.TYPE);
    cursor.network.enterFrame();
    cursor.skip(Ethernet.LENGTH);
    return type;
  }
}
