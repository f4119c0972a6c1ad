package org.gotm.core.packet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.gotm.core.packet.DecodedKey.decode;
import static org.gotm.core.packet.PacketBuilder.ACK;
import static org.gotm.core.packet.PacketBuilder.FIN;
import static org.gotm.core.packet.PacketBuilder.RST;
import static org.gotm.core.packet.PacketBuilder.SYN;
import static org.gotm.core.packet.PacketBuilder.packet;

import java.util.Arrays;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Ports, both directions, control flags and payload of each transport. */
class PacketDecoderTransportTest {
  private static final String A = "10.0.0.1";
  private static final String B = "192.168.0.2";
  private static final String A6 = "2001:db8::1";
  private static final String B6 = "fe80::2";

  private static PacketBuilder from(String source, String target) {
    PacketBuilder ethernet = packet().ethernet(1, 2);
    return source.contains(":") ? ethernet.ipv6(source, target) : ethernet.ipv4(source, target);
  }

  private static DecodedKey key(PacketBuilder packet) {
    return decode(packet.build()).key();
  }

  private static DecodedKey directional(PacketBuilder packet) {
    byte[] bytes = packet.build();
    return decode(LinkType.ETHERNET, true, bytes, bytes.length).key();
  }

  @ParameterizedTest
  @CsvSource({A + ", " + B, A6 + ", " + B6, A + ", " + A, A6 + ", " + A6})
  void shouldBeOneFlowInBothDirections(String a, String b) {
    assertThat(key(from(a, b).tcp(1234, 80, ACK))).isEqualTo(key(from(b, a).tcp(80, 1234, ACK)));
    assertThat(key(from(a, b).udp(1234, 53))).isEqualTo(key(from(b, a).udp(53, 1234)));
    assertThat(key(from(a, b).sctp(1234, 9))).isEqualTo(key(from(b, a).sctp(9, 1234)));
    assertThat(key(from(a, b).protocol(47).payload(8)))
        .isEqualTo(key(from(b, a).protocol(47).payload(8)));
  }

  @ParameterizedTest
  @CsvSource({A + ", " + B, A6 + ", " + B6})
  void shouldBeTwoFlowsWhenDirectional(String a, String b) {
    assertThat(directional(from(a, b).tcp(1234, 80, ACK)))
        .isNotEqualTo(directional(from(b, a).tcp(80, 1234, ACK)));
    assertThat(directional(from(b, a).tcp(80, 1234, ACK)).firstPort()).isEqualTo(80);
  }

  @Test
  void shouldNotMixUpPortsOfTheEnds() {
    assertThat(key(from(A, B).tcp(1234, 80, ACK))).isNotEqualTo(key(from(A, B).tcp(80, 1234, ACK)));
    assertThat(key(from(A6, B6).udp(1234, 80))).isNotEqualTo(key(from(A6, B6).udp(80, 1234)));
  }

  @Test
  void shouldBeDirectionalWithoutIp() {
    byte[] there = packet().ethernet(1, 2).type(0x0806).payload(28).build();
    byte[] back = packet().ethernet(2, 1).type(0x0806).payload(28).build();

    assertThat(decode(LinkType.ETHERNET, true, there, 60).key())
        .isNotEqualTo(decode(LinkType.ETHERNET, true, back, 60).key());
  }

  @Test
  void shouldCompareAddressesAsUnsigned() {
    assertThat(key(from("127.255.0.1", "128.0.0.1").udp(7, 9)))
        .isEqualTo(key(from("128.0.0.1", "127.255.0.1").udp(9, 7)));
    assertThat(key(from("7fff::1", "8000::1").udp(7, 9)))
        .isEqualTo(key(from("8000::1", "7fff::1").udp(9, 7)));
    assertThat(key(from("8000::1", "8000::8000:0:0:1").udp(7, 9)))
        .isEqualTo(key(from("8000::8000:0:0:1", "8000::1").udp(9, 7)));
  }

  @ParameterizedTest
  @ValueSource(ints = {FIN, SYN, RST, SYN | ACK, FIN | ACK, RST | ACK})
  void shouldTellControlPackets(int flags) {
    assertThat(decode(from(A, B).tcp(1, 2, flags).build()).isControl()).isTrue();
    assertThat(decode(from(A6, B6).tcp(1, 2, flags).build()).isControl()).isTrue();
  }

  @ParameterizedTest
  @ValueSource(ints = {0, ACK, 8 | ACK, 32, 64 | 128})
  void shouldNotTakeOtherFlagsForControl(int flags) {
    assertThat(decode(from(A, B).tcp(1, 2, flags).payload(9).build()).isControl()).isFalse();
  }

  @Test
  void shouldNotTakeUdpForControl() {
    byte[] udp = from(A, B).udp(1, 2).payload(100).build();
    Arrays.fill(udp, 42, udp.length, (byte) 0xff);

    assertThat(decode(udp).isControl()).isFalse();
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 3, 10})
  void shouldNotCountOptionsOfTcpAsPayload(int words) {
    assertThat(decode(from(A, B).tcp(1, 2, ACK, words).payload(77).build()).payloadLength())
        .isEqualTo(77);
  }

  @Test
  void shouldCountPayloadAfterTheHeaderOfEachTransport() {
    assertThat(decode(from(A, B).udp(1, 2).payload(77).build()).payloadLength()).isEqualTo(77);
    assertThat(decode(from(A, B).sctp(1, 2).payload(77).build()).payloadLength()).isEqualTo(77);
    assertThat(decode(from(A, B).icmp(8, 1).payload(77).build()).payloadLength()).isEqualTo(77);
    assertThat(decode(from(A6, B6).icmpv6(128, 1).payload(77).build()).payloadLength())
        .isEqualTo(77);
    assertThat(decode(from(A, B).protocol(47).payload(77).build()).payloadLength()).isEqualTo(77);
  }

  @Test
  void shouldBeOneFlowWhenEchoIsAnswered() {
    assertThat(key(from(A, B).icmp(8, 77))).isEqualTo(key(from(B, A).icmp(0, 77)));
    assertThat(key(from(A6, B6).icmpv6(128, 77))).isEqualTo(key(from(B6, A6).icmpv6(129, 77)));
  }

  @Test
  void shouldBeOtherFlowWhenEchoIdentifierDiffers() {
    assertThat(key(from(A, B).icmp(8, 77))).isNotEqualTo(key(from(A, B).icmp(8, 78)));
    assertThat(key(from(A6, B6).icmpv6(128, 77))).isNotEqualTo(key(from(A6, B6).icmpv6(128, 78)));
  }

  @Test
  void shouldNotTakeOtherIcmpForEcho() {
    DecodedKey unreachable = key(from(A, B).icmp(3, 77));

    assertThat(unreachable.protocol()).isEqualTo(1);
    assertThat(unreachable).isNotEqualTo(key(from(A, B).icmp(8, 77)));
    assertThat(unreachable).isEqualTo(key(from(B, A).icmp(11, 12)));
  }

  @Test
  void shouldNotTakeEchoWithIdentifierZeroForOtherIcmp() {
    assertThat(key(from(A, B).icmp(8, 0))).isNotEqualTo(key(from(A, B).icmp(3, 0)));
    assertThat(key(from(A6, B6).icmpv6(128, 0))).isNotEqualTo(key(from(A6, B6).icmpv6(135, 0)));
  }

  @Test
  void shouldKeyOtherProtocolsByAddressPairAndProtocol() {
    DecodedKey rsvp = key(from(A, B).protocol(46).bytes(1, 2, 3, 4, 5, 6, 7, 8));

    assertThat(rsvp.protocol()).isEqualTo(46);
    assertThat(rsvp.firstPort()).isZero();
    assertThat(rsvp).isEqualTo(key(from(B, A).protocol(46).bytes(9, 9, 9, 9)));
    assertThat(rsvp).isNotEqualTo(key(from(A, B).protocol(47).payload(8)));
  }

  @ParameterizedTest
  @CsvSource({A + ", " + B, A6 + ", " + B6})
  void shouldBeOneFlowForEachSecurityAssociationOfEsp(String a, String b) {
    DecodedKey esp = key(from(a, b).protocol(50).bytes(1, 2, 3, 4, 0, 0, 0, 1));

    assertThat(esp.protocol()).isEqualTo(50);
    assertThat(esp.firstPort()).isEqualTo(0x0102);
    assertThat(esp.secondPort()).isEqualTo(0x0304);
    assertThat(esp).isEqualTo(key(from(a, b).protocol(50).bytes(1, 2, 3, 4, 0, 0, 0, 2)));
    assertThat(esp).isNotEqualTo(key(from(a, b).protocol(50).bytes(1, 2, 3, 5, 0, 0, 0, 1)));
    assertThat(esp).isNotEqualTo(key(from(a, b).protocol(50).bytes(2, 2, 3, 4, 0, 0, 0, 1)));
    assertThat(esp).isNotEqualTo(key(from(b, a).protocol(50).bytes(1, 2, 3, 4, 0, 0, 0, 1)));
  }

  @Test
  void shouldCountPayloadOfEspBehindSpiAndSequence() {
    assertThat(decode(from(A, B).protocol(50).payload(100).build()).payloadLength()).isEqualTo(92);
  }

  @Test
  void shouldNotDecodeWhenSnaplenCutsTheSpi() {
    byte[] esp = from(A, B).protocol(50).payload(100).build();

    assertThat(
            decode(LinkType.ETHERNET, false, Arrays.copyOf(esp, 37), esp.length).key().isDecoded())
        .isFalse();
  }

  @Test
  void shouldDecodeIpv6WithoutNextHeader() {
    DecodedKey nothing = key(from(A6, B6).protocol(59));

    assertThat(nothing.isDecoded()).isTrue();
    assertThat(nothing.protocol()).isEqualTo(59);
  }

  @Test
  void shouldTellFlowWhenSnaplenLeavesThePorts() {
    byte[] packet = from(A, B).tcp(1234, 80, SYN).payload(500).build();
    var cut = decode(LinkType.ETHERNET, false, Arrays.copyOf(packet, 38), packet.length);

    assertThat(cut.key()).isEqualTo(key(from(A, B).tcp(1234, 80, ACK)));
    assertThat(cut.payloadLength()).isEqualTo(500);
  }

  @ParameterizedTest
  @ValueSource(ints = {34, 35, 36, 37})
  void shouldNotDecodeWhenSnaplenCutsThePorts(int caplen) {
    byte[] tcp = from(A, B).tcp(1234, 80, ACK).build();
    byte[] udp = from(A, B).udp(1234, 80).build();
    byte[] icmp = from(A, B).icmp(8, 1).build();

    for (byte[] packet : new byte[][] {tcp, udp, icmp}) {
      assertThat(
              decode(LinkType.ETHERNET, false, Arrays.copyOf(packet, caplen), packet.length)
                  .key()
                  .isDecoded())
          .isFalse();
    }
  }

  @Test
  void shouldCountNoPayloadWhenTcpHeaderLengthIsBeyondThePacket() {
    byte[] packet = from(A, B).tcp(1234, 80, ACK).build();
    packet[46] = (byte) 0xf0;

    assertThat(decode(packet).key().isDecoded()).isTrue();
    assertThat(decode(packet).payloadLength()).isZero();
  }

  @Test
  void shouldSpreadHashesOfNeighbouringFlows() {
    long buckets =
        IntStream.range(0, 4096)
            .mapToObj(port -> key(from(A, B).udp(port, 53)))
            .mapToLong(key -> key.hash() & 0xffff)
            .distinct()
            .count();

    assertThat(buckets).isGreaterThan(3700);
  }
}
