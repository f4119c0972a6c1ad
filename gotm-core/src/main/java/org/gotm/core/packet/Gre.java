package org.gotm.core.packet;

/**
 * A header of Generic Routing Encapsulation, version 0 (RFC 2784), with the key and sequence number
 * of RFC 2890 and the routing of RFC 1701. A step of the decoder. Any thread.
 *
 * <pre>
 *   0       2       4             8      12         16
 *   +-------+-------+-------------+------+----------+---------+
 *   | flags | type  |checksum,    | key  | sequence | routing |
 *   |       |       |offset       |      | number   |         |
 *   +-------+-------+-------------+------+----------+---------+
 *    CRKS...version  if C or R     if K   if S       if R
 * </pre>
 *
 * <p>Version 1 carries PPP (RFC 2637): its packets are a flow of the tunnel's ends. NVGRE (RFC
 * 7637) is GRE whose key holds the network's identifier.
 */
final class Gre {
  private static final int LENGTH = 4;
  private static final int CHECKSUM = 0x8000;
  private static final int ROUTING = 0x4000;
  private static final int KEY = 0x2000;
  private static final int SEQUENCE = 0x1000;
  private static final int VERSION = 0x0007;
  private static final int ROUTE_LENGTH = 4;
  private static final int WCCP = 0x883e;
  private static final int WCCP_REDIRECT_LENGTH = 4;

  private Gre() {}

  /** True if the header at the cursor has a sequence number. */
  static boolean isSequenced(PacketCursor cursor) {
    return cursor.has(2) && (cursor.uint16(0) & SEQUENCE) != 0;
  }

  /** True if the header at the cursor says that a mirrored frame is behind it. */
  static boolean isErspan(PacketCursor cursor) {
    int type = cursor.has(LENGTH) ? cursor.uint16(2) : 0;
    return type == Erspan.TYPE_1_OR_2 || type == Erspan.TYPE_3;
  }

  /** Moves behind the header; answers the EtherType of what is there. */
  static int enter(PacketCursor cursor) {
    if (!cursor.has(LENGTH)) {
      return Tunnels.NONE;
    }
    int flags = cursor.uint16(0);
    int type = cursor.uint16(2);
    if ((flags & VERSION) != 0 || !skipFields(cursor, flags)) {
      return Tunnels.NONE;
    }
    return type == WCCP ? behindRedirect(cursor) : type;
  }

  private static boolean skipFields(PacketCursor cursor, int flags) {
    cursor.skip((flags & (CHECKSUM | ROUTING)) == 0 ? LENGTH : LENGTH + 4);
    if ((flags & KEY) != 0) {
      if (!cursor.has(4)) {
        return false;
      }
      cursor.network.addVni(cursor.int32(0));
      cursor.skip(4);
    }
    cursor.skip((flags & SEQUENCE) == 0 ? 0 : 4);
    return (flags & ROUTING) == 0 || skipRoutes(cursor);
  }

  /** Each route has its length; one without family and length is the last. */
  private static boolean skipRoutes(PacketCursor cursor) {
    while (cursor.has(ROUTE_LENGTH)) {
      int head = cursor.int32(0); // family, offset, length
      cursor.skip(ROUTE_LENGTH + (head & 0xff));
      if (head >>> 16 == 0 && (head & 0xff) == 0) {
        return true;
      }
    }
    return false;
  }

  /** WCCP has a header of its own from its version 2 on, with the same EtherType. */
  private static int behindRedirect(PacketCursor cursor) {
    if (!IpHeader.isLikely(cursor)) {
      cursor.skip(WCCP_REDIRECT_LENGTH);
    }
    return EtherType.IPV4;
  }
}
