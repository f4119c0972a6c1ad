package org.gotm.core.packet;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.gotm.core.packet.PacketBuilder.ACK;
import static org.gotm.core.packet.PacketBuilder.packet;
import static org.gotm.core.packet.TunnelFrames.OUTER_A;
import static org.gotm.core.packet.TunnelFrames.OUTER_B;

import java.lang.foreign.Arena;
import java.util.EnumSet;
import java.util.Set;
import org.gotm.core.source.PacketBatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Networks that use the same addresses: VLANs, labels, and what tunnels call them. */
class PacketDecoderNetworkTest {
  private static final String A = "10.0.0.1";
  private static final String B = "10.0.0.2";

  private final Arena arena = Arena.ofConfined();
  private FlowKeys keys;

  @AfterEach
  void free() {
    arena.close();
  }

  private static PacketBuilder ethernet() {
    return packet().ethernet(1, 2);
  }

  private static PacketBuilder outer() {
    return ethernet().ipv4(OUTER_A, OUTER_B);
  }

  private static byte[] there(PacketBuilder below) {
    return below.ipv4(A, B).tcp(1234, 80, ACK).payload(20).build();
  }

  private static byte[] back(PacketBuilder below) {
    return below.ipv4(B, A).tcp(80, 1234, ACK).payload(20).build();
  }

  private PacketDecoder decoder(Separator... separators) {
    return decoder(FlowKeyOptions.defaults().withSeparators(Set.of(separators)));
  }

  private PacketDecoder decoder(FlowKeyOptions options) {
    keys = new FlowKeys(2, 42);
    return new PacketDecoder(LinkType.ETHERNET, options, keys);
  }

  /** True if the two packets, one after the other, are of one flow. */
  private boolean isOneFlow(PacketDecoder decoder, byte[] a, byte[] b) {
    return isOneFlow(decoder, a, 0, b, 0);
  }

  private boolean isOneFlow(PacketDecoder decoder, byte[] a, int tagA, byte[] b, int tagB) {
    PacketBatch batch = new PacketBatch(2);
    byte[] both = new byte[a.length + b.length];
    System.arraycopy(a, 0, both, 0, a.length);
    System.arraycopy(b, 0, both, a.length, b.length);
    batch.clear(arena.allocateFrom(JAVA_BYTE, both));
    batch.add(0, a.length, a.length, 0, tagA);
    batch.add(a.length, b.length, b.length, 0, tagB);
    decoder.decode(batch);
    assertThat(keys.meta(0)).isNotZero();
    boolean isOne =
        keys.hash(0) == keys.hash(1)
            && keys.words()[FlowKeys.ADDRESS_0]
                == keys.words()[(1 << FlowKeys.RECORD_SHIFT) + FlowKeys.ADDRESS_0];
    assertThat(isOne).isEqualTo(keys.network(0) == keys.network(1));
    assertThat(keys.key(0)).isEqualTo(keys.key(1));
    return isOne;
  }

  @Test
  void shouldTellVlansApartOnlyWhenAskedTo() {
    byte[] inFive = there(ethernet().vlan(0x8100, 5));
    byte[] inSix = there(ethernet().vlan(0x8100, 6));
    byte[] backInFive = back(ethernet().vlan(0x8100, 0x6005)); // priority 3
    byte[] inNone = there(ethernet());

    assertThat(isOneFlow(decoder(), inFive, inSix)).isTrue();
    assertThat(isOneFlow(decoder(Separator.MPLS, Separator.VNI), inFive, inSix)).isTrue();
    assertThat(isOneFlow(decoder(Separator.VLAN), inFive, inSix)).isFalse();
    assertThat(isOneFlow(decoder(Separator.VLAN), inFive, inNone)).isFalse();
    assertThat(isOneFlow(decoder(Separator.VLAN), inFive, backInFive)).isTrue();
  }

  @Test
  void shouldShowAddressesAsTheyAre() {
    isOneFlow(decoder(Separator.VLAN), there(ethernet().vlan(0x8100, 5)), there(ethernet()));

    assertThat(keys.network(0)).isNotZero();
    assertThat(keys.network(1)).isZero();
    assertThat(keys.key(0).toString())
        .isEqualTo("proto=TCP src=10.0.0.1 sport=1234 dst=10.0.0.2 dport=80");
  }

  @Test
  void shouldTellStackedTagsApartInTheirOrder() {
    byte[] oneTwo = there(ethernet().vlan(0x88a8, 1).vlan(0x8100, 2));
    byte[] twoOne = there(ethernet().vlan(0x88a8, 2).vlan(0x8100, 1));
    byte[] two = there(ethernet().vlan(0x8100, 2));

    assertThat(isOneFlow(decoder(Separator.VLAN), oneTwo, oneTwo)).isTrue();
    assertThat(isOneFlow(decoder(Separator.VLAN), oneTwo, twoOne)).isFalse();
    assertThat(isOneFlow(decoder(Separator.VLAN), oneTwo, two)).isFalse();
  }

  @Test
  void shouldTakeTheTagThatTheKernelTookOutForOneInTheFrame() {
    byte[] untagged = there(ethernet());
    byte[] inFive = there(ethernet().vlan(0x8100, 5));
    byte[] stacked = there(ethernet().vlan(0x8100, 5).vlan(0x8100, 7));
    byte[] inSeven = there(ethernet().vlan(0x8100, 7));
    PacketDecoder decoder = decoder(Separator.VLAN);

    assertThat(isOneFlow(decoder, untagged, 0x8100_0005, inFive, 0)).isTrue();
    assertThat(isOneFlow(decoder, untagged, 0x8100_0006, inFive, 0)).isFalse();
    assertThat(isOneFlow(decoder, inSeven, 0x8100_0005, stacked, 0)).isTrue();
    assertThat(isOneFlow(decoder, untagged, 0x8100_e000, untagged, 0)).isTrue();
    assertThat(isOneFlow(decoder(), untagged, 0x8100_0006, inFive, 0)).isTrue();
  }

  @Test
  void shouldCountTheTagsOfTheInnermostFrameAlone() {
    byte[] plain = there(ethernet().vlan(0x8100, 5));
    byte[] tunnelled =
        there(
            TunnelFrames.ethernet(
                    TunnelFrames.vxlan(
                        ethernet().vlan(0x8100, 9).ipv4(OUTER_A, OUTER_B).udp(1, 4789), 1))
                .vlan(0x8100, 5));
    byte[] routed = there(ethernet().vlan(0x8100, 5).ipv4(OUTER_A, OUTER_B).protocol(4));

    assertThat(isOneFlow(decoder(Separator.VLAN), plain, tunnelled)).isTrue();
    assertThat(isOneFlow(decoder(Separator.VLAN), plain, routed)).isTrue();
  }

  @Test
  void shouldTellFramesApartThatAreNotIp() {
    byte[] inFive = ethernet().vlan(0x8100, 5).type(0x88cc).payload(20).build();
    byte[] inSix = ethernet().vlan(0x8100, 6).type(0x88cc).payload(20).build();

    assertThat(isOneFlow(decoder(), inFive, inSix)).isTrue();
    assertThat(isOneFlow(decoder(Separator.VLAN), inFive, inSix)).isFalse();
  }

  @Test
  void shouldTellIpv6Apart() {
    byte[] inFive = ethernet().vlan(0x8100, 5).ipv6("fe80::1", "fe80::2").udp(1, 2).build();
    byte[] inSix = ethernet().vlan(0x8100, 6).ipv6("fe80::1", "fe80::2").udp(1, 2).build();

    assertThat(isOneFlow(decoder(Separator.VLAN), inFive, inSix)).isFalse();
    assertThat(keys.key(0).firstAddress()).isEqualTo("fe80::1");
  }

  @Test
  void shouldTellBottomLabelsApart() {
    byte[] seven = there(ethernet().mpls(1, false).mpls(7, true));
    byte[] otherPath = there(ethernet().mpls(2, false).mpls(7, true));
    byte[] eight = there(ethernet().mpls(1, false).mpls(8, true));

    assertThat(isOneFlow(decoder(), seven, eight)).isTrue();
    assertThat(isOneFlow(decoder(Separator.MPLS), seven, otherPath)).isTrue();
    assertThat(isOneFlow(decoder(Separator.MPLS), seven, eight)).isFalse();
  }

  @ParameterizedTest
  @ValueSource(strings = {"vxlan", "geneve", "gre"})
  void shouldTellTunnelsNetworksApart(String kind) {
    byte[] five = there(tunnel(kind, 5));
    byte[] backInFive = back(tunnel(kind, 5));
    byte[] six = there(tunnel(kind, 6));

    assertThat(isOneFlow(decoder(), five, six)).isTrue();
    assertThat(isOneFlow(decoder(Separator.VNI), five, six)).isFalse();
    assertThat(isOneFlow(decoder(Separator.VNI), five, backInFive)).isTrue();
    assertThat(isOneFlow(decoder(Separator.VNI), five, there(ethernet()))).isFalse();
  }

  private static PacketBuilder tunnel(String kind, int network) {
    return switch (kind) {
      case "vxlan" -> TunnelFrames.ethernet(TunnelFrames.vxlan(outer().udp(1, 4789), network));
      case "geneve" -> outer().udp(1, 6081).bytes(0, 0).typeField().bytes(0, 0, network, 0);
      default -> TunnelFrames.gre(outer(), 0x2000).bytes(0, 0, 0, network);
    };
  }

  @Test
  void shouldTellFlowOfTheEndsWithoutTheNetworkOfATunnelThatCarriesNoIp() {
    byte[] five = tunnel("vxlan", 5).type(0x88cc).payload(40).build();
    byte[] six = tunnel("vxlan", 6).type(0x88cc).payload(40).build();

    assertThat(isOneFlow(decoder(Separator.VNI), five, six)).isTrue();
    assertThat(keys.key(0).firstAddress()).isEqualTo(OUTER_A);
  }

  @Test
  void shouldTakeBothTeidsOfAFlowForOne() {
    byte[] up = there(TunnelFrames.gtp(outer(), 0x30, 1));
    byte[] down = back(TunnelFrames.gtp(ethernet().ipv4(OUTER_B, OUTER_A), 0x30, 2));
    byte[] another = there(TunnelFrames.gtp(outer(), 0x30, 3));
    PacketDecoder decoder = decoder(Separator.VNI);

    assertThat(isOneFlow(decoder, up, down)).isTrue();
    assertThat(isOneFlow(decoder, down, up)).isTrue();
    assertThat(isOneFlow(decoder, up, another)).isFalse();
    assertThat(isOneFlow(decoder, down, another)).isFalse();
    assertThat(isOneFlow(decoder(), up, another)).isTrue();
  }

  @ParameterizedTest
  @EnumSource(Separator.class)
  void shouldBeOneFlowOfPacketsInNoNetwork(Separator separator) {
    assertThat(isOneFlow(decoder(separator), there(ethernet()), back(ethernet()))).isTrue();
    assertThat(keys.network(0)).isZero();
  }

  @Test
  void shouldSeparateByAllThatIsAskedFor() {
    PacketDecoder decoder =
        decoder(FlowKeyOptions.defaults().withSeparators(EnumSet.allOf(Separator.class)));
    byte[] frame = there(tunnel("vxlan", 5).vlan(0x8100, 7));

    assertThat(isOneFlow(decoder, frame, there(tunnel("vxlan", 5).vlan(0x8100, 7)))).isTrue();
    assertThat(isOneFlow(decoder, frame, there(tunnel("vxlan", 5).vlan(0x8100, 8)))).isFalse();
    assertThat(isOneFlow(decoder, frame, there(tunnel("vxlan", 4).vlan(0x8100, 7)))).isFalse();
  }
}
