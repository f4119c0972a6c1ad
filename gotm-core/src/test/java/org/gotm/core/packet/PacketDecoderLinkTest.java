package org.gotm.core.packet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.gotm.core.packet.DecodedKey.decode;
import static org.gotm.core.packet.PacketBuilder.ACK;
import static org.gotm.core.packet.PacketBuilder.packet;

import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What stands before IP: every link type, tags, labels and sessions; and frames that are not IP.
 */
class PacketDecoderLinkTest {
  private static final long A = 0x02_00_00_00_00_0aL;
  private static final long B = 0x02_00_00_00_00_0bL;
  private static final long BROADCAST = 0xff_ff_ff_ff_ff_ffL;
  private static final int ARP = 0x0806;

  private static final DecodedKey FLOW = decode(http(packet().ethernet(B, A))).key();

  private static byte[] http(PacketBuilder below) {
    return below.ipv4("10.0.0.1", "10.0.0.2").tcp(1234, 80, ACK).payload(5).build();
  }

  private static byte[] http6(PacketBuilder below) {
    return below.ipv6("2001:db8::1", "2001:db8::2").tcp(1234, 80, ACK).payload(5).build();
  }

  @Test
  void shouldTellFlowWhenFrameIsEthernet() {
    assertThat(FLOW.family()).isEqualTo(FlowKeys.FAMILY_IPV4);
    assertThat(FLOW.protocol()).isEqualTo(6);
    assertThat(FLOW.first()).isEqualTo("10.0.0.1 1234");
    assertThat(FLOW.second()).isEqualTo("10.0.0.2 80");
  }

  @ParameterizedTest
  @ValueSource(ints = {0x8100, 0x88a8, 0x9100})
  void shouldTellSameFlowWhenTagged(int tpid) {
    byte[] tagged = http(packet().ethernet(B, A).vlan(tpid, 7));

    assertThat(decode(tagged).key()).isEqualTo(FLOW);
    assertThat(decode(tagged).payloadLength()).isEqualTo(5);
  }

  @Test
  void shouldTellSameFlowWhenTagsAreStacked() {
    byte[] stacked =
        http(
            packet()
                .ethernet(B, A)
                .vlan(0x88a8, 1)
                .vlan(0x9100, 2)
                .vlan(0x8100, 3)
                .vlan(0x8100, 4));

    assertThat(decode(stacked).key()).isEqualTo(FLOW);
  }

  @Test
  void shouldNotDecodeWhenTagsNeverEnd() {
    PacketBuilder endless = packet().ethernet(B, A);
    for (int i = 0; i < 300; i++) {
      endless.vlan(0x8100, i);
    }

    assertThat(decode(endless.type(0x8100).build()).key().isDecoded()).isFalse();
  }

  @Test
  void shouldTellFlowWhenBehindMplsLabels() {
    PacketBuilder labels = packet().ethernet(B, A).mpls(16, false).mpls(17, false).mpls(18, true);

    assertThat(decode(http(labels)).key()).isEqualTo(FLOW);
  }

  @Test
  void shouldTellFlowWhenBehindUpstreamMplsLabel() {
    byte[] frame = http(packet().ethernet(B, A).mpls(16, true));
    frame[13] = 0x48;

    assertThat(decode(frame).key()).isEqualTo(FLOW);
  }

  @Test
  void shouldTellIpv6FlowWhenBehindMplsLabel() {
    byte[] frame = http6(packet().ethernet(B, A).mpls(16, true));

    assertThat(decode(frame).key()).isEqualTo(decode(http6(packet().ethernet(B, A))).key());
  }

  @Test
  void shouldUseAddressesWhenMplsCarriesSomethingElse() {
    byte[] frame = packet().ethernet(B, A).mpls(16, true).bytes(0, 0, 0, 1).payload(40).build();

    assertThat(decode(frame).key().family()).isEqualTo(FlowKeys.FAMILY_MAC);
    assertThat(decode(frame).key().etherType()).isEqualTo(0x8847);
  }

  @Test
  void shouldTellFlowWhenInPppoeSession() {
    assertThat(decode(http(packet().ethernet(B, A).pppoe(9))).key()).isEqualTo(FLOW);
  }

  @Test
  void shouldTellIpv6FlowWhenInPppoeSessionBehindTags() {
    byte[] frame = http6(packet().ethernet(B, A).vlan(0x88a8, 1).vlan(0x8100, 2).pppoe(9));

    assertThat(decode(frame).key()).isEqualTo(decode(http6(packet().ethernet(B, A))).key());
  }

  @Test
  void shouldTellFlowWhenPppProtocolIsCompressedToOneByte() {
    byte[] ip = http(packet());
    PacketBuilder pppoe = packet().ethernet(B, A).type(0x8864).bytes(0x11, 0, 0, 9, 0, 46, 0x21);
    for (byte value : ip) {
      pppoe.bytes(value);
    }

    assertThat(decode(pppoe.build()).key()).isEqualTo(FLOW);
  }

  @Test
  void shouldUseAddressesWhenPppoeSessionCarriesControlProtocol() {
    byte[] linkControl = packet().ethernet(B, A).pppoe(9).type(0xc021).payload(20).build();

    assertThat(decode(linkControl).key().family()).isEqualTo(FlowKeys.FAMILY_MAC);
    assertThat(decode(linkControl).key().etherType()).isEqualTo(0x8864);
  }

  @ParameterizedTest
  @ValueSource(ints = {LinkType.RAW, LinkType.IPV4})
  void shouldTellFlowWhenPacketIsRawIpv4(int linkType) {
    assertThat(decode(linkType, http(packet())).key()).isEqualTo(FLOW);
  }

  @ParameterizedTest
  @ValueSource(ints = {LinkType.RAW, LinkType.IPV6})
  void shouldTellFlowWhenPacketIsRawIpv6(int linkType) {
    assertThat(decode(linkType, http6(packet())).key())
        .isEqualTo(decode(http6(packet().ethernet(B, A))).key());
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 0x0200_0000})
  void shouldTellFlowWhenFamilyIsInEitherByteOrder(int family) {
    byte[] frame = http(packet().loopback(family));

    assertThat(decode(LinkType.NULL, frame).key()).isEqualTo(FLOW);
    assertThat(decode(LinkType.LOOP, frame).key()).isEqualTo(FLOW);
  }

  @ParameterizedTest
  @ValueSource(ints = {10, 24, 28, 30, 0x1e00_0000})
  void shouldTellIpv6FlowWhateverFamilyTheSystemUses(int family) {
    assertThat(decode(LinkType.NULL, http6(packet().loopback(family))).key())
        .isEqualTo(decode(http6(packet().ethernet(B, A))).key());
  }

  @Test
  void shouldTellFlowWhenCooked() {
    assertThat(decode(LinkType.LINUX_SLL, http(packet().sll(A))).key()).isEqualTo(FLOW);
    assertThat(decode(LinkType.LINUX_SLL2, http(packet().sll2(A))).key()).isEqualTo(FLOW);
  }

  @Test
  void shouldTellFlowWhenCookedAndTagged() {
    assertThat(decode(LinkType.LINUX_SLL, http(packet().sll(A).vlan(0x8100, 7))).key())
        .isEqualTo(FLOW);
    assertThat(decode(LinkType.LINUX_SLL2, http(packet().sll2(A).vlan(0x88a8, 7))).key())
        .isEqualTo(FLOW);
  }

  @Test
  void shouldTellFlowWhenCookedPppoeOrMpls() {
    assertThat(decode(LinkType.LINUX_SLL, http(packet().sll(A).pppoe(9))).key()).isEqualTo(FLOW);
    assertThat(decode(LinkType.LINUX_SLL2, http(packet().sll2(A).mpls(16, true))).key())
        .isEqualTo(FLOW);
  }

  @Test
  void shouldKeyCookedFrameBySenderAndProtocolWhenNotIp() {
    DecodedKey a = decode(LinkType.LINUX_SLL, packet().sll(A).type(ARP).payload(28).build()).key();
    DecodedKey b = decode(LinkType.LINUX_SLL, packet().sll(B).type(ARP).payload(28).build()).key();

    assertThat(a.family()).isEqualTo(FlowKeys.FAMILY_MAC);
    assertThat(a.etherType()).isEqualTo(ARP);
    assertThat(a).isNotEqualTo(b);
  }

  @Test
  void shouldKeyByAddressPairAndTypeWhenNotIp() {
    DecodedKey arp = decode(packet().ethernet(A, B).type(ARP).payload(28).build()).key();

    assertThat(arp.family()).isEqualTo(FlowKeys.FAMILY_MAC);
    assertThat(arp.etherType()).isEqualTo(ARP);
    assertThat(arp.first()).startsWith("02000000000a");
    assertThat(arp.second()).startsWith("02000000000b");
  }

  @Test
  void shouldBeOneFlowInBothDirectionsWhenNotIp() {
    DecodedKey request = decode(packet().ethernet(A, B).type(ARP).payload(28).build()).key();
    DecodedKey reply = decode(packet().ethernet(B, A).type(ARP).payload(28).build()).key();

    assertThat(request).isEqualTo(reply);
  }

  @Test
  void shouldNotShareFlowWhenTypeOrAddressDiffers() {
    DecodedKey arp = decode(packet().ethernet(A, B).type(ARP).payload(28).build()).key();
    DecodedKey lldp = decode(packet().ethernet(A, B).type(0x88cc).payload(28).build()).key();
    DecodedKey toAll = decode(packet().ethernet(BROADCAST, B).type(ARP).payload(28).build()).key();

    assertThat(arp).isNotEqualTo(lldp).isNotEqualTo(toAll);
  }

  @Test
  void shouldUseTypeBehindTagsWhenNotIp() {
    DecodedKey tagged =
        decode(packet().ethernet(A, B).vlan(0x8100, 7).type(ARP).payload(28).build()).key();

    assertThat(tagged)
        .isEqualTo(decode(packet().ethernet(A, B).type(ARP).payload(28).build()).key());
  }

  @Test
  void shouldBeOneFlowWhateverLengthWhenFrameIsIeee8023() {
    DecodedKey shorter = decode(packet().ethernet(A, B).type(38).payload(38).build()).key();
    DecodedKey longer = decode(packet().ethernet(A, B).type(1500).payload(1500).build()).key();

    assertThat(shorter).isEqualTo(longer);
    assertThat(shorter.etherType()).isZero();
  }

  @Test
  void shouldCountBytesAfterTheTypeAsPayloadWhenNotIp() {
    byte[] frame = packet().ethernet(A, B).vlan(0x8100, 7).type(ARP).payload(28).build();

    assertThat(decode(frame).payloadLength()).isEqualTo(28);
  }

  @Test
  void shouldNotDecodeWhenLinkTypeIsUnknown() {
    assertThat(decode(127, http(packet().ethernet(B, A))).key().isDecoded()).isFalse();
  }

  @Test
  void shouldNotDecodeWhenRawPacketIsNeitherIpv4NorIpv6() {
    byte[] packet = http(packet());
    packet[0] = 0x50;

    assertThat(decode(LinkType.RAW, packet).key().isDecoded()).isFalse();
  }

  @Test
  void shouldNotDecodeWhenNothingWasCaptured() {
    for (int linkType : new int[] {0, 1, 101, 108, 113, 228, 229, 276}) {
      assertThat(decode(linkType, false, new byte[0], 60).key().isDecoded()).isFalse();
    }
  }

  @Test
  void shouldNotTakeCutOffMplsOrPppoeForSomethingThatIsNotIp() {
    byte[] mpls = Arrays.copyOf(http(packet().ethernet(B, A).mpls(16, true)), 17);
    byte[] pppoe = Arrays.copyOf(http(packet().ethernet(B, A).pppoe(9)), 20);

    assertThat(decode(LinkType.ETHERNET, false, mpls, 60).key().isDecoded()).isFalse();
    assertThat(decode(LinkType.ETHERNET, false, pppoe, 60).key().isDecoded()).isFalse();
  }
}
