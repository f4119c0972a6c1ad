package org.gotm.core.packet;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.gotm.core.packet.PacketBuilder.SYN;
import static org.gotm.core.packet.PacketBuilder.packet;

import java.lang.foreign.Arena;
import java.util.Set;
import org.gotm.core.source.PacketBatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Later fragments belong to the flow that the first one told. */
class FragmentTest {
  private static final String A = "10.0.0.1";
  private static final String B = "10.0.0.2";
  private static final String A6 = "2001:db8::1";
  private static final String B6 = "2001:db8::2";
  private static final long SECOND = 1_000_000_000L;
  private static final long NOW = 1_700_000_000L * SECOND;

  private static final String TUNNEL_A = "172.16.0.1";
  private static final String TUNNEL_B = "172.16.0.2";
  private static final int VLAN = 0x8100_0000;

  private final FlowKeys keys = new FlowKeys(1, 42);
  private final PacketDecoder decoder =
      new PacketDecoder(LinkType.RAW, FlowKeyOptions.defaults(), keys);
  private final DecodedKey flow = decode(packet().ipv4(A, B).udp(1053, 53));
  private final DecodedKey flow6 = decode(packet().ipv6(A6, B6).udp(1053, 53));

  private DecodedKey decode(PacketBuilder packet) {
    return decode(packet, NOW);
  }

  private DecodedKey decode(PacketBuilder packet, long nanos) {
    return decode(packet, nanos, 0, decoder);
  }

  private DecodedKey decode(
      PacketBuilder packet, long nanos, int vlanTag, PacketDecoder usedDecoder) {
    byte[] bytes = packet.build();
    PacketBatch batch = new PacketBatch(1);
    try (Arena arena = Arena.ofConfined()) {
      batch.clear(arena.allocateFrom(JAVA_BYTE, bytes));
      batch.add(0, bytes.length, bytes.length, nanos, vlanTag);
      usedDecoder.decode(batch);
    }
    return DecodedKey.of(keys, 0);
  }

  /** The first 64 bytes of a UDP packet from port 1053 to 53. */
  private static PacketBuilder first(int id) {
    return packet().ipv4(A, B).ipv4Fragment(id, 0, true).udp(1053, 53).payload(56);
  }

  private static PacketBuilder later(int id, int offset) {
    return packet().ipv4(A, B).ipv4Fragment(id, offset, false).protocol(17).payload(30);
  }

  private static PacketBuilder first6(int id) {
    return packet().ipv6(A6, B6).ipv6Fragment(id, 0, true).udp(1053, 53).payload(56);
  }

  private static PacketBuilder later6(int id, int offset) {
    return packet().ipv6(A6, B6).ipv6Fragment(id, offset, false).protocol(17).payload(30);
  }

  private void assertHasNoPorts(DecodedKey key) {
    assertThat(key.isDecoded()).isTrue();
    assertThat(key.firstPort()).isZero();
    assertThat(key.secondPort()).isZero();
  }

  @Test
  void shouldBelongToFlowOfFirstFragment() {
    assertThat(decode(first(7))).isEqualTo(flow);
    assertThat(decode(later(7, 8))).isEqualTo(flow);
    assertThat(keys.payloadLength(0)).isEqualTo(30);
    assertThat(decode(later(7, 100))).isEqualTo(flow);
  }

  @Test
  void shouldBelongToFlowOfFirstFragmentOfIpv6() {
    assertThat(decode(first6(0x8000_0007))).isEqualTo(flow6);
    assertThat(decode(later6(0x8000_0007, 8))).isEqualTo(flow6);
    assertThat(keys.payloadLength(0)).isEqualTo(30);
  }

  @Test
  void shouldNotTakeLaterFragmentForControlPacket() {
    decode(packet().ipv4(A, B).ipv4Fragment(7, 0, true).tcp(1, 2, SYN).payload(4));
    assertThat(keys.isControl(0)).isTrue();

    decode(packet().ipv4(A, B).ipv4Fragment(7, 3, true).tcp(1, 2, SYN));
    assertThat(keys.isControl(0)).isFalse();
    assertThat(keys.payloadLength(0)).isEqualTo(20);
  }

  @Test
  void shouldComeFromTheEndThatSentTheFirstFragment() {
    decode(packet().ipv4(B, A).ipv4Fragment(7, 0, true).tcp(2, 1, SYN).payload(4));
    decode(packet().ipv4(B, A).ipv4Fragment(7, 3, false).protocol(6).payload(30));

    assertThat(keys.control(0)).isEqualTo(FlowKeys.FROM_SECOND);
  }

  @Test
  void shouldHaveNoPortsWhenFirstFragmentIsMissing() {
    assertHasNoPorts(decode(later(7, 8)));
    assertHasNoPorts(decode(later6(7, 8)));
  }

  @Test
  void shouldHaveNoPortsWhenAnythingInCommonDiffers() {
    decode(first(7));
    decode(first6(7));

    assertHasNoPorts(decode(later(8, 8)));
    assertHasNoPorts(decode(packet().ipv4(B, A).ipv4Fragment(7, 8, false).protocol(17)));
    assertHasNoPorts(decode(packet().ipv4(A, B).ipv4Fragment(7, 8, false).protocol(6)));
    assertHasNoPorts(decode(later6(8, 8)));
    assertHasNoPorts(decode(later6(0x1_0007, 8)));
    assertHasNoPorts(decode(packet().ipv6(B6, A6).ipv6Fragment(7, 8, false).protocol(17)));
    assertHasNoPorts(decode(packet().ipv6(A6, A6).ipv6Fragment(7, 8, false).protocol(17)));
  }

  @ParameterizedTest
  @ValueSource(longs = {30 * SECOND, -30 * SECOND})
  void shouldForgetFirstFragmentAfterItsTimeInEitherDirection(long difference) {
    decode(first(7));

    assertThat(decode(later(7, 8), NOW + difference)).isEqualTo(flow);
    assertHasNoPorts(decode(later(7, 8), NOW + difference + Long.signum(difference)));
    assertHasNoPorts(decode(later(7, 8), Long.MIN_VALUE));
    assertHasNoPorts(decode(later(7, 8), Long.MAX_VALUE));
  }

  @Test
  void shouldHaveNoPortsWhenFragmentReachesIntoFirst() {
    decode(first(7));
    decode(first6(7));

    assertHasNoPorts(decode(later(7, 7)));
    assertHasNoPorts(decode(later6(7, 7)));
    assertHasNoPorts(decode(later(7, 1)));
  }

  @Test
  void shouldCountExtensionsBehindFragmentHeaderInItsLength() {
    PacketBuilder first = packet().ipv6(A6, B6).extension(0, 1).ipv6Fragment(7, 0, true);

    assertThat(decode(first.extension(60, 0).udp(1053, 53).payload(56))).isEqualTo(flow6);
    assertHasNoPorts(decode(later6(7, 8)));
    assertThat(decode(packet().ipv6(A6, B6).ipv6Fragment(7, 9, false).protocol(60).payload(8)))
        .isEqualTo(flow6);
  }

  @Test
  void shouldTakeNewPacketWhenIdentificationIsUsedAgain() {
    decode(first(7));
    decode(packet().ipv4(A, B).ipv4Fragment(7, 0, true).udp(99, 53).payload(8));

    assertThat(decode(later(7, 2)))
        .isEqualTo(decode(packet().ipv4(A, B).udp(99, 53)))
        .isNotEqualTo(flow);
  }

  @Test
  void shouldHaveNoPortsWhenNewFirstFragmentDoesNotTellFlow() {
    decode(first(7));
    byte[] cut = packet().ipv4(A, B).ipv4Fragment(7, 0, true).protocol(17).build();
    assertThat(decode(packet().bytes(cut)).isDecoded()).isFalse();

    assertHasNoPorts(decode(later(7, 8)));
  }

  @Test
  void shouldNotRememberPacketThatIsWhole() {
    decode(packet().ipv4(A, B).ipv4Fragment(7, 0, false).udp(1053, 53));
    decode(packet().ipv6(A6, B6).ipv6Fragment(7, 0, false).udp(1053, 53));

    assertHasNoPorts(decode(later(7, 8)));
    assertHasNoPorts(decode(later6(7, 8)));
  }

  @Test
  void shouldNotRememberFragmentThatAnErrorQuotes() {
    byte[] quoted = first(7).build();
    assertThat(decode(packet().ipv4(B, A).icmp(11, 0).bytes(quoted))).isEqualTo(flow);

    assertHasNoPorts(decode(later(7, 8)));
  }

  @Test
  void shouldBelongToEchoOrAssociationOrQuote() {
    DecodedKey echo = decode(packet().ipv4(A, B).ipv4Fragment(1, 0, true).icmp(8, 77).payload(8));
    assertThat(decode(packet().ipv4(A, B).ipv4Fragment(1, 2, false).protocol(1))).isEqualTo(echo);

    DecodedKey esp =
        decode(packet().ipv4(A, B).ipv4Fragment(2, 0, true).protocol(50).bytes(new byte[8]));
    assertThat(decode(packet().ipv4(A, B).ipv4Fragment(2, 1, false).protocol(50))).isEqualTo(esp);

    byte[] quoted = packet().ipv4(A, B).udp(1053, 53).payload(4).build();
    decode(packet().ipv4(B, A).ipv4Fragment(3, 0, true).icmp(3, 0).bytes(quoted));
    assertThat(decode(packet().ipv4(B, A).ipv4Fragment(3, 5, false).protocol(1))).isEqualTo(flow);
  }

  @Test
  void shouldBelongToFlowBehindAuthentication() {
    PacketBuilder first = packet().ipv4(A, B).ipv4Fragment(7, 0, true).authentication(4);

    assertThat(decode(first.udp(1053, 53).payload(8))).isEqualTo(flow);
    assertThat(decode(packet().ipv4(A, B).ipv4Fragment(7, 5, false).protocol(51))).isEqualTo(flow);
  }

  @Test
  void shouldBelongToInnermostFlowOfFirstFragment() {
    PacketBuilder tunnel = packet().ipv4(TUNNEL_A, TUNNEL_B).ipv4Fragment(9, 0, true);

    assertThat(decode(TunnelFrames.gre(tunnel, 0).ipv4(A, B).udp(1053, 53).payload(60)))
        .isEqualTo(flow);
    assertThat(decode(laterOfTunnel(9))).isEqualTo(flow);
    assertHasNoPorts(decode(laterOfTunnel(8)));
  }

  @Test
  void shouldBelongToFlowOfFirstFragmentInSameTunnel() {
    decode(tunnel().ipv4(A, B).ipv4Fragment(7, 0, true).udp(1053, 53).payload(8));

    assertThat(decode(tunnel().ipv4(A, B).ipv4Fragment(7, 2, false).protocol(17))).isEqualTo(flow);
  }

  @Test
  void shouldBelongToFlowWhenFragmentsAreFragmented() {
    PacketBuilder first = packet().ipv4(TUNNEL_A, TUNNEL_B).ipv4Fragment(1, 0, true);
    decode(TunnelFrames.gre(first, 0).ipv4(A, B).ipv4Fragment(7, 0, true).udp(1053, 53));
    PacketBuilder second = packet().ipv4(TUNNEL_A, TUNNEL_B).ipv4Fragment(2, 0, true);
    decode(TunnelFrames.gre(second, 0).ipv4(A, B).ipv4Fragment(7, 1, false).protocol(17));

    assertThat(decode(laterOfTunnel(1))).isEqualTo(flow);
    assertThat(decode(laterOfTunnel(2))).isEqualTo(flow);
  }

  private static PacketBuilder tunnel() {
    return TunnelFrames.gre(packet().ipv4(TUNNEL_A, TUNNEL_B), 0);
  }

  private static PacketBuilder laterOfTunnel(int id) {
    return packet().ipv4(TUNNEL_A, TUNNEL_B).ipv4Fragment(id, 90, false).protocol(47).payload(30);
  }

  @Test
  void shouldNotMixUpPacketsOfTwoNetworks() {
    FlowKeyOptions byVlan = FlowKeyOptions.defaults().withSeparators(Set.of(Separator.VLAN));
    PacketDecoder separating = new PacketDecoder(LinkType.RAW, byVlan, keys);
    decode(first(7), NOW, VLAN | 100, separating);
    long network = keys.network(0);
    PacketBuilder other = packet().ipv4(A, B).ipv4Fragment(7, 0, true).udp(99, 53).payload(56);
    decode(other, NOW, VLAN | 200, separating);

    assertThat(decode(later(7, 8), NOW, VLAN | 100, separating).ends()).isEqualTo(flow.ends());
    assertThat(keys.network(0)).isEqualTo(network).isNotZero();
    decode(later(7, 8), NOW, VLAN | 200, separating);
    assertThat(keys.key(0).firstPort()).isEqualTo(99);
    assertThat(keys.network(0)).isNotEqualTo(network);
    assertHasNoPorts(decode(later(7, 8), NOW, VLAN | 300, separating));
  }

  @Test
  void shouldStillKnowFragmentsWhenFramesOfAnotherLinkTypeFollow() {
    decode(first(7));
    decoder.begin(LinkType.IPV4);

    assertThat(decode(later(7, 8))).isEqualTo(flow);
  }

  @Test
  void shouldKnowAsManyPacketsAsThereArePlacesForAtOnce() {
    int packets = FragmentTable.PLACES / 4;
    for (int id = 0; id < packets; id++) {
      decode(first(id));
    }
    int known = 0;
    for (int id = 0; id < packets; id++) {
      known += decode(later(id, 8)).equals(flow) ? 1 : 0;
    }

    assertThat(known).isGreaterThan(packets * 98 / 100);
  }

  @Test
  void shouldKnowNewestPacketsWhenFlooded() {
    int packets = 20 * FragmentTable.PLACES;
    for (int id = 0; id < packets; id++) {
      decode(first6(id));
    }
    int known = 0;
    for (int id = packets - 1000; id < packets; id++) {
      known += decode(later6(id, 8)).equals(flow6) ? 1 : 0;
    }

    assertThat(known).isGreaterThan(980);
    assertHasNoPorts(decode(later6(0, 8)));
  }
}
