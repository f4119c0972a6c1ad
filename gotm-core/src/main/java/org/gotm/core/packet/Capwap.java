package org.gotm.core.packet;

/**
 * A header of CAPWAP's data channel (RFC 5415, section 4.3), version 0 and not encrypted. A step of
 * the decoder. Any thread.
 *
 * <pre>
 *   0               1                                          4             6                8
 *   +---------------+------------------------------------------+-------------+----------------+----
 *   | version, type | length, radio, binding, T F L W M K, ... | fragment id | offset         | ...
 *   |   4       4   |   5       5       5     1 1 1 1 1 1  3   |             |     13       3 |
 *   +---------------+------------------------------------------+-------------+----------------+----
 * </pre>
 *
 * <p>The length is in words of 4 bytes and counts from the beginning. Behind it lies an Ethernet
 * frame, or with flag T one of the radio's own kind. F is a fragment, K keeps the channel alive.
 */
final class Capwap {
  private static final int LENGTH = 8;
  private static final int IS_NATIVE = 0x100;
  private static final int IS_FRAGMENT = 0x080;
  private static final int KEEPS_ALIVE = 0x008;
  private static final int FRAGMENT_OFFSET = 6;
  private static final int IEEE_802_11 = 1;

  private Capwap() {}

  /** Moves behind the header; answers the EtherType of what is there. */
  static int enter(PacketCursor cursor) {
    if (!cursor.has(LENGTH) || cursor.uint8(0) != 0) {
      return Tunnels.NONE;
    }
    int head = cursor.int32(0);
    boolean isLaterFragment =
        (head & IS_FRAGMENT) != 0 && cursor.uint16(FRAGMENT_OFFSET) >>> 3 != 0;
    int length = head >>> 19 & 0x1f;
    if (length < LENGTH / 4 || isLaterFragment || (head & KEEPS_ALIVE) != 0) {
      return Tunnels.NONE;
    }
    cursor.skip(length * 4);
    if ((head & IS_NATIVE) == 0) {
      return EtherType.ETHERNET;
    }
    return (head >>> 9 & 0x1f) == IEEE_802_11 ? WirelessFrame.enter(cursor) : Tunnels.NONE;
  }
}
