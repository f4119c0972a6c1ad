package org.gotm.core.packet;

/**
 * The header above IP: ports, payload length, TCP's flags, the identifier of an ICMP echo, the SPI
 * of ESP. A step of the decoder, and what it found in the header last read. One thread.
 */
final class TransportHeader {
  static final int UDP_LENGTH = 8;

  /** Where TCP has its header length and flags, 2 bytes. */
  static final int TCP_TAIL = 12;

  /** What is to be there of a TCP header so that its flags can be read. */
  static final int TCP_FLAGS_END = 14;

  static final int ICMP_LENGTH = 8;

  private static final int TCP_LENGTH = 20;
  static final int TCP_SEQUENCE = 4;
  static final int TCP_ACKNOWLEDGMENT = 8;
  private static final int PORTS_LENGTH = 4;
  private static final int SCTP_LENGTH = 12;
  private static final int SCTP_TAG = 4;
  private static final int SCTP_INIT_TAG = 16;
  private static final int SCTP_INIT = 1;
  private static final int SCTP_INIT_ACK = 2;
  private static final int SCTP_ABORT = 6;
  private static final int SCTP_SHUTDOWN = 7;
  private static final int SCTP_SHUTDOWN_ACK = 8;
  private static final int SCTP_SHUTDOWN_COMPLETE = 14;
  private static final int ESP_LENGTH = 8;
  private static final int ICMP_IDENTIFIER = 4;
  private static final int ECHO = 8;
  private static final int ECHO_REPLY = 0;
  private static final int ECHO_V6 = 128;
  private static final int ECHO_REPLY_V6 = 129;

  /** Source port in the upper half, target port in the lower; of ESP the SPI (RFC 4303). */
  int ports;

  /** Bytes above this header, on the wire. */
  int payload;

  /** Control bits, as in {@link FlowKeys}. */
  int control;

  /** What {@link FlowKeys#synSequence} is to answer. */
  int synSequence;

  /** ICMP type of an echo, that of the request for a reply too, else 0. */
  int icmpType;

  /** Nothing read yet. */
  TransportHeader() {}

  /** Bytes of a TCP header by its word at {@link #TCP_TAIL}. */
  static int tcpLength(int tail) {
    return Math.max(TCP_LENGTH, tail >>> 10 & 0x3c);
  }

  /** Control bits, of TCP's word at {@link #TCP_TAIL}. */
  static int tcpControl(int tail) {
    return tail & FlowKeys.TCP_FLAGS;
  }

  /** What a SYN opens, or it or RST answers, by TCP's numbers and control bits. */
  static int synSequence(int control, int sequence, int acknowledgment) {
    return (control & FlowKeys.ACK) != 0 ? acknowledgment - 1 : sequence;
  }

  /** Bytes above a header, in an IP packet of this length behind the IP header. */
  static int payload(int length, int headerLength) {
    return Math.max(length - headerLength, 0);
  }

  /**
   * Reads the header at the cursor.
   *
   * @return false if the bytes that are there do not tell the flow
   */
  boolean read(PacketCursor cursor, IpHeader ip) {
    ports = 0;
    control = 0;
    icmpType = 0;
    int headerLength = ip.isLaterFragment ? 0 : readHeader(cursor, ip.protocol);
    payload = payload(cursor.onWire(), headerLength);
    return headerLength >= 0;
  }

  /** Answers the header's length, or -1 if too little of it is there. */
  private int readHeader(PacketCursor cursor, int protocol) {
    return switch (protocol) {
      case IpProtocol.TCP -> readPorts(cursor) ? readTcp(cursor) : -1;
      case IpProtocol.UDP -> readPorts(cursor) ? UDP_LENGTH : -1;
      case IpProtocol.SCTP -> readPorts(cursor) ? readSctp(cursor) : -1;
      case IpProtocol.ESP -> readPorts(cursor) ? ESP_LENGTH : -1;
      case IpProtocol.ICMP -> readIcmp(cursor, ECHO, ECHO_REPLY) ? ICMP_LENGTH : -1;
      case IpProtocol.ICMPV6 -> readIcmp(cursor, ECHO_V6, ECHO_REPLY_V6) ? ICMP_LENGTH : -1;
      default -> 0;
    };
  }

  private boolean readPorts(PacketCursor cursor) {
    if (!cursor.has(PORTS_LENGTH)) {
      return false;
    }
    ports = cursor.int32(0);
    return true;
  }

  private int readTcp(PacketCursor cursor) {
    int tail = cursor.has(TCP_FLAGS_END) ? cursor.uint16(TCP_TAIL) : 0;
    control = tcpControl(tail);
    if ((control & FlowKeys.OPENS_OR_BREAKS) != 0) {
      synSequence =
          synSequence(control, cursor.int32(TCP_SEQUENCE), cursor.int32(TCP_ACKNOWLEDGMENT));
    }
    return tcpLength(tail);
  }

  /**
   * An INIT is SCTP's SYN, its tag the sequence number; the answer has this tag in the common
   * header (RFC 9260, sections 3.1 to 3.3).
   */
  private int readSctp(PacketCursor cursor) {
    if (cursor.has(SCTP_LENGTH + 1)) {
      int chunk = cursor.uint8(SCTP_LENGTH);
      if (chunk == SCTP_INIT && cursor.has(SCTP_INIT_TAG + Integer.BYTES)) {
        control = FlowKeys.SYN;
        synSequence = cursor.int32(SCTP_INIT_TAG);
      } else if (chunk == SCTP_INIT_ACK) {
        control = FlowKeys.SYN | FlowKeys.ACK;
        synSequence = cursor.int32(SCTP_TAG);
      } else {
        control = sctpEnd(chunk);
      }
    }
    return SCTP_LENGTH;
  }

  private static int sctpEnd(int chunk) {
    return switch (chunk) {
      case SCTP_ABORT -> FlowKeys.RST;
      case SCTP_SHUTDOWN, SCTP_SHUTDOWN_ACK, SCTP_SHUTDOWN_COMPLETE -> FlowKeys.FIN;
      default -> 0;
    };
  }

  /** Echo request and reply with the same identifier are one flow; it stands in both ports. */
  private boolean readIcmp(PacketCursor cursor, int echo, int reply) {
    if (!cursor.has(ICMP_LENGTH)) {
      return false;
    }
    int type = cursor.uint8(0);
    if (type == echo || type == reply) {
      int identifier = cursor.uint16(ICMP_IDENTIFIER);
      icmpType = echo;
      ports = identifier << 16 | identifier;
    }
    return true;
  }
}
