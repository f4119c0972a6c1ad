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
  static final int QINQ = 0x88a8;
  static final int QINQ_OLD = 0x9100;

  private EtherType() {}
}
