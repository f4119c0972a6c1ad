package org.gotm.core.packet;

import java.util.List;

/**
 * The tunnels that the decoder looks into for the packet that they carry. Those that go over UDP
 * are known by their port, whichever end has it.
 */
public enum Tunnel {
  /** IPv4 or IPv6 in IP: protocols 4 and 41 (RFC 2003, 2473, 4213). */
  IPIP,

  /** Generic Routing Encapsulation, NVGRE and WCCP with it (RFC 2784, 2890, 7637). */
  GRE,

  /** Mirrored frames in GRE: ERSPAN, types I to III. */
  ERSPAN,

  /**
   * VXLAN and VXLAN-GPE (RFC 7348), whose ports are 4789, 4790, and 8472 from before there was one.
   */
  VXLAN(4789, 4790, 8472),

  /** GENEVE (RFC 8926). */
  GENEVE(6081),

  /** The user plane of the GPRS tunnelling protocol, version 1 (3GPP TS 29.281). */
  GTP(2152),

  /** IPv6 over UDP through NAT (RFC 4380). */
  TEREDO(3544),

  /** The data channel between access points and their controller (RFC 5415). */
  CAPWAP(5247),

  /** Ethernet frames behind MPLS labels, with and without a control word (RFC 4448). */
  PSEUDOWIRE,

  /** Cisco metadata, EtherType 0x8909: the security group tag of a frame. */
  CMD,

  /** Provider backbone bridges, EtherType 0x88e7: Ethernet in Ethernet (IEEE 802.1ah). */
  PBB;

  private final List<Integer> ports;

  Tunnel(Integer... ports) {
    this.ports = List.of(ports);
  }

  /** The UDP ports that it is known by without being told; none if it does not go over UDP. */
  public List<Integer> ports() {
    return ports;
  }

  /** True if it goes over UDP. */
  public boolean isOverUdp() {
    return !ports.isEmpty();
  }
}
