package org.gotm.core.packet;

/**
 * Address resolution of IPv4 on a link with MAC addresses (RFC 826). A step of the decoder. Any
 * thread.
 *
 * <pre>
 *   0       2       4     5     6       8        14       18       24       28
 *   +-------+-------+-----+-----+-------+--------+--------+--------+--------+
 *   | 1     | 0x800 | 6   | 4   | what  | MAC    | sender | MAC    | target |
 *   +-------+-------+-----+-----+-------+--------+--------+--------+--------+
 * </pre>
 */
final class Arp {
  private static final int LENGTH = 28;
  private static final int SENDER = 14;
  private static final int TARGET = 24;
  private static final long KIND = 0x0001_0800_0604L;
  private static final long LOW_WORD = 0xffff_ffffL;

  private Arp() {}

  /**
   * Tells whether the message at the cursor is of this kind; the cursor stays.
   *
   * @return {@link LinkHeader#ARP}, {@link LinkHeader#NOT_IP} or {@link LinkHeader#UNKNOWN}
   */
  static int recognize(PacketCursor cursor) {
    if (!cursor.has(LENGTH)) {
      return cursor.isCut() ? LinkHeader.UNKNOWN : LinkHeader.NOT_IP;
    }
    return cursor.int64(0) >>> 16 == KIND ? LinkHeader.ARP : LinkHeader.NOT_IP;
  }

  /** The sender's IPv4 address in the upper half, that asked for in the lower. */
  static long addresses(PacketCursor cursor) {
    return (long) cursor.int32(SENDER) << 32 | cursor.int32(TARGET) & LOW_WORD;
  }
}
