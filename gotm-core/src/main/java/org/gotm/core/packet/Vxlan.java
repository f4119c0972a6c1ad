package org.gotm.core.packet;

/**
 * A header of VXLAN (RFC 7348) or of its generic extension (draft-ietf-nvo3-vxlan-gpe), which says
 * with flag P that it is not a frame that follows. A step of the decoder. Any thread.
 *
 * <pre>
 *   0       1          3      4              7   8
 *   +-------+----------+------+--------------+---+
 *   | flags | reserved | next | VNI          |   |
 *   +-------+----------+------+--------------+---+
 *    ....IP..            if P
 * </pre>
 */
final class Vxlan {
  private static final int LENGTH = 8;
  private static final int HAS_VNI = 0x08;
  private static final int HAS_NEXT = 0x04;
  private static final int NEXT = 3;
  private static final int VNI = 4;

  private Vxlan() {}

  /** Moves behind the header; answers the EtherType of what is there. */
  static int enter(PacketCursor cursor) {
    if (!cursor.has(LENGTH) || (cursor.uint8(0) & HAS_VNI) == 0) {
      return Tunnels.NONE;
    }
    int type = (cursor.uint8(0) & HAS_NEXT) == 0 ? EtherType.ETHERNET : typeOf(cursor.uint8(NEXT));
    cursor.network.addVni(cursor.int32(VNI) >>> 8);
    cursor.skip(LENGTH);
    return type;
  }

  private static int typeOf(int next) {
    return switch (next) {
      case 1 -> EtherType.IPV4;
      case 2 -> EtherType.IPV6;
      case 3 -> EtherType.ETHERNET;
      case 5 -> EtherType.MPLS;
      default -> Tunnels.NONE;
    };
  }
}
