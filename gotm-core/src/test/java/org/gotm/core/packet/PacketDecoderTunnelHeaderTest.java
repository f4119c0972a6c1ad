package org.gotm.core.packet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.gotm.core.packet.DecodedKey.decode;
import static org.gotm.core.packet.PacketBuilder.ACK;
import static org.gotm.core.packet.PacketBuilder.packet;
import static org.gotm.core.packet.TunnelFrames.OUTER_A;
import static org.gotm.core.packet.TunnelFrames.OUTER_B;

import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Tunnel headers that are not what they seem, and those that only some tunnels have. */
class PacketDecoderTunnelHeaderTest {
  private static final String A = "10.0.0.1";
  private static final String B = "10.0.0.2";
  private static final String A6 = "2001:db8::1";
  private static final String B6 = "2001:db8::2";

  private static final DecodedKey FLOW =
      decode(packet().ethernet(1, 2).ipv4(A, B).tcp(1234, 80, ACK).build()).key();
  private static final DecodedKey FLOW6 =
      decode(packet().ethernet(1, 2).ipv6(A6, B6).udp(9, 10).build()).key();

  /** What is wrong, and a frame with it whose inner packet is none. */
  static final Map<String, PacketBuilder> WRONG = wrong();

  static final Set<String> WRONGS = WRONG.keySet();

  private static PacketBuilder outer() {
    return packet().ethernet(1, 2).ipv4(OUTER_A, OUTER_B);
  }

  private static Map<String, PacketBuilder> wrong() {
    Map<String, PacketBuilder> wrong = new TreeMap<>();
    wrong.put("IPv5 in IP", outer().protocol(4).bytes(0x55));
    wrong.put("IPv4 in protocol 41", outer().protocol(41));
    wrong.put("GRE version 1", TunnelFrames.gre(outer(), 0x2001).payload(4));
    wrong.put(
        "GRE routing without an end",
        TunnelFrames.gre(outer(), 0x4000).payload(4).bytes(8, 0, 0, 0));
    wrong.put("GRE of NHRP", TunnelFrames.gre(outer(), 0).type(0x2001));
    wrong.put("GRE of IPv6 that is IPv4", TunnelFrames.gre(outer(), 0).type(0x86dd));
    wrong.put(
        "ERSPAN II version 2",
        ethernet(TunnelFrames.gre(outer(), 0x1000).type(0x88be).payload(4).bytes(0x20).payload(7)));
    wrong.put(
        "ERSPAN III version 1",
        ethernet(
            TunnelFrames.gre(outer(), 0x1000).type(0x22eb).payload(4).bytes(0x10).payload(11)));
    wrong.put(
        "ERSPAN III of another kind",
        ethernet(
            TunnelFrames.gre(outer(), 0x1000)
                .type(0x22eb)
                .payload(4)
                .bytes(0x20)
                .payload(9)
                .bytes(0x04, 0)));
    wrong.put("VXLAN without VNI", ethernet(outer().udp(1, 4789).payload(8)));
    wrong.put("VXLAN-GPE of NSH", TunnelFrames.gpe(outer(), 4));
    wrong.put(
        "GENEVE version 1", ethernet(outer().udp(1, 6081).bytes(0x40, 0, 0x65, 0x58, 0, 0, 1, 0)));
    wrong.put("GTP version 2", TunnelFrames.gtp(outer(), 0x50, 1));
    wrong.put("GTP'", TunnelFrames.gtp(outer(), 0x20, 1));
    wrong.put("GTP echo", outer().udp(2152, 2152).bytes(0x30, 1, 0, 40, 0, 0, 0, 0));
    wrong.put(
        "GTP extension of no length", TunnelFrames.gtp(outer(), 0x34, 1).bytes(0, 0, 0, 1, 0));
    wrong.put("Teredo of IPv4", outer().udp(3544, 1));
    wrong.put("CAPWAP in DTLS", ethernet(outer().udp(1, 5247).bytes(1, 0x10, 2, 0).payload(4)));
    wrong.put("CAPWAP too short", ethernet(TunnelFrames.capwap(outer(), 1, 0).payload(4)));
    wrong.put("CAPWAP keep-alive", ethernet(TunnelFrames.capwap(outer(), 2, 8).payload(4)));
    wrong.put(
        "CAPWAP later fragment", ethernet(TunnelFrames.capwap(outer(), 2, 0x80).bytes(0, 1, 0, 8)));
    wrong.put(
        "CAPWAP of 802.11 management",
        TunnelFrames.wireless(TunnelFrames.capwap(outer(), 2, 0x100).payload(4), 0x80, 0, 24));
    wrong.put(
        "CAPWAP of encrypted 802.11",
        TunnelFrames.wireless(TunnelFrames.capwap(outer(), 2, 0x100).payload(4), 0x08, 0x41, 24));
    return wrong;
  }

  private static PacketBuilder ethernet(PacketBuilder p) {
    return TunnelFrames.ethernet(p);
  }

  @ParameterizedTest
  @FieldSource("WRONGS")
  void shouldTellFlowOfTheEndsWhenTheHeaderIsWrong(String wrong) {
    byte[] frame = WRONG.get(wrong).ipv4(A, B).tcp(1234, 80, ACK).build();
    FlowKeyOptions none = FlowKeyOptions.defaults().withTunnels(TunnelOptions.none());

    assertThat(decode(frame)).isEqualTo(decode(LinkType.ETHERNET, none, frame, frame.length));
    assertThat(decode(frame).key().first()).startsWith(OUTER_A);
  }

  @Test
  void shouldTellFlowOfTheEndsWhenTheInnerPacketIsDamaged() {
    byte[] frame = TunnelFrames.gre(outer(), 0).ipv4(A, B).tcp(1234, 80, ACK).build();
    frame[14 + 20 + 4] = 0x41;

    assertThat(decode(frame).key().protocol()).isEqualTo(47);
    assertThat(decode(frame).payloadLength()).isEqualTo(4 + 40);
  }

  @Test
  void shouldTellInnerFlowOfTeredo() {
    PacketBuilder plain = outer().udp(3544, 40000);
    PacketBuilder origin = outer().udp(40000, 3544).bytes(0, 0, 1, 2, 3, 4, 5, 6);
    PacketBuilder authentication = outer().udp(3544, 1).bytes(0, 1, 3, 4).payload(7 + 9);
    PacketBuilder both =
        outer().udp(3544, 1).bytes(0, 1, 0, 0).payload(9).bytes(0, 0, 1, 2, 3, 4, 5, 6);

    for (PacketBuilder frame : new PacketBuilder[] {plain, origin, authentication, both}) {
      var decoded = decode(frame.ipv6(A6, B6).udp(9, 10).payload(3).build());
      assertThat(decoded.key()).isEqualTo(FLOW6);
      assertThat(decoded.payloadLength()).isEqualTo(3);
    }
  }

  @Test
  void shouldTellInnerFlowOfIpv6InEveryTunnelThatCarriesIt() {
    for (PacketBuilder frame :
        new PacketBuilder[] {
          TunnelFrames.gre(outer(), 0),
          TunnelFrames.gtp(outer(), 0x30, 5),
          TunnelFrames.geneve(outer(), 1).payload(4),
          TunnelFrames.gpe(outer(), 2),
          ethernet(TunnelFrames.vxlan(outer().udp(1, 4789), 7)),
          ethernet(packet().ethernet(1, 2).mpls(3, true))
        }) {
      assertThat(decode(frame.ipv6(A6, B6).udp(9, 10).build()).key()).isEqualTo(FLOW6);
    }
  }

  @Test
  void shouldTellInnerFlowOfMplsInVxlanGpe() {
    PacketBuilder frame = TunnelFrames.gpe(outer(), 5).bytes(0, 1, 0x11, 64);

    assertThat(decode(frame.ipv4(A, B).tcp(1234, 80, ACK).build()).key()).isEqualTo(FLOW);
  }

  @Test
  void shouldTellInnerFlowOfErspanThatCarriesIp() {
    PacketBuilder frame =
        TunnelFrames.gre(outer(), 0x1000)
            .type(0x22eb)
            .payload(4)
            .bytes(0x20)
            .payload(9)
            .bytes(0x08, 0);

    assertThat(decode(frame.ipv4(A, B).tcp(1234, 80, ACK).build()).key()).isEqualTo(FLOW);
  }

  @ParameterizedTest
  @ValueSource(longs = {0x46_00_01_02_03_04L, 0x6c_00_05_dc_00_14L, 0x60_00_00_00_00_08L})
  void shouldTellInnerFlowOfAPseudowireWhoseAddressLooksLikeIp(long target) {
    PacketBuilder frame =
        packet().ethernet(1, 2).mpls(3, true).ethernet(target, 0x02_00_00_00_00_01L);

    assertThat(decode(frame.ipv4(A, B).tcp(1234, 80, ACK).payload(300).build()).key())
        .isEqualTo(FLOW);
  }

  @Test
  void shouldTellFlowBehindLabelsWhenAnAddressLooksLikeAFrame() {
    DecodedKey key =
        decode(
                packet()
                    .ethernet(1, 2)
                    .mpls(3, true)
                    .ipv4("8.0.69.1", "10.0.0.2")
                    .udp(5, 6)
                    .payload(50)
                    .build())
            .key();

    assertThat(key.first()).isEqualTo("8.0.69.1 5");
  }

  @Test
  void shouldUseAddressesOfTheOuterFrameWhenAPseudowireCarriesSomethingElse() {
    byte[] frame =
        ethernet(packet().ethernet(1, 2).mpls(3, true).payload(4))
            .vlan(0x8100, 4)
            .type(0x0806)
            .payload(28)
            .build();

    assertThat(decode(frame).key().family()).isEqualTo(FlowKeys.FAMILY_MAC);
    assertThat(decode(frame).key().etherType()).isEqualTo(0x8847);
    assertThat(decode(frame).key().first()).startsWith("000000000001");
    assertThat(decode(frame).payloadLength()).isEqualTo(frame.length - 14);
  }

  @Test
  void shouldUseTypeBehindMetadataWhenNotIp() {
    byte[] plain = packet().ethernet(1, 2).type(0x88cc).payload(28).build();
    byte[] tagged =
        packet()
            .ethernet(1, 2)
            .type(0x8909)
            .bytes(1, 1, 0, 1, 0, 5)
            .typeField()
            .type(0x88cc)
            .payload(28)
            .build();

    assertThat(decode(tagged)).isEqualTo(decode(plain));
  }

  @Test
  void shouldNotDecodeWhenFramesInFramesNeverEnd() {
    PacketBuilder endless = packet().ethernet(1, 2);
    for (int i = 0; i < 100; i++) {
      endless = ethernet(endless.mpls(3, true));
    }

    assertThat(decode(endless.ipv4(A, B).udp(1, 2).build()).key().isDecoded()).isFalse();
  }

  @Test
  void shouldBoundInnerPayloadByTheTunnels() {
    byte[] frame = TunnelFrames.gtp(outer(), 0x30, 5).ipv4(A, B).udp(1, 2).payload(100).build();
    frame[14 + 20 + 8 + 2] = 0;
    frame[14 + 20 + 8 + 3] = 48; // GTP says that it ends 20 bytes behind UDP

    assertThat(decode(frame).key().first()).isEqualTo(A + " 1");
    assertThat(decode(frame).payloadLength()).isEqualTo(20);
  }

  @Test
  void shouldLookForATunnelAtFurtherPorts() {
    byte[] frame =
        ethernet(TunnelFrames.vxlan(outer().udp(1, 4444), 7)).ipv4(A, B).tcp(1234, 80, ACK).build();
    TunnelOptions further = TunnelOptions.all().withPort(4444, Tunnel.VXLAN);
    FlowKeyOptions options = FlowKeyOptions.defaults().withTunnels(further);

    assertThat(decode(frame).key().first()).isEqualTo(OUTER_A + " 1");
    assertThat(decode(LinkType.ETHERNET, options, frame, frame.length).key()).isEqualTo(FLOW);
  }
}
