package org.gotm.core.packet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.gotm.core.packet.DecodedKey.decode;
import static org.gotm.core.packet.PacketBuilder.ACK;
import static org.gotm.core.packet.PacketBuilder.SYN;
import static org.gotm.core.packet.PacketBuilder.packet;

import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** IPv4 and IPv6 themselves: options, extension headers, fragments, lengths. */
class PacketDecoderIpTest {
  private static final String A = "10.0.0.1";
  private static final String B = "10.0.0.2";
  private static final String A6 = "2001:db8::1";
  private static final String B6 = "2001:db8::2";

  private static PacketBuilder ethernet() {
    return packet().ethernet(1, 2);
  }

  private static DecodedKey key(PacketBuilder packet) {
    return decode(packet.build()).key();
  }

  private static final DecodedKey FLOW = key(ethernet().ipv4(A, B).udp(53, 1053));
  private static final DecodedKey FLOW6 = key(ethernet().ipv6(A6, B6).udp(53, 1053));

  @Test
  void shouldTellFlowOfIpv6() {
    assertThat(FLOW6.family()).isEqualTo(FlowKeys.FAMILY_IPV6);
    assertThat(FLOW6.protocol()).isEqualTo(17);
    assertThat(FLOW6.first()).isEqualTo("2001:db8::1 53");
    assertThat(FLOW6.second()).isEqualTo("2001:db8::2 1053");
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 5, 10})
  void shouldSkipOptionsOfIpv4(int words) {
    var decoded = decode(ethernet().ipv4(A, B, words).udp(53, 1053).payload(9).build());

    assertThat(decoded.key()).isEqualTo(FLOW);
    assertThat(decoded.payloadLength()).isEqualTo(9);
  }

  @Test
  void shouldNotDecodeWhenIpv4HeaderLengthIsTooSmall() {
    byte[] packet = packet().ipv4(A, B).udp(53, 1053).build();
    packet[0] = 0x44;

    assertThat(decode(LinkType.RAW, packet).key().isDecoded()).isFalse();
  }

  @Test
  void shouldNotDecodeWhenIpv4OptionsAreNotThere() {
    byte[] packet = packet().ipv4(A, B).build();
    packet[0] = 0x46;

    assertThat(decode(LinkType.RAW, packet).key().isDecoded()).isFalse();
  }

  @Test
  void shouldNotDecodeWhenTypeSaysIpv4ButVersionDoesNot() {
    byte[] packet = ethernet().ipv4(A, B).udp(53, 1053).build();
    packet[14] = 0x55;

    assertThat(decode(packet).key().isDecoded()).isFalse();
  }

  @Test
  void shouldUsePortsOfFirstFragmentOfIpv4() {
    assertThat(key(ethernet().ipv4(A, B).ipv4Fragment(7, 0, true).udp(53, 1053).payload(100)))
        .isEqualTo(FLOW);
  }

  @Test
  void shouldUsePortsZeroForLaterFragmentsOfIpv4() {
    var decoded =
        decode(ethernet().ipv4(A, B).ipv4Fragment(7, 185, false).protocol(17).payload(64).build());

    assertThat(decoded.key().first()).isEqualTo(A + " 0");
    assertThat(decoded.key().second()).isEqualTo(B + " 0");
    assertThat(decoded.key().protocol()).isEqualTo(17);
    assertThat(decoded.payloadLength()).isEqualTo(64);
  }

  @Test
  void shouldDecodeLaterFragmentWithoutAnyByteOfTransport() {
    DecodedKey empty = key(ethernet().ipv4(A, B).ipv4Fragment(7, 185, false).protocol(6));

    assertThat(empty.isDecoded()).isTrue();
    assertThat(empty.firstPort()).isZero();
  }

  @Test
  void shouldNotTakeLaterFragmentForControlPacket() {
    byte[] looksLikeSyn = ethernet().ipv4(A, B).tcp(1, 2, SYN).ipv4Fragment(7, 1, false).build();

    assertThat(decode(looksLikeSyn).isControl()).isFalse();
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 43, 60, 135, 139, 140})
  void shouldSkipExtensionHeaderOfIpv6(int protocol) {
    var decoded =
        decode(ethernet().ipv6(A6, B6).extension(protocol, 2).udp(53, 1053).payload(9).build());

    assertThat(decoded.key()).isEqualTo(FLOW6);
    assertThat(decoded.payloadLength()).isEqualTo(9);
  }

  @Test
  void shouldSkipChainOfExtensionHeaders() {
    var decoded =
        decode(
            ethernet()
                .ipv6(A6, B6)
                .extension(0, 0)
                .extension(60, 1)
                .extension(43, 3)
                .ipv6Fragment(7, 0, true)
                .authentication(4)
                .extension(60, 0)
                .udp(53, 1053)
                .payload(9)
                .build());

    assertThat(decoded.key()).isEqualTo(FLOW6);
    assertThat(decoded.payloadLength()).isEqualTo(9);
  }

  @Test
  void shouldSkipAuthenticationHeaderOfIpv4() {
    var decoded =
        decode(ethernet().ipv4(A, B, 2).authentication(4).udp(53, 1053).payload(9).build());

    assertThat(decoded.key()).isEqualTo(FLOW);
    assertThat(decoded.payloadLength()).isEqualTo(9);
  }

  @Test
  void shouldNotDecodeWhenAuthenticationHeaderIsCut() {
    byte[] packet = ethernet().ipv4(A, B).authentication(4).udp(53, 1053).build();

    for (int caplen = 34; caplen < 62; caplen++) {
      assertThat(
              decode(LinkType.ETHERNET, false, Arrays.copyOf(packet, caplen), packet.length)
                  .key()
                  .isDecoded())
          .isFalse();
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 43, 44, 60, 135, 139, 140})
  void shouldNotTakeProtocolsOfIpv4ForExtensionHeaders(int protocol) {
    DecodedKey key = key(ethernet().ipv4(A, B).protocol(protocol).payload(8));

    assertThat(key.protocol()).isEqualTo(protocol);
    assertThat(key.firstPort()).isZero();
  }

  @Test
  void shouldCountAuthenticationHeaderInWords() {
    assertThat(key(ethernet().ipv6(A6, B6).authentication(1).udp(53, 1053))).isEqualTo(FLOW6);
  }

  @Test
  void shouldNotDecodeWhenExtensionHeadersNeverEnd() {
    PacketBuilder endless = ethernet().ipv6(A6, B6);
    for (int i = 0; i < 100; i++) {
      endless.extension(60, 0);
    }

    assertThat(key(endless.udp(53, 1053)).isDecoded()).isFalse();
  }

  @Test
  void shouldNotDecodeWhenExtensionHeaderReachesBeyondThePacket() {
    byte[] packet = packet().ipv6(A6, B6).extension(0, 0).udp(53, 1053).build();
    packet[41] = (byte) 255;

    assertThat(decode(LinkType.RAW, packet).key().isDecoded()).isFalse();
  }

  @Test
  void shouldUsePortsZeroForLaterFragmentsOfIpv6() {
    var decoded =
        decode(
            ethernet()
                .ipv6(A6, B6)
                .extension(0, 0)
                .ipv6Fragment(7, 185, false)
                .protocol(17)
                .payload(64)
                .build());

    assertThat(decoded.key().first()).isEqualTo("2001:db8::1 0");
    assertThat(decoded.key().second()).isEqualTo("2001:db8::2 0");
    assertThat(decoded.key().protocol()).isEqualTo(17);
    assertThat(decoded.payloadLength()).isEqualTo(64);
  }

  @Test
  void shouldNotCountPaddingOfTheFrame() {
    assertThat(decode(ethernet().ipv4(A, B).tcp(1, 2, ACK).padding(6).build()).payloadLength())
        .isZero();
    assertThat(
            decode(ethernet().ipv6(A6, B6).udp(1, 2).payload(3).padding(20).build())
                .payloadLength())
        .isEqualTo(3);
    assertThat(
            decode(ethernet().pppoe(1).ipv4(A, B).udp(1, 2).payload(1).padding(9).build())
                .payloadLength())
        .isEqualTo(1);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 3})
  void shouldNotTakePaddingForPorts(int length) {
    byte[] packet = packet().ipv4(A, B).protocol(17).payload(length).padding(60).build();
    byte[] packet6 = packet().ipv6(A6, B6).extension(60, 0).protocol(17).payload(length).build();
    byte[] frame = ethernet().ipv4(A, B).protocol(17).payload(length).padding(60).build();
    byte[] frame6 = ethernet().ipv6(A6, B6).protocol(6).payload(length + 1).padding(60).build();

    assertThat(decode(LinkType.RAW, packet).key().isDecoded()).isFalse();
    assertThat(decode(LinkType.RAW, packet6).key().isDecoded()).isFalse();
    assertThat(decode(frame).key().isDecoded()).isFalse();
    assertThat(decode(frame6).key().isDecoded()).isEqualTo(length == 3);
  }

  @Test
  void shouldCountPayloadByWireLengthWhenCut() {
    byte[] packet = ethernet().ipv4(A, B).tcp(1, 2, ACK).payload(1400).build();
    byte[] cut = Arrays.copyOf(packet, 64);

    assertThat(decode(LinkType.ETHERNET, false, cut, packet.length).payloadLength())
        .isEqualTo(1400);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 19, 65535})
  void shouldCountBytesOnTheWireWhenTotalLengthCannotBeRight(int totalLength) {
    byte[] packet = ethernet().ipv4(A, B).udp(1, 2).payload(1000).ipField(2, totalLength).build();

    assertThat(decode(packet).payloadLength()).isEqualTo(1000);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 65535})
  void shouldCountBytesOnTheWireWhenPayloadLengthCannotBeRight(int payloadLength) {
    byte[] packet =
        ethernet().ipv6(A6, B6).udp(1, 2).payload(1000).ipField(4, payloadLength).build();

    assertThat(decode(packet).payloadLength()).isEqualTo(1000);
  }

  @Test
  void shouldNeverCountNegativePayload() {
    byte[] packet = ethernet().ipv4(A, B).tcp(1, 2, ACK).build();

    assertThat(decode(LinkType.ETHERNET, false, packet, 0).payloadLength()).isZero();
    assertThat(decode(LinkType.ETHERNET, false, packet, 40).payloadLength()).isZero();
  }

  @Test
  void shouldCountWholePacketWhenItIsLargerThanTheLengthFieldCanSay() {
    byte[] jumbo = ethernet().ipv6(A6, B6).tcp(1, 2, ACK).payload(80_000).ipField(4, 0).build();

    assertThat(decode(jumbo).payloadLength()).isEqualTo(80_000);
  }
}
