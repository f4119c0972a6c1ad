package org.gotm.core.packet;

/**
 * Hears of the headers of a packet as {@link PacketHeaders} comes to them, from the outermost to
 * the innermost. What a packet has several of, such as tags and IP headers, is told several times.
 * One thread.
 */
public interface HeaderVisitor {
  /** A packet begins; what is told until the next one is of it. */
  default void packet() {}

  /**
   * The outermost Ethernet header.
   *
   * @param source the sender's MAC address, in the lower 48 bits
   * @param target the receiver's
   */
  default void ethernet(long source, long target) {}

  /**
   * The EtherType of the outermost frame behind its tags.
   *
   * @param type 0 for an IEEE 802.3 length
   */
  default void etherType(int type) {}

  /**
   * A VLAN tag, also one that the kernel took out.
   *
   * @param id 0 for a tag that has but a priority
   */
  default void vlan(int id) {}

  /** A label of an MPLS stack, 20 bits. */
  default void label(int label) {}

  /** A tunnel that the packet goes on in, whose header was told last. */
  default void tunnel(Tunnel kind) {}

  /** What a tunnel calls its network: VNI of VXLAN and GENEVE, key of GRE, TEID of GTP. */
  default void vni(int vni) {}

  /** An IPv4 header; addresses are the four bytes, the first one the highest. */
  default void ipv4(int source, int target, int protocol) {}

  /** An IPv6 header with the protocol behind its extension headers. */
  default void ipv6(long source0, long source1, long target0, long target1, int protocol) {}

  /** The ports of TCP, UDP or SCTP, above the IP header that was told last. */
  default void ports(int source, int target) {}

  /** An ICMP or ICMPv6 message, above the IP header that was told last. */
  default void icmp(int type, int code) {}

  /** An ARP message about IPv4 addresses. */
  default void arp(int sender, int target) {}
}
