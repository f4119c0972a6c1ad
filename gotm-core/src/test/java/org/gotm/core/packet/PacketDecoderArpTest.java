package org.gotm.core.packet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.gotm.core.packet.DecodedKey.decode;
import static org.gotm.core.packet.PacketBuilder.packet;

import java.net.InetAddress;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** ARP messages, which are told by the IPv4 addresses in them. */
class PacketDecoderArpTest {
  private static final int ARP = 0x0806;
  private static final String A = "10.0.0.1";
  private static final String B = "200.0.0.2";
  private static final long MAC = 0x02_00_00_00_00_0aL;
  private static final long BROADCAST = 0xff_ff_ff_ff_ff_ffL;
  private static final int[] KIND = {0, 1, 8, 0, 6, 4};

  private static PacketBuilder message(PacketBuilder below, int what, String sender, String asked) {
    return below
        .type(ARP)
        .bytes(KIND)
        .bytes(0, what, 2, 0, 0, 0, 0, 0x0a)
        .bytes(InetAddress.ofLiteral(sender).getAddress())
        .payload(6)
        .bytes(InetAddress.ofLiteral(asked).getAddress());
  }

  private static byte[] request(String sender, String asked) {
    return message(packet().ethernet(BROADCAST, MAC), 1, sender, asked).build();
  }

  private static byte[] reply(String sender, String asked) {
    return message(packet().ethernet(MAC, MAC + 1), 2, sender, asked).build();
  }

  @Test
  void shouldTellFlowByAddressesInTheMessage() {
    var decoded = decode(request(B, A));

    assertThat(decoded.key().family()).isEqualTo(FlowKeys.FAMILY_ARP);
    assertThat(decoded.key().first()).isEqualTo(A + " 0");
    assertThat(decoded.key().second()).isEqualTo(B + " 0");
    assertThat(decoded.key().protocol()).isZero();
    assertThat(decoded.payloadLength()).isEqualTo(28);
    assertThat(decoded.isControl()).isFalse();
  }

  @Test
  void shouldBeOneFlowWhenAnswered() {
    assertThat(decode(request(A, B)).key()).isEqualTo(decode(reply(B, A)).key());
  }

  @Test
  void shouldBeTwoFlowsWhenDirectional() {
    byte[] request = request(B, A);
    byte[] reply = reply(A, B);
    DecodedKey there = decode(LinkType.ETHERNET, true, request, request.length).key();

    assertThat(there.first()).isEqualTo(B + " 0");
    assertThat(there).isNotEqualTo(decode(LinkType.ETHERNET, true, reply, reply.length).key());
  }

  @Test
  void shouldBeOtherFlowWhenOtherAddressIsAskedFor() {
    assertThat(decode(request(A, B)).key()).isNotEqualTo(decode(request(A, "200.0.0.3")).key());
  }

  @Test
  void shouldNotBeFlowOfIpBetweenTheSameAddresses() {
    assertThat(decode(request(A, B)).key())
        .isNotEqualTo(decode(packet().ethernet(1, 2).ipv4(A, B).protocol(0).build()).key());
  }

  @Test
  void shouldTellFlowWhenTaggedOrCooked() {
    DecodedKey flow = decode(request(A, B)).key();

    assertThat(decode(message(packet().ethernet(1, 2).vlan(0x8100, 7), 1, A, B).build()).key())
        .isEqualTo(flow);
    assertThat(decode(LinkType.LINUX_SLL, message(packet().sll(MAC), 1, A, B).build()).key())
        .isEqualTo(flow);
  }

  @Test
  void shouldTellFlowWhenTunnelCarriesMessage() {
    PacketBuilder outer = packet().ethernet(1, 2).ipv4("172.16.0.1", "172.16.0.2");
    PacketBuilder inner = TunnelFrames.ethernet(TunnelFrames.vxlan(outer.udp(50000, 4789), 77));

    assertThat(decode(message(inner, 1, A, B).build()).key())
        .isEqualTo(decode(request(A, B)).key());
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 3, 4, 5})
  void shouldUseMacAddressesWhenMessageIsOfAnotherKind(int at) {
    byte[] other = request(A, B);
    other[14 + at] ^= 1;

    assertThat(decode(other).key().family()).isEqualTo(FlowKeys.FAMILY_MAC);
    assertThat(decode(other).key().etherType()).isEqualTo(ARP);
  }

  @Test
  void shouldUseMacAddressesWhenMessageIsTooShort() {
    byte[] cut = Arrays.copyOf(request(A, B), 41);

    assertThat(decode(cut).key().family()).isEqualTo(FlowKeys.FAMILY_MAC);
  }

  @Test
  void shouldNotDecodeWhenSnaplenCutsTheMessage() {
    byte[] cut = Arrays.copyOf(request(A, B), 41);

    assertThat(decode(LinkType.ETHERNET, false, cut, 60).key().isDecoded()).isFalse();
  }

  @Test
  void shouldSayThatItIsArp() {
    DecodedKey key = decode(request(B, A)).key();

    assertThat(FlowKey.of(key.meta(), key.address0(), 0, 0, 0))
        .hasToString("proto=ARP src=10.0.0.1 dst=200.0.0.2");
  }
}
