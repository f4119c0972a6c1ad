package org.gotm.core.packet;

/**
 * A header of the GPRS tunnelling protocol's user plane, version 1, that carries a packet (3GPP TS
 * 29.281, section 5). A step of the decoder. Any thread.
 *
 * <pre>
 *   0            1     2        4      8          10       11    12
 *   +------------+-----+--------+------+----------+--------+-----+-----------
 *   | 1,1,0,ESPN | 255 | length | TEID | sequence | N-PDU  |next | extensions
 *   +------------+-----+--------+------+----------+--------+-----+-----------
 *                                       if one of E, S and PN is set
 * </pre>
 *
 * <p>An extension header begins with its length in words of 4 bytes and ends with the type of the
 * next one, which is 0 behind the last.
 */
final class GtpU {
  private static final int LENGTH = 8;
  private static final int OPTIONAL_LENGTH = 4;
  private static final int TYPE_MASK = 0xf0; // version 1 and protocol type 1
  private static final int TYPE = 0x30;
  private static final int HAS_EXTENSIONS = 0x04;
  private static final int HAS_OPTIONAL = 0x07;
  private static final int PACKET = 255;
  private static final int PACKET_LENGTH = 2;
  private static final int TEID = 4;

  private GtpU() {}

  /** Moves behind the header and its extensions; answers the EtherType of the IP packet there. */
  static int enter(PacketCursor cursor) {
    if (!cursor.has(LENGTH) || (cursor.uint8(0) & TYPE_MASK) != TYPE || cursor.uint8(1) != PACKET) {
      return Tunnels.NONE;
    }
    int flags = cursor.uint8(0);
    int length = cursor.uint16(PACKET_LENGTH);
    cursor.network.addTeid(cursor.int32(TEID));
    cursor.skip(LENGTH);
    if (length < cursor.onWire()) {
      cursor.endAfter(length);
    }
    return skipOptional(cursor, flags) ? Tunnels.ipType(cursor) : Tunnels.NONE;
  }

  private static boolean skipOptional(PacketCursor cursor, int flags) {
    if ((flags & HAS_OPTIONAL) == 0) {
      return true;
    }
    if (!cursor.has(OPTIONAL_LENGTH)) {
      return false;
    }
    int next = (flags & HAS_EXTENSIONS) == 0 ? 0 : cursor.uint8(OPTIONAL_LENGTH - 1);
    cursor.skip(OPTIONAL_LENGTH);
    return skipExtensions(cursor, next);
  }

  private static boolean skipExtensions(PacketCursor cursor, int first) {
    int next = first;
    while (next != 0) {
      int length = cursor.has(1) ? cursor.uint8(0) * 4 : 0;
      if (length == 0 || !cursor.has(length)) {
        return false;
      }
      next = cursor.uint8(length - 1);
      cursor.skip(length);
    }
    return true;
  }
}
