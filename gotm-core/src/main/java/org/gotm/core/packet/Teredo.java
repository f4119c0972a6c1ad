package org.gotm.core.packet;

/**
 * What may lie between UDP and IPv6 in Teredo (RFC 4380, section 5.1.1): an authentication, an
 * origin, both or none. A step of the decoder. Any thread.
 *
 * <pre>
 *   0      2         3        4                              0      2      4         8
 *   +------+---------+--------+----+-------+-------+-----+   +------+------+---------+
 *   | 0001 | id's    | value's| id | value | nonce |     |   | 0000 | port | address |
 *   |      | length  | length |    |       |   8   |  1  |   |      |      |         |
 *   +------+---------+--------+----+-------+-------+-----+   +------+------+---------+
 * </pre>
 */
final class Teredo {
  private static final int AUTHENTICATION = 1;
  private static final int AUTHENTICATION_LENGTH = 4 + 8 + 1;
  private static final int ORIGIN = 0;
  private static final int ORIGIN_LENGTH = 8;

  private Teredo() {}

  /** Moves to the IPv6 packet; answers its EtherType. */
  static int enter(PacketCursor cursor) {
    if (isNext(cursor, AUTHENTICATION)) {
      if (!cursor.has(AUTHENTICATION_LENGTH)) {
        return Tunnels.NONE;
      }
      cursor.skip(AUTHENTICATION_LENGTH + cursor.uint8(2) + cursor.uint8(3));
    }
    if (isNext(cursor, ORIGIN)) {
      cursor.skip(ORIGIN_LENGTH);
    }
    return IpHeader.version(cursor) == 6 ? EtherType.IPV6 : Tunnels.NONE;
  }

  private static boolean isNext(PacketCursor cursor, int indicator) {
    return cursor.has(2) && cursor.uint16(0) == indicator;
  }
}
