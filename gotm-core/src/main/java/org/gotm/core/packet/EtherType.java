package org.gotm.core.packet;

/**
 * EtherTypes (IEEE 802, also used by cooked headers and GRE) that lead to IP, or to its addresses.
 */
final class EtherType {
  /** Smaller values are the length of an IEEE 802.3 frame. */
  static final int LOWEST = 0x0600;

  static final int IPV4 = 0x0800;
  static final int ARP = 0x0806;
  static final int VLAN = 0x8100;
  static final int IPV6 = 0x86dd;
  static final int MPLS = 0x8847;
  static final int MPLS_UPSTREAM = 0x8848;
  static final int PPPOE_SESSION = 0x8864;
  static final int PBB = 0x88e7;
  static final int CMD = 0x8909;
  static final int QINQ = 0x88a8;
  static final int QINQ_OLD = 0x9100;

  /** A whole Ethernet frame, in a tunnel ("transparent Ethernet bridging"). */
  static final int ETHERNET = 0x6558;

  private EtherType() {}

  static boolean isVlan(int type) {
    return type == VLAN || type == QINQ || type == QINQ_OLD;
  }

  /** True for IP, and for all that may lie before it in a frame. */
  static boolean leadsToIp(int type) {
    return switch (type) {
      case IPV4, VLAN, IPV6, MPLS, MPLS_UPSTREAM, PPPOE_SESSION, PBB, CMD, QINQ, QINQ_OLD -> true;
      default -> false;
    };
  }
}
