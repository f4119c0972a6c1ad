package org.gotm.core.packet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.gotm.core.packet.DecodedKey.decode;
import static org.gotm.core.packet.PacketBuilder.ACK;
import static org.gotm.core.packet.PacketBuilder.SYN;
import static org.gotm.core.packet.PacketBuilder.packet;
import static org.gotm.core.packet.TunnelFrames.OUTER_A;
import static org.gotm.core.packet.TunnelFrames.OUTER_B;

import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.gotm.core.packet.TunnelFrames.Form;
import org.gotm.core.source.PacketBatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Every tunnel in every form: its inner packet tells the flow. */
class PacketDecoderTunnelTest {
  static final List<Form> FORMS = TunnelFrames.all();
  private static final String A = "10.0.0.1";
  private static final String B = "10.0.0.2";

  private static final DecodedKey FLOW =
      decode(packet().ethernet(1, 2).ipv4(A, B).tcp(1234, 80, ACK).build()).key();

  private static PacketBuilder outer() {
    return packet().ethernet(1, 2).ipv4(OUTER_A, OUTER_B);
  }

  private static DecodedKey outerKey(byte[] frame) {
    return decode(LinkType.ETHERNET, tunnels(Set.of()), frame, frame.length).key();
  }

  private static FlowKeyOptions tunnels(Set<Tunnel> on) {
    return FlowKeyOptions.defaults().withTunnels(TunnelOptions.of(on));
  }

  @ParameterizedTest
  @FieldSource("FORMS")
  void shouldTellInnerFlowInBothDirections(Form form) {
    byte[] there = form.frame().ipv4(A, B).tcp(1234, 80, ACK).payload(11).build();
    byte[] back = form.frame().ipv4(B, A).tcp(80, 1234, SYN | ACK).build();

    assertThat(decode(there).key()).isEqualTo(FLOW);
    assertThat(decode(there).payloadLength()).isEqualTo(11);
    assertThat(decode(there).isControl()).isFalse();
    assertThat(decode(back).key()).isEqualTo(FLOW);
    assertThat(decode(back).isControl()).isTrue();
  }

  @ParameterizedTest
  @FieldSource("FORMS")
  void shouldTellTheSameStepByStep(Form form) {
    byte[] frame = form.frame().ipv4(A, B).tcp(1234, 80, SYN).payload(40).build();
    byte[] cooked = cooked(frame);

    assertThat(decode(LinkType.LINUX_SLL, cooked)).isEqualTo(decode(frame));
  }

  /** The same frame on a link whose packets are never decoded on the short way. */
  private static byte[] cooked(byte[] ethernet) {
    byte[] cooked = new byte[ethernet.length + 2];
    System.arraycopy(ethernet, 12, cooked, 14, ethernet.length - 12);
    return cooked;
  }

  @ParameterizedTest
  @FieldSource("FORMS")
  void shouldTellFlowOfTheEndsWhenTunnelIsOff(Form form) {
    byte[] frame = form.frame().ipv4(A, B).tcp(1234, 80, ACK).build();
    Set<Tunnel> others = EnumSet.complementOf(EnumSet.of(form.tunnel()));
    DecodedKey key = decode(LinkType.ETHERNET, tunnels(others), frame, frame.length).key();

    assertThat(key).isEqualTo(outerKey(frame)).isNotEqualTo(FLOW);
    assertThat(key.family())
        .isEqualTo(form.isBelowIp() ? FlowKeys.FAMILY_MAC : FlowKeys.FAMILY_IPV4);
  }

  @ParameterizedTest
  @FieldSource("FORMS")
  void shouldTellFlowWhenTunnelIsTheOnlyOne(Form form) {
    byte[] frame = form.frame().ipv4(A, B).tcp(1234, 80, ACK).build();
    FlowKeyOptions options = tunnels(EnumSet.of(form.tunnel()));

    assertThat(decode(LinkType.ETHERNET, options, frame, frame.length).key()).isEqualTo(FLOW);
  }

  @ParameterizedTest
  @FieldSource("FORMS")
  void shouldReadNoByteTooFarNorTellAnotherFlowWhenCut(Form form) {
    byte[] frame = form.frame().ipv4(A, B).tcp(1234, 80, ACK).payload(5).build();
    DecodedKey outer = outerKey(frame);
    FlowKeys keys = new FlowKeys(1, 42);
    PacketDecoder decoder = new PacketDecoder(LinkType.ETHERNET, FlowKeyOptions.defaults(), keys);
    try (GuardedMemory memory = new GuardedMemory(1 << 12)) {
      for (int length = 0; length <= frame.length; length++) {
        DecodedKey cut = cut(decoder, memory, frame, length, frame.length);
        assertThat(cut.isDecoded()).as("first %d bytes", length).isEqualTo(cut.equals(FLOW));
        DecodedKey whole = cut(decoder, memory, frame, length, length);
        assertThat(!whole.isDecoded() || whole.equals(FLOW) || whole.equals(outer))
            .as("all %d bytes", length)
            .isTrue();
      }
    }
  }

  private static DecodedKey cut(
      PacketDecoder decoder, GuardedMemory memory, byte[] frame, int caplen, int wireLength) {
    PacketBatch batch = new PacketBatch(1);
    batch.clear(memory.segment());
    batch.add(memory.putAtEnd(frame, caplen), caplen, wireLength, 0, 0);
    decoder.decode(batch);
    return DecodedKey.of(decoder.keys(), 0);
  }

  @ParameterizedTest
  @FieldSource("FORMS")
  void shouldNotTakePaddingForTheInnerPacket(Form form) {
    byte[] frame = form.frame().build();
    byte[] inner = packet().ipv4(A, B).tcp(1234, 80, ACK).build();
    byte[] padded = Arrays.copyOf(frame, frame.length + inner.length);
    System.arraycopy(inner, 0, padded, frame.length, inner.length);

    if (!form.isBelowIp()) {
      assertThat(decode(padded).key()).isEqualTo(outerKey(padded));
    }
  }

  @Test
  void shouldTellInnerFlowOfIpv6() {
    byte[] six = outer().protocol(41).ipv6("2001:db8::1", "2001:db8::2").udp(9, 10).build();
    byte[] inSix =
        packet()
            .ethernet(1, 2)
            .ipv6("fe80::1", "fe80::2")
            .protocol(4)
            .ipv4(A, B)
            .tcp(1234, 80, ACK)
            .build();

    assertThat(decode(six).key())
        .isEqualTo(
            decode(packet().ethernet(1, 2).ipv6("2001:db8::1", "2001:db8::2").udp(9, 10).build())
                .key());
    assertThat(decode(inSix).key()).isEqualTo(FLOW);
  }

  @Test
  void shouldTellInnerFlowWhenOuterIsIpv6() {
    PacketBuilder udp = packet().ethernet(1, 2).ipv6("fe80::1", "fe80::2").udp(7, 4789);
    byte[] frame =
        TunnelFrames.ethernet(TunnelFrames.vxlan(udp, 3)).ipv4(A, B).tcp(1234, 80, ACK).build();

    assertThat(decode(frame).key()).isEqualTo(FLOW);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4})
  void shouldTellInnermostFlowWhenTunnelsAreNested(int depth) {
    assertThat(decode(nested(depth)).key()).isEqualTo(FLOW);
    assertThat(decode(LinkType.LINUX_SLL, cooked(nested(depth))).key()).isEqualTo(FLOW);
  }

  @Test
  void shouldTellFlowOfTheFifthTunnelsEndsWhenThereAreFive() {
    assertThat(decode(nested(5)).key())
        .isEqualTo(
            decode(packet().ethernet(1, 2).ipv4("9.0.0.3", "9.0.1.3").protocol(47).build()).key());
  }

  /** VXLAN, GRE, GENEVE, GRE, GRE. */
  private static byte[] nested(int depth) {
    PacketBuilder frame = TunnelFrames.ethernet(TunnelFrames.vxlan(outer().udp(50000, 4789), 1));
    for (int i = 1; i < depth; i++) {
      frame.ipv4("9.0.0." + (i - 1), "9.0.1." + (i - 1));
      frame = i == 2 ? TunnelFrames.geneve(frame, 1).payload(4) : TunnelFrames.gre(frame, 0);
    }
    return frame.ipv4(A, B).tcp(1234, 80, ACK).build();
  }

  @Test
  void shouldTellFlowOfTheEndsWhenAFrameInATunnelIsNotIp() {
    byte[] frame =
        TunnelFrames.ethernet(TunnelFrames.vxlan(outer().udp(50000, 4789), 1))
            .type(0x88cc)
            .payload(40)
            .build();

    assertThat(decode(frame).key()).isEqualTo(outerKey(frame));
    assertThat(decode(frame).payloadLength()).isEqualTo(8 + 14 + 40);
  }

  @Test
  void shouldTellFlowOfTheEndsWhenTheFragmentIsNotTheFirst() {
    byte[] frame =
        TunnelFrames.vxlan(outer().ipv4Fragment(1, 100, false).udp(50000, 4789), 1)
            .payload(60)
            .build();

    assertThat(decode(frame).key()).isEqualTo(outerKey(frame));
  }

  @Test
  void shouldTellInnerFlowOfTheFirstFragment() {
    byte[] frame =
        TunnelFrames.ethernet(
                TunnelFrames.vxlan(outer().ipv4Fragment(1, 0, true).udp(50000, 4789), 1))
            .ipv4(A, B)
            .tcp(1234, 80, ACK)
            .payload(8)
            .build();

    assertThat(decode(frame).key()).isEqualTo(FLOW);
  }
}
