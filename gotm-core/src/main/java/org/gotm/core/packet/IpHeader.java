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

  private static final int IPV4_ID = 4;
  private static final int MOST_PADDING = 64;
  private static final int IPV4_FRAGMENT = 6;
  private static final int IPV4_FRAGMENT_OFFSET_MASK = 0x1fff;
  private static final int IPV4_MORE_FRAGMENTS = 0x2000;
  private static final int IPV6_PAYLOAD_LENGTH = 4;
  private static final int IPV6_NEXT_HEADER = 6;
  private static final int EXTENSION_LENGTH = 8;
  private static final int IPV6_FRAGMENT_OFFSET_MASK = 0xfff8;
  private static final int IPV6_MORE_FRAGMENTS = 1;
  private static final int IPV6_FRAGMENT_ID = 4;
  private static final int MAX_EXTENSION_HEADERS = 16;

  /** True for IPv4, whose two addresses are both in {@link #source0}; the other words are 0. */
  boolean isIpv4;

  long source0;
  long source1;
  long target0;
  long target1;

  /** Number of the protocol above. */
  int protocol;

  /** True for a fragment but the first, which has no transport header. */
  boolean isLaterFragment;

  /** True for the first of several fragments. */
  boolean isFirstFragment;

  /**
   * Of a fragment, what all fragments of its packet have in common besides the addresses, never 0:
   * identification in the upper half, protocol and version in the lower. IPv6 has no one protocol.
   */
  long fragmentId;

  /** Where a fragment begins in its packet, in bytes. */
  int fragmentOffset;

  /** Bytes of the packet that are in a fragment. */
  int fragmentLength;

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
    source1 = 0;
    target0 = 0;
    target1 = 0;
    protocol = cursor.uint8(IPV4_PROTOCOL);
    int id = cursor.uint16(IPV4_ID);
    int fragment = cursor.uint16(IPV4_FRAGMENT);
    int totalLength = first & 0xffff;
    if (isIpv4Length(totalLength, headerLength, cursor.onWire())) {
      cursor.endAfter(totalLength);
    }
    cursor.skip(headerLength);
    fragmentId = (long) id << 32 | protocol << 8 | 4;
    fragmentLength = cursor.onWire();
    setFragment((fragment & IPV4_FRAGMENT_OFFSET_MASK) << 3, (fragment & IPV4_MORE_FRAGMENTS) != 0);
    return readExtensions(cursor);
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
    setFragment(0, false);
    int payloadLength = cursor.uint16(IPV6_PAYLOAD_LENGTH);
    cursor.skip(IPV6_LENGTH);
    if (isIpv6Length(payloadLength, cursor.onWire())) {
      cursor.endAfter(payloadLength);
    }
    return readExtensions(cursor);
  }

  private boolean readExtensions(PacketCursor cursor) {
    for (int headers = 0; isExtension() && !isLaterFragment; headers++) {
      if (!cursor.has(EXTENSION_LENGTH) || headers == MAX_EXTENSION_HEADERS) {
        return false;
      }
      int next = cursor.uint8(0);
      if (protocol == IpProtocol.FRAGMENT) {
        readFragment(cursor);
      }
      cursor.skip(extensionLength(protocol, cursor.uint8(1)));
      protocol = next;
    }
    return cursor.has(0);
  }

  private void readFragment(PacketCursor cursor) {
    int fragment = cursor.uint16(2);
    fragmentId = (long) cursor.int32(IPV6_FRAGMENT_ID) << 32 | 6;
    fragmentLength = cursor.onWire() - EXTENSION_LENGTH;
    setFragment(fragment & IPV6_FRAGMENT_OFFSET_MASK, (fragment & IPV6_MORE_FRAGMENTS) != 0);
  }

  private void setFragment(int offset, boolean more) {
    fragmentOffset = offset;
    isLaterFragment = offset != 0;
    isFirstFragment = offset == 0 && more;
  }

  /** Over IPv4 authentication alone is what it is over IPv6: a header between others. */
  private boolean isExtension() {
    return isIpv4 ? protocol == IpProtocol.AUTHENTICATION : IpProtocol.isExtension(protocol);
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
