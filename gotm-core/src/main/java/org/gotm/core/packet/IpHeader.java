package org.gotm.core.packet;

/**
 * An IPv4 header (RFC 791) or an IPv6 header with its extensions (RFC 8200). A step of the decoder,
 * and what it found in the header last read. One thread.
 */
final class IpHeader {
  static final int IPV4_LENGTH = 20;
  static final int IPV4_PROTOCOL = 9;
  static final int IPV4_ADDRESSES = 12;
  static final int IPV6_LENGTH = 40;
  static final int IPV6_SOURCE = 8;
  static final int IPV6_TARGET = 24;

  private static final int MOST_PADDING = 64;
  private static final int IPV4_FRAGMENT = 6;
  private static final int IPV4_FRAGMENT_OFFSET_MASK = 0x1fff;
  private static final int IPV6_PAYLOAD_LENGTH = 4;
  private static final int IPV6_NEXT_HEADER = 6;
  private static final int EXTENSION_LENGTH = 8;
  private static final int IPV6_FRAGMENT_OFFSET_MASK = 0xfff8;
  private static final int MAX_EXTENSION_HEADERS = 16;

  /** True for IPv4, whose two addresses are both in {@link #source0}. */
  boolean isIpv4;

  long source0;
  long source1;
  long target0;
  long target1;

  /** Number of the protocol above. */
  int protocol;

  /** True for a fragment but the first, which has no transport header. */
  boolean isLaterFragment;

  /** Nothing read yet. */
  IpHeader() {}

  /** The version of the header at the cursor, 0 if nothing was captured of it. */
  static int version(PacketCursor cursor) {
    return cursor.has(1) ? cursor.uint8(0) >>> 4 : 0;
  }

  /** True if a total length can be believed, so that what follows it is the link's padding. */
  static boolean isIpv4Length(int totalLength, int headerLength, int onWire) {
    return totalLength >= headerLength && totalLength <= onWire;
  }

  /** True if a payload length can be believed; 0 is a packet beyond 64 KiB. */
  static boolean isIpv6Length(int payloadLength, int onWire) {
    return payloadLength != 0 && payloadLength <= onWire;
  }

  /**
   * True if there is an IP header at the cursor whose length leaves no more than a link's padding:
   * hardly anything else looks like that.
   */
  static boolean isLikely(PacketCursor cursor) {
    if (!cursor.has(IPV6_NEXT_HEADER)) {
      return false;
    }
    int length =
        switch (cursor.uint8(0) >>> 4) {
          case 4 -> cursor.uint8(0) >= 0x45 ? cursor.uint16(2) : 0;
          case 6 -> IPV6_LENGTH + cursor.uint16(IPV6_PAYLOAD_LENGTH);
          default -> 0;
        };
    int padding = cursor.onWire() - length;
    return length >= IPV4_LENGTH && padding >= 0 && padding <= MOST_PADDING;
  }

  /**
   * Reads the header and moves the cursor behind it, and its end to the end of the IP packet.
   *
   * @return false if it is no IP header, or was not captured as a whole
   */
  boolean read(PacketCursor cursor) {
    int version = version(cursor);
    isIpv4 = version == 4;
    return isIpv4 ? readIpv4(cursor) : version == 6 && readIpv6(cursor);
  }

  private boolean readIpv4(PacketCursor cursor) {
    if (!cursor.has(IPV4_LENGTH)) {
      return false;
    }
    int first = cursor.int32(0); // version, header length, type of service, total length
    int headerLength = first >>> 22 & 0x3c;
    if (headerLength < IPV4_LENGTH || !cursor.has(headerLength)) {
      return false;
    }
    source0 = cursor.int64(IPV4_ADDRESSES);
    protocol = cursor.uint8(IPV4_PROTOCOL);
    isLaterFragment = (cursor.uint16(IPV4_FRAGMENT) & IPV4_FRAGMENT_OFFSET_MASK) != 0;
    int totalLength = first & 0xffff;
    if (isIpv4Length(totalLength, headerLength, cursor.onWire())) {
      cursor.endAfter(totalLength);
    }
    cursor.skip(headerLength);
    return true;
  }

  private boolean readIpv6(PacketCursor cursor) {
    if (!cursor.has(IPV6_LENGTH)) {
      return false;
    }
    source0 = cursor.int64(IPV6_SOURCE);
    source1 = cursor.int64(IPV6_SOURCE + Long.BYTES);
    target0 = cursor.int64(IPV6_TARGET);
    target1 = cursor.int64(IPV6_TARGET + Long.BYTES);
    protocol = cursor.uint8(IPV6_NEXT_HEADER);
    isLaterFragment = false;
    int payloadLength = cursor.uint16(IPV6_PAYLOAD_LENGTH);
    cursor.skip(IPV6_LENGTH);
    if (isIpv6Length(payloadLength, cursor.onWire())) {
      cursor.endAfter(payloadLength);
    }
    return readExtensions(cursor);
  }

  private boolean readExtensions(PacketCursor cursor) {
    for (int headers = 0; IpProtocol.isExtension(protocol) && !isLaterFragment; headers++) {
      if (!cursor.has(EXTENSION_LENGTH) || headers == MAX_EXTENSION_HEADERS) {
        return false;
      }
      int next = cursor.uint8(0);
      if (protocol == IpProtocol.FRAGMENT) {
        isLaterFragment = (cursor.uint16(2) & IPV6_FRAGMENT_OFFSET_MASK) != 0;
      }
      cursor.skip(extensionLength(protocol, cursor.uint8(1)));
      protocol = next;
    }
    return cursor.has(0);
  }

  /** The length stands in units of 8 bytes, of 4 for authentication (RFC 4302), and is fixed. */
  private static int extensionLength(int protocol, int units) {
    return switch (protocol) {
      case IpProtocol.FRAGMENT -> EXTENSION_LENGTH;
      case IpProtocol.AUTHENTICATION -> (units + 2) * 4;
      default -> (units + 1) * 8;
    };
  }
}
