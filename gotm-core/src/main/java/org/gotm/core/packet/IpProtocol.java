package org.gotm.core.packet;

/** IP protocol numbers, as IANA lists them. */
public final class IpProtocol {
  /** Internet Control Message Protocol (RFC 792). */
  public static final int ICMP = 1;

  /** Transmission Control Protocol (RFC 9293). */
  public static final int TCP = 6;

  /** User Datagram Protocol (RFC 768). */
  public static final int UDP = 17;

  /** ICMP for IPv6 (RFC 4443). */
  public static final int ICMPV6 = 58;

  /** Stream Control Transmission Protocol (RFC 9260). */
  public static final int SCTP = 132;

  static final int IPV4 = 4;
  static final int IPV6 = 41;
  static final int GRE = 47;
  static final int HOP_BY_HOP = 0;
  static final int ROUTING = 43;
  static final int FRAGMENT = 44;
  static final int ESP = 50;
  static final int AUTHENTICATION = 51;
  static final int DESTINATION = 60;
  static final int MOBILITY = 135;
  static final int HIP = 139;
  static final int SHIM6 = 140;

  private static final int TCP_AND_UDP = 1 << TCP | 1 << UDP;

  private IpProtocol() {}

  /** The name that flows are shown with, which is the number for a protocol without one here. */
  public static String nameOf(int protocol) {
    return switch (protocol) {
      case ICMP -> "ICMPv4";
      case TCP -> "TCP";
      case UDP -> "UDP";
      case ICMPV6 -> "ICMPv6";
      case SCTP -> "SCTP";
      default -> Integer.toString(protocol);
    };
  }

  /** True if its header begins with two ports, and they tell its flows apart. */
  public static boolean hasPorts(int protocol) {
    return switch (protocol) {
      case TCP, UDP, SCTP -> true;
      default -> false;
    };
  }

  /** True for ICMP of either version of IP. */
  public static boolean isIcmp(int protocol) {
    return protocol == ICMP || protocol == ICMPV6;
  }

  static boolean isTcpOrUdp(int protocol) {
    return (protocol & ~31) == 0 && (TCP_AND_UDP >>> protocol & 1) != 0;
  }

  /** All ones for TCP, 0 for any other protocol; no branch. */
  static int ifTcp(int protocol) {
    return (protocol ^ TCP) - 1 >> 31;
  }

  /** True for an IPv6 extension header, behind which another header follows. */
  static boolean isExtension(int protocol) {
    return switch (protocol) {
      case HOP_BY_HOP, ROUTING, FRAGMENT, AUTHENTICATION, DESTINATION, MOBILITY, HIP, SHIM6 -> true;
      default -> false;
    };
  }
}
