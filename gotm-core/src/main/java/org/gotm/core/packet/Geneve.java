package org.gotm.core.packet;

/**
 * A header of GENEVE (RFC 8926), version 0. A step of the decoder. Any thread.
 *
 * <pre>
 *   0                  1       2      4              7   8
 *   +------------------+-------+------+--------------+---+-----------------+
 *   | version, options | flags | type | VNI          |   | options         |
 *   +------------------+-------+------+--------------+---+-----------------+
 *              6 bits                                     in words of 4 bytes
 * </pre>
 */
final class Geneve {
  private static final int LENGTH = 8;
  private static final int TYPE = 2;
  private static final int VNI = 4;

  private Geneve() {}

  /** Moves behind the header and its options; answers the EtherType of what is there. */
  static int enter(PacketCursor cursor) {
    if (!cursor.has(LENGTH) || cursor.uint8(0) >>> 6 != 0) {
      return Tunnels.NONE;
    }
    int type = cursor.uint16(TYPE);
    cursor.network.addVni(cursor.int32(VNI) >>> 8);
    cursor.skip(LENGTH + 4 * (cursor.uint8(0) & 0x3f));
    return type;
  }
}
