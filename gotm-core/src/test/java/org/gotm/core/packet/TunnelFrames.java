package org.gotm.core.packet;

import static org.gotm.core.packet.PacketBuilder.packet;

import java.util.List;
import java.util.function.UnaryOperator;

/**
 * Headers of every tunnel in each of its forms, between an outer frame and what it carries. That
 * they are what they are meant to be, tshark says in {@link PacketDecoderTsharkTest}.
 */
final class TunnelFrames {
  static final String OUTER_A = "172.16.0.1";
  static final String OUTER_B = "172.16.0.2";
  static final long MAC_A = 0x02_00_00_00_00_0aL;
  static final long MAC_B = 0x02_00_00_00_00_0bL;

  /** Of a known maker: tshark tells pseudowires by that. */
  private static final long INNER_MAC_A = 0x00_1b_21_00_00_0aL;

  private static final long INNER_MAC_B = 0x00_1b_21_00_00_0bL;

  private TunnelFrames() {}

  /**
   * One form of a tunnel.
   *
   * @param tunnel its kind
   * @param name tells it from the kind's other forms
   * @param headers adds the tunnel's headers to a frame up to the outer IP header, and the inner
   *     Ethernet header if there is one, so that an IPv4 header can follow
   */
  record Form(Tunnel tunnel, String name, UnaryOperator<PacketBuilder> headers) {
    /** The headers of a frame that this tunnel goes in, up to the inner IPv4 header. */
    PacketBuilder frame() {
      return headers.apply(outer());
    }

    private PacketBuilder outer() {
      PacketBuilder ethernet = packet().ethernet(MAC_B, MAC_A);
      return isBelowIp() ? ethernet : ethernet.ipv4(OUTER_A, OUTER_B);
    }

    boolean isBelowIp() {
      return switch (tunnel) {
        case PSEUDOWIRE, CMD, PBB -> true;
        default -> false;
      };
    }

    @Override
    public String toString() {
      return tunnel + " " + name;
    }
  }

  private static Form form(Tunnel tunnel, String name, UnaryOperator<PacketBuilder> headers) {
    return new Form(tunnel, name, headers);
  }

  /** Those that carry IPv4; Teredo carries IPv6 only. */
  static List<Form> all() {
    return List.of(
        form(Tunnel.IPIP, "in IPv4", p -> p.protocol(4)),
        form(Tunnel.GRE, "plain", p -> gre(p, 0)),
        form(Tunnel.GRE, "checksum", p -> gre(p, 0x8000).payload(4)),
        form(Tunnel.GRE, "key", p -> gre(p, 0x2000).bytes(0, 0, 0, 7)),
        form(Tunnel.GRE, "sequence", p -> gre(p, 0x1000).payload(4)),
        form(Tunnel.GRE, "all fields", p -> gre(p, 0xb000).payload(12)),
        form(Tunnel.GRE, "routing", p -> routed(gre(p, 0x4000))),
        form(Tunnel.GRE, "ethernet", p -> ethernet(gre(p, 0).type(0x6558))),
        form(Tunnel.GRE, "NVGRE", p -> ethernet(gre(p, 0x2000).type(0x6558).payload(4))),
        form(Tunnel.GRE, "VLAN", p -> gre(p, 0).vlan(0x8100, 5)),
        form(Tunnel.GRE, "MPLS", p -> gre(p, 0).mpls(20, true)),
        form(Tunnel.GRE, "WCCP", p -> gre(p, 0).type(0x883e)),
        form(Tunnel.GRE, "WCCP 2", p -> gre(p, 0).type(0x883e).bytes(0x80, 1, 2, 3)),
        form(Tunnel.ERSPAN, "I", p -> ethernet(gre(p, 0).type(0x88be))),
        form(Tunnel.ERSPAN, "II", p -> ethernet(erspan2(p))),
        form(Tunnel.ERSPAN, "III", p -> ethernet(erspan3(p, 0))),
        form(Tunnel.ERSPAN, "III platform", p -> ethernet(erspan3(p, 1).payload(8))),
        form(Tunnel.VXLAN, "4789", p -> ethernet(vxlan(p.udp(50000, 4789), 77))),
        form(Tunnel.VXLAN, "from 4789", p -> ethernet(vxlan(p.udp(4789, 50000), 77))),
        form(Tunnel.VXLAN, "8472", p -> ethernet(vxlan(p.udp(50000, 8472), 77))),
        form(Tunnel.VXLAN, "tagged", p -> ethernet(vxlan(p.udp(50000, 4789), 77)).vlan(0x8100, 9)),
        form(Tunnel.VXLAN, "GPE IPv4", p -> gpe(p, 1)),
        form(Tunnel.VXLAN, "GPE ethernet", p -> ethernet(gpe(p, 3))),
        form(Tunnel.GENEVE, "IPv4", p -> geneve(p, 0)),
        form(Tunnel.GENEVE, "options", p -> geneve(p, 3).payload(12)),
        form(Tunnel.GENEVE, "ethernet", p -> ethernet(geneve(p, 0).type(0x6558))),
        form(Tunnel.GENEVE, "both", p -> ethernet(geneve(p, 2).type(0x6558).payload(8))),
        form(Tunnel.GTP, "plain", p -> gtp(p, 0x30, 0)),
        form(Tunnel.GTP, "sequence", p -> gtp(p, 0x32, 0).bytes(0, 9, 0, 0)),
        form(Tunnel.GTP, "extension", p -> gtp(p, 0x34, 0).bytes(0, 0, 0, 0x85, 1, 0x10, 9, 0)),
        form(
            Tunnel.GTP,
            "extensions",
            p -> gtp(p, 0x36, 0).bytes(0, 1, 0, 0xc0, 1, 0, 1, 0x85, 1, 0, 0, 0)),
        form(Tunnel.CAPWAP, "802.3", p -> ethernet(capwap(p, 2, 0).payload(4))),
        form(Tunnel.CAPWAP, "802.11", p -> wireless(capwap(p, 4, 0x100).payload(12), 0x08, 1, 24)),
        form(Tunnel.CAPWAP, "swapped", p -> wireless(capwap(p, 2, 0x100).payload(4), 1, 0x08, 24)),
        form(Tunnel.CAPWAP, "QoS", p -> wireless(capwap(p, 2, 0x100).payload(4), 0x88, 1, 26)),
        form(Tunnel.CAPWAP, "WDS", p -> wireless(capwap(p, 2, 0x100).payload(4), 0x08, 3, 30)),
        form(Tunnel.PSEUDOWIRE, "control word", p -> ethernet(p.mpls(30, true).payload(4))),
        form(Tunnel.PSEUDOWIRE, "two labels", p -> ethernet(p.mpls(9, false).mpls(30, true))),
        form(Tunnel.PSEUDOWIRE, "tagged", p -> ethernet(p.mpls(30, true)).vlan(0x8100, 8)),
        form(Tunnel.CMD, "one option", p -> p.type(0x8909).bytes(1, 1, 0, 1, 0, 5).typeField()),
        form(Tunnel.CMD, "tagged", p -> metadata(p.vlan(0x8100, 3))),
        form(Tunnel.PBB, "plain", p -> ethernet(p.type(0x88e7).bytes(0, 1, 2, 3))),
        form(Tunnel.PBB, "tagged", p -> ethernet(backbone(p.vlan(0x88a8, 4))).vlan(0x8100, 6)));
  }

  static PacketBuilder ethernet(PacketBuilder p) {
    return p.ethernet(INNER_MAC_A, INNER_MAC_B);
  }

  static PacketBuilder gre(PacketBuilder p, int flags) {
    return p.protocol(47).bytes(flags >>> 8, flags & 0xff).typeField();
  }

  private static PacketBuilder routed(PacketBuilder gre) {
    return gre.payload(4).bytes(8, 0, 4, 8).payload(8).payload(4);
  }

  static PacketBuilder erspan2(PacketBuilder p) {
    return gre(p, 0x1000).type(0x88be).payload(4).bytes(0x10, 5, 0, 9).payload(4);
  }

  private static PacketBuilder erspan3(PacketBuilder p, int platform) {
    return gre(p, 0x1000)
        .type(0x22eb)
        .payload(4)
        .bytes(0x20, 5, 0, 9)
        .payload(4)
        .payload(2)
        .bytes(0, platform);
  }

  static PacketBuilder vxlan(PacketBuilder udp, int vni) {
    return udp.bytes(8, 0, 0, 0, vni >>> 16, vni >>> 8, vni, 0);
  }

  static PacketBuilder gpe(PacketBuilder p, int next) {
    return p.udp(50000, 4790).bytes(0x0c, 0, 0, next, 0, 0, 77, 0);
  }

  static PacketBuilder geneve(PacketBuilder p, int optionWords) {
    return p.udp(50000, 6081).bytes(optionWords, 0).typeField().bytes(0, 0, 77, 0);
  }

  static PacketBuilder gtp(PacketBuilder p, int flags, int teid) {
    return p.udp(2152, 2152)
        .bytes(flags, 255)
        .lengthField(4)
        .bytes(teid >>> 24, teid >>> 16, teid >>> 8, teid);
  }

  /** The first 4 bytes of CAPWAP's header, and the fragment's fields. */
  static PacketBuilder capwap(PacketBuilder p, int words, int flags) {
    int head = words << 19 | 1 << 14 | 1 << 9 | flags;
    return p.udp(50000, 5247).bytes(0, head >>> 16, head >>> 8, head);
  }

  static PacketBuilder wireless(PacketBuilder p, int first, int second, int length) {
    return p.bytes(first, second).payload(length - 2).bytes(0xaa, 0xaa, 3, 0, 0, 0).typeField();
  }

  private static PacketBuilder metadata(PacketBuilder p) {
    return p.type(0x8909).bytes(1, 1, 0, 1, 0, 5).typeField();
  }

  private static PacketBuilder backbone(PacketBuilder p) {
    return p.type(0x88e7).bytes(0, 1, 2, 3);
  }
}
