package org.gotm.core.packet;

/**
 * An ICMP message that is about something else than the two ends of its own packet: an error, about
 * the flow that it quotes, or neighbour discovery, about an address. A step of the decoder, and the
 * quote last read. One thread.
 *
 * <p>Errors are RFC 792 and RFC 4443, neighbour discovery is RFC 4861.
 */
final class IcmpMessage {
  /** Answer of {@link #read}: the key is made of the packet's own headers. */
  static final int OWN = 0;

  /** Answer of {@link #read}: the key is made of {@link #ip} and {@link #transport}. */
  static final int QUOTE = 1;

  /** Answer of {@link #read}: too little was captured to tell. */
  static final int UNKNOWN = -1;

  private static final int ERRORS = 1 << 3 | 1 << 4 | 1 << 5 | 1 << 11 | 1 << 12;
  private static final int ERRORS_V6 = 1 << 1 | 1 << 2 | 1 << 3 | 1 << 4;
  private static final int NEIGHBOUR_SOLICITATION = 135;
  private static final int NEIGHBOUR_ADVERTISEMENT = 136;
  private static final int NEIGHBOUR = 8;
  private static final int NEIGHBOUR_END = 24;

  /** The IP header quoted. */
  final IpHeader ip = new IpHeader();

  /** The header above it, with the payload of the packet that quotes, never with flags of TCP. */
  final TransportHeader transport = new TransportHeader();

  /** Nothing read yet. */
  IcmpMessage() {}

  /**
   * Reads the message at the cursor, if it is one. What neighbour discovery is about takes the
   * place of an address in the header around it.
   *
   * @param around header that the cursor is behind
   * @param payload bytes above the ICMP header, on the wire
   */
  int read(PacketCursor cursor, IpHeader around, int payload) {
    if (around.isLaterFragment) {
      return OWN;
    }
    return switch (around.protocol) {
      case IpProtocol.ICMP ->
          isOneOf(ERRORS, cursor.uint8(0)) ? readQuote(cursor, around, payload) : OWN;
      case IpProtocol.ICMPV6 -> readV6(cursor, around, payload);
      default -> OWN;
    };
  }

  private int readV6(PacketCursor cursor, IpHeader around, int payload) {
    int type = cursor.uint8(0);
    if (isOneOf(ERRORS_V6, type)) {
      return readQuote(cursor, around, payload);
    }
    boolean isSolicitation = type == NEIGHBOUR_SOLICITATION;
    if (around.isIpv4 || !isSolicitation && type != NEIGHBOUR_ADVERTISEMENT) {
      return OWN;
    }
    cursor.limit();
    if (!cursor.has(NEIGHBOUR_END)) {
      return cursor.isCut() ? UNKNOWN : OWN;
    }
    long neighbour0 = cursor.int64(NEIGHBOUR);
    long neighbour1 = cursor.int64(NEIGHBOUR + Long.BYTES);
    if (isSolicitation) {
      around.target0 = neighbour0;
      around.target1 = neighbour1;
    } else {
      around.source0 = neighbour0;
      around.source1 = neighbour1;
    }
    return OWN;
  }

  /** A quote that breaks off before it tells is no quote, unless it was the capture that cut it. */
  private int readQuote(PacketCursor cursor, IpHeader around, int payload) {
    cursor.skip(TransportHeader.ICMP_LENGTH);
    cursor.limit();
    if (ip.read(cursor)
        && ip.isIpv4 == around.isIpv4
        && !ip.isLaterFragment
        && transport.read(cursor, ip)) {
      transport.payload = payload;
      transport.control = FlowKeys.QUOTES;
      return QUOTE;
    }
    return cursor.isCut() ? UNKNOWN : OWN;
  }

  private static boolean isOneOf(int types, int type) {
    return type < Integer.SIZE && (types >>> type & 1) != 0;
  }
}
