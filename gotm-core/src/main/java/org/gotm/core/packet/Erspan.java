package org.gotm.core.packet;

/**
 * The header of a mirrored frame behind GRE (draft-foschiano-erspan-03). A step of the decoder. Any
 * thread.
 *
 * <p>Type I has none and is GRE without sequence numbers. Type II has 8 bytes, type III 12, of
 * which the last two say what follows:
 *
 * <pre>
 *   0                   10  11                       12
 *   +-------------------+---+-----------------------+----------------------+
 *   | version, session, | P frame type, hardware,   | platform's own part, |
 *   | time, group       | direction, granularity, O | 8 bytes, if O        |
 *   +-------------------+---+-----------------------+----------------------+
 * </pre>
 */
final class Erspan {
  /** EtherType of types I and II. */
  static final int TYPE_1_OR_2 = 0x88be;

  /** EtherType of type III. */
  static final int TYPE_3 = 0x22eb;

  private static final int LENGTH_2 = 8;
  private static final int LENGTH_3 = 12;
  private static final int VERSION_2 = 1;
  private static final int VERSION_3 = 2;
  private static final int KIND = 10;
  private static final int FRAME = 0;
  private static final int IP_PACKET = 2;
  private static final int HAS_PLATFORM = 1;
  private static final int PLATFORM_LENGTH = 8;

  private Erspan() {}

  /**
   * Moves behind the header; answers the EtherType of what is there.
   *
   * @param type one of the two EtherTypes
   * @param isSequenced true if GRE had a sequence number
   */
  static int enter(PacketCursor cursor, int type, boolean isSequenced) {
    if (type == TYPE_3) {
      return enterType3(cursor);
    }
    return isSequenced ? enterType2(cursor) : EtherType.ETHERNET;
  }

  private static int enterType2(PacketCursor cursor) {
    if (!cursor.has(LENGTH_2) || cursor.uint8(0) >>> 4 != VERSION_2) {
      return Tunnels.NONE;
    }
    cursor.skip(LENGTH_2);
    return EtherType.ETHERNET;
  }

  private static int enterType3(PacketCursor cursor) {
    if (!cursor.has(LENGTH_3) || cursor.uint8(0) >>> 4 != VERSION_3) {
      return Tunnels.NONE;
    }
    int kind = cursor.uint16(KIND);
    cursor.skip(LENGTH_3 + ((kind & HAS_PLATFORM) == 0 ? 0 : PLATFORM_LENGTH));
    return switch (kind >>> 10 & 0x1f) {
      case FRAME -> EtherType.ETHERNET;
      case IP_PACKET -> Tunnels.ipType(cursor);
      default -> Tunnels.NONE;
    };
  }
}
