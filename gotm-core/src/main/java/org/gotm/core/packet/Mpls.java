package org.gotm.core.packet;

/**
 * A stack of MPLS labels (RFC 3032). A step of the decoder. Any thread.
 *
 * <p>Labels do not say what follows them. It is IP if there is an IP header whose length is right;
 * else an Ethernet frame of a pseudowire (RFC 4448), if an EtherType is where one would be and fits
 * what is behind it, with or without a control word before the frame; else what the version of IP
 * says. The order matters: an address of a frame may begin with a 4 or a 6.
 */
final class Mpls {
  private static final int LENGTH = 4;
  private static final int CONTROL_WORD_LENGTH = 4;

  private Mpls() {}

  /** Moves behind the labels; answers the EtherType of what is there, as far as it leads to IP. */
  static int enter(PacketCursor cursor, boolean pseudowires) {
    int label;
    do {
      if (!cursor.has(LENGTH)) {
        return Encapsulation.TOO_SHORT;
      }
      label = cursor.int32(0);
      cursor.network.addLabel(label >>> 12, isBottom(label));
      cursor.skip(LENGTH);
    } while (!isBottom(label));
    return cursor.has(1) ? payloadType(cursor, pseudowires) : Encapsulation.TOO_SHORT;
  }

  private static boolean isBottom(int label) {
    return (label & 0x100) != 0;
  }

  private static int payloadType(PacketCursor cursor, boolean pseudowires) {
    if (pseudowires && !IpHeader.isLikely(cursor)) {
      if (isFrame(cursor, 0)) {
        return Encapsulation.frameType(cursor);
      }
      if (cursor.uint8(0) >>> 4 == 0 && isFrame(cursor, CONTROL_WORD_LENGTH)) {
        cursor.skip(CONTROL_WORD_LENGTH);
        return Encapsulation.frameType(cursor);
      }
      if (cursor.isCut()) {
        return Encapsulation.TOO_SHORT;
      }
    }
    int type = Tunnels.ipType(cursor);
    return type == Tunnels.NONE ? Encapsulation.NOT_IP : type;
  }

  private static boolean isFrame(PacketCursor cursor, int at) {
    if (!cursor.has(at + Ethernet.LENGTH + 1)) {
      return false;
    }
    int type = cursor.uint16(at + Ethernet.TYPE);
    int version = cursor.uint8(at + Ethernet.LENGTH) >>> 4;
    return switch (type) {
      case EtherType.IPV4 -> version == 4;
      case EtherType.IPV6 -> version == 6;
      default -> EtherType.leadsToIp(type);
    };
  }
}
