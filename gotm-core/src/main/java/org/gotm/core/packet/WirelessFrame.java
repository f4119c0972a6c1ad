package org.gotm.core.packet;

/**
 * The header of an IEEE 802.11 data frame that is not encrypted, up to the EtherType behind LLC and
 * SNAP (RFC 1042). A step of the decoder. Any thread.
 *
 * <pre>
 *   0         1       2          4          22         24          30    32
 *   +---------+-------+----------+----------+----------+-----------+-----+-------+-----------------+------+
 *   | version,| flags | duration | three    | sequence,| fourth    | QoS | HT    | aa aa 03 00 00  | type |
 *   | type    |       |          | addresses| fragment | address   |     |control| 00              |      |
 *   +---------+-------+----------+----------+----------+-----------+-----+-------+-----------------+------+
 *                                                     if to and     if    if QoS
 *                                                     from network  QoS   and order
 * </pre>
 *
 * <p>Some controllers exchange the first two bytes; a data frame shows which one is the type.
 */
final class WirelessFrame {
  private static final int LENGTH = 24;
  private static final int ADDRESS_LENGTH = 6;
  private static final int QOS_LENGTH = 2;
  private static final int HT_LENGTH = 4;
  private static final int SEQUENCE = 22;
  private static final int TYPE_MASK = 0x0f; // version and type
  private static final int DATA = 0x08;
  private static final int IS_EMPTY = 0x40;
  private static final int HAS_QOS = 0x80;
  private static final int BOTH_WAYS = 0x03;
  private static final int IS_PROTECTED = 0x40;
  private static final int HAS_HT = 0x80;
  private static final int SNAP_LENGTH = 8;
  private static final int SNAP = 0xaaaa_0300;

  private WirelessFrame() {}

  /** Moves behind SNAP; answers the EtherType of what is there, or that of no tunnel. */
  static int enter(PacketCursor cursor) {
    if (!cursor.has(LENGTH)) {
      return Tunnels.NONE;
    }
    boolean isInOrder = (cursor.uint8(0) & TYPE_MASK) == DATA;
    int type = cursor.uint8(isInOrder ? 0 : 1);
    int flags = cursor.uint8(isInOrder ? 1 : 0);
    boolean isLaterFragment = (cursor.uint8(SEQUENCE) & 0x0f) != 0;
    if ((type & TYPE_MASK) != DATA
        || (type & IS_EMPTY) != 0
        || (flags & IS_PROTECTED) != 0
        || isLaterFragment) {
      return Tunnels.NONE;
    }
    cursor.skip(length(type, flags));
    return behindSnap(cursor);
  }

  private static int length(int type, int flags) {
    int length = (flags & BOTH_WAYS) == BOTH_WAYS ? LENGTH + ADDRESS_LENGTH : LENGTH;
    if ((type & HAS_QOS) == 0) {
      return length;
    }
    return length + QOS_LENGTH + ((flags & HAS_HT) == 0 ? 0 : HT_LENGTH);
  }

  private static int behindSnap(PacketCursor cursor) {
    if (!cursor.has(SNAP_LENGTH) || cursor.int32(0) != SNAP || cursor.uint16(4) != 0) {
      return Tunnels.NONE;
    }
    int type = cursor.uint16(6);
    cursor.skip(SNAP_LENGTH);
    return type;
  }
}
