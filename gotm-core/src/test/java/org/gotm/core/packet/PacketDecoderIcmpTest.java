package org.gotm.core.packet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.gotm.core.packet.DecodedKey.decode;
import static org.gotm.core.packet.PacketBuilder.SYN;
import static org.gotm.core.packet.PacketBuilder.packet;

import java.net.InetAddress;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** ICMP messages that are about another flow or another address than their own. */
class PacketDecoderIcmpTest {
  private static final String A = "10.0.0.1";
  private static final String B = "192.168.0.2";
  private static final String ROUTER = "172.16.0.1";
  private static final String A6 = "2001:db8::1";
  private static final String B6 = "2001:db8::2";
  private static final String ROUTER6 = "fe80::1";
  private static final String GROUP = "ff02::1:ff00:2";
  private static final int UNREACHABLE = 3;
  private static final int UNREACHABLE_V6 = 1;
  private static final int SOLICITATION = 135;
  private static final int ADVERTISEMENT = 136;

  private static PacketBuilder error(int type) {
    return packet().ethernet(1, 2).ipv4(ROUTER, A).icmp(type, 0);
  }

  private static PacketBuilder errorV6(int type) {
    return packet().ethernet(1, 2).ipv6(ROUTER6, A6).icmpv6(type, 0);
  }

  private static PacketBuilder neighbour(String source, String target, int type, String about) {
    return packet()
        .ethernet(1, 2)
        .ipv6(source, target)
        .icmpv6(type, 0)
        .bytes(InetAddress.ofLiteral(about).getAddress());
  }

  private static DecodedKey key(PacketBuilder packet) {
    return decode(packet.build()).key();
  }

  /** IP packets, without a link header, that an error can quote. */
  static Stream<byte[]> quotable() {
    return Stream.of(
        packet().ipv4(A, B).tcp(1234, 80, SYN).build(),
        packet().ipv4(A, B, 3).udp(1234, 53).payload(100).build(),
        packet().ipv4(B, A).sctp(9, 1234).build(),
        packet().ipv4(A, B).icmp(8, 77).build(),
        packet().ipv4(A, B).protocol(50).bytes(1, 2, 3, 4, 5, 6, 7, 8).build(),
        packet().ipv4(A, B).protocol(47).payload(40).build(),
        packet().ipv4(A, B).ipv4Fragment(7, 0, true).udp(1234, 53).payload(64).build());
  }

  static Stream<byte[]> quotableV6() {
    return Stream.of(
        packet().ipv6(A6, B6).tcp(1234, 80, SYN).build(),
        packet().ipv6(B6, A6).extension(0, 1).udp(53, 1234).payload(100).build(),
        packet().ipv6(A6, B6).icmpv6(128, 77).build(),
        packet().ipv6(A6, B6).protocol(50).bytes(1, 2, 3, 4, 5, 6, 7, 8).build());
  }

  @ParameterizedTest
  @MethodSource("quotable")
  void shouldBelongToFlowThatErrorQuotes(byte[] quoted) {
    for (int type : new int[] {3, 4, 5, 11, 12}) {
      var decoded = decode(error(type).bytes(quoted).build());

      assertThat(decoded.key()).isEqualTo(decode(LinkType.RAW, quoted).key());
      assertThat(decoded.payloadLength()).isEqualTo(quoted.length);
      assertThat(decoded.isControl()).isFalse();
    }
  }

  @ParameterizedTest
  @MethodSource("quotableV6")
  void shouldBelongToFlowThatErrorOfIpv6Quotes(byte[] quoted) {
    for (int type : new int[] {1, 2, 3, 4}) {
      var decoded = decode(errorV6(type).bytes(quoted).build());

      assertThat(decoded.key()).isEqualTo(decode(LinkType.RAW, quoted).key());
      assertThat(decoded.payloadLength()).isEqualTo(quoted.length);
      assertThat(decoded.isControl()).isFalse();
    }
  }

  @Test
  void shouldBelongToFlowOfWhichErrorQuotesEightBytes() {
    byte[] tcp = packet().ipv4(A, B).tcp(1234, 80, SYN).payload(500).build();

    assertThat(key(error(UNREACHABLE).bytes(Arrays.copyOf(tcp, 28))))
        .isEqualTo(decode(LinkType.RAW, tcp).key());
  }

  @Test
  void shouldBelongToDirectionThatErrorQuotes() {
    byte[] quoted = packet().ipv4(B, A).udp(53, 1234).build();
    byte[] error = error(UNREACHABLE).bytes(quoted).build();

    assertThat(decode(LinkType.ETHERNET, true, error, error.length).key())
        .isEqualTo(decode(LinkType.RAW, true, quoted, quoted.length).key());
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 19, 20, 21, 23})
  void shouldBeFlowOfItsOwnWhenQuoteDoesNotTell(int length) {
    byte[] quoted = packet().ipv4(A, B).udp(1234, 53).build();

    assertThat(key(error(UNREACHABLE).bytes(Arrays.copyOf(quoted, length))))
        .isEqualTo(key(error(UNREACHABLE)));
    assertThat(key(error(UNREACHABLE).bytes(Arrays.copyOf(quoted, length)).padding(20)))
        .isEqualTo(key(error(UNREACHABLE)));
  }

  @Test
  void shouldBeFlowOfItsOwnWhenLaterFragmentIsQuoted() {
    byte[] later = packet().ipv4(A, B).ipv4Fragment(7, 9, false).udp(1234, 53).build();

    assertThat(key(error(UNREACHABLE).bytes(later))).isEqualTo(key(error(UNREACHABLE)));
  }

  @Test
  void shouldBeFlowOfItsOwnWhenQuoteIsOfTheOtherVersion() {
    byte[] four = packet().ipv4(A, B).udp(1234, 53).build();
    byte[] six = packet().ipv6(A6, B6).udp(1234, 53).build();

    assertThat(key(error(UNREACHABLE).bytes(six))).isEqualTo(key(error(UNREACHABLE)));
    assertThat(key(errorV6(UNREACHABLE_V6).bytes(four))).isEqualTo(key(errorV6(UNREACHABLE_V6)));
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 6, 9, 10, 13, 30, 35, 43})
  void shouldNotTakeOtherTypesForErrors(int type) {
    byte[] quoted = packet().ipv4(A, B).udp(1234, 53).build();

    assertThat(key(error(type).bytes(quoted))).isEqualTo(key(error(type)));
  }

  @Test
  void shouldNotDecodeWhenSnaplenCutsTheQuote() {
    byte[] error = error(UNREACHABLE).bytes(packet().ipv4(A, B).udp(1234, 53).build()).build();

    for (int caplen = 42; caplen < 66; caplen++) {
      assertThat(
              decode(LinkType.ETHERNET, false, Arrays.copyOf(error, caplen), error.length)
                  .key()
                  .isDecoded())
          .isFalse();
    }
  }

  @Test
  void shouldBelongToFlowThatErrorInTunnelQuotes() {
    byte[] quoted = packet().ipv4(A, B).udp(1234, 53).build();
    PacketBuilder tunnel = TunnelFrames.gre(packet().ethernet(1, 2).ipv4("1.1.1.1", "1.1.1.2"), 0);

    assertThat(key(tunnel.ipv4(ROUTER, A).icmp(UNREACHABLE, 0).bytes(quoted)))
        .isEqualTo(decode(LinkType.RAW, quoted).key());
  }

  @Test
  void shouldNotEnterTunnelThatErrorQuotes() {
    byte[] quoted = TunnelFrames.gre(packet().ipv4(A, B), 0).ipv4("1.1.1.1", A).udp(1, 2).build();

    assertThat(key(error(UNREACHABLE).bytes(quoted)))
        .isEqualTo(key(packet().ethernet(1, 2).ipv4(A, B).protocol(47)));
  }

  @Test
  void shouldNotTakePaddingForNeighbour() {
    byte[] nobody =
        packet().ethernet(1, 2).ipv6(A6, B6).icmpv6(SOLICITATION, 0).padding(20).build();

    assertThat(decode(nobody).key())
        .isEqualTo(key(packet().ethernet(1, 2).ipv6(A6, B6).icmpv6(143, 0)));
  }

  @Test
  void shouldNotEnterErrorWithinError() {
    byte[] inner = packet().ipv4(A, B).udp(1234, 53).build();
    byte[] quoted = packet().ipv4(B, A).icmp(UNREACHABLE, 0).bytes(inner).build();

    assertThat(key(error(UNREACHABLE).bytes(quoted)))
        .isEqualTo(key(packet().ethernet(1, 2).ipv4(A, B).icmp(UNREACHABLE, 0)));
  }

  @Test
  void shouldBeOneFlowWhenNeighbourAnswers() {
    DecodedKey asked = key(neighbour(A6, GROUP, SOLICITATION, B6));

    assertThat(asked.first()).isEqualTo("2001:db8::1 0");
    assertThat(asked.second()).isEqualTo("2001:db8::2 0");
    assertThat(asked.protocol()).isEqualTo(58);
    assertThat(key(neighbour(B6, A6, ADVERTISEMENT, B6))).isEqualTo(asked);
    assertThat(key(neighbour("fe80::2", A6, ADVERTISEMENT, B6))).isEqualTo(asked);
  }

  @Test
  void shouldBeOtherFlowWhenOtherNeighbourIsAsked() {
    assertThat(key(neighbour(A6, GROUP, SOLICITATION, B6)))
        .isNotEqualTo(key(neighbour(A6, GROUP, SOLICITATION, "2001:db8::3")));
  }

  @Test
  void shouldLeaveNobodyAsSourceWhenAddressIsProbed() {
    DecodedKey probe = key(neighbour("::", GROUP, SOLICITATION, B6));

    assertThat(probe.first()).isEqualTo(":: 0");
    assertThat(probe.second()).isEqualTo("2001:db8::2 0");
  }

  @Test
  void shouldUseAddressesWhenDiscoveryNamesNobody() {
    byte[] nobody = packet().ethernet(1, 2).ipv6(A6, GROUP).icmpv6(SOLICITATION, 0).build();
    byte[] whole = neighbour(A6, GROUP, SOLICITATION, B6).build();

    assertThat(decode(nobody).key().second()).isEqualTo("ff02::1:ff00:2 0");
    assertThat(
            decode(LinkType.ETHERNET, false, Arrays.copyOf(whole, nobody.length), whole.length)
                .key()
                .isDecoded())
        .isFalse();
  }

  @ParameterizedTest
  @ValueSource(ints = {133, 134, 137, 143})
  void shouldUseAddressesOfOtherMessages(int type) {
    assertThat(key(neighbour(A6, B6, type, "2001:db8::3")))
        .isEqualTo(key(packet().ethernet(1, 2).ipv6(A6, B6).icmpv6(type, 0)));
  }

  @Test
  void shouldUseAddressesWhenDiscoveryIsOverIpv4() {
    DecodedKey key =
        key(packet().ethernet(1, 2).ipv4(A, B).icmpv6(SOLICITATION, 0).bytes(new byte[16]));

    assertThat(key).isEqualTo(key(packet().ethernet(1, 2).ipv4(A, B).icmpv6(143, 0)));
  }
}
