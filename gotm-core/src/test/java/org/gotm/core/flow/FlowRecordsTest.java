package org.gotm.core.flow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.gotm.core.packet.PacketBuilder.ACK;
import static org.gotm.core.packet.PacketBuilder.FIN;
import static org.gotm.core.packet.PacketBuilder.RST;
import static org.gotm.core.packet.PacketBuilder.SYN;
import static org.gotm.core.packet.PacketBuilder.packet;

import java.util.List;
import java.util.OptionalInt;
import org.gotm.core.packet.PacketBuilder;
import org.gotm.core.packet.Tunnel;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the record of a flow tells beyond counts: whose it is, where it was, and why it ended. */
class FlowRecordsTest {
  private static final long START = 1_700_000_000L * FrameRig.SECOND;
  private static final long CLIENT = 0x02_00_00_00_00_09L;
  private static final long SERVER = 0x02_00_00_00_00_01L;
  private static final int CAPACITY = 4;

  private final TakenRecords records = new TakenRecords(1 << 10);
  private final FrameRig rig =
      new FrameRig(FlowRig.options(CAPACITY, Cutoff.of(5, 0)), records.ring);

  @AfterEach
  void close() {
    rig.close();
  }

  private static PacketBuilder fromClient() {
    return packet().ethernet(SERVER, CLIENT).ipv4("10.0.0.9", "10.0.0.1");
  }

  private static PacketBuilder fromServer() {
    return packet().ethernet(CLIENT, SERVER).ipv4("10.0.0.1", "10.0.0.9");
  }

  private FlowRecord ended() {
    rig.cutter.end();
    return records.takeOne();
  }

  private void assertClientIsSource(FlowRecord flow) {
    assertThat(flow.key().firstAddress()).isEqualTo("10.0.0.9");
    assertThat(flow.key().secondAddress()).isEqualTo("10.0.0.1");
    assertThat(flow.sourceMac()).isEqualTo(CLIENT);
    assertThat(flow.destinationMac()).isEqualTo(SERVER);
  }

  @Test
  void shouldTakeWhoSendsFirstForTheSource() {
    rig.send(fromClient().tcp(99, 80, SYN).build(), START);
    rig.send(fromServer().tcp(80, 99, SYN | ACK).build(), START + 1);
    FlowRecord flow = ended();

    assertClientIsSource(flow);
    assertThat(flow.key().firstPort()).isEqualTo(99);
    assertThat(flow.key().secondPort()).isEqualTo(80);
    assertThat(flow.sourceTcpFlags()).isEqualTo(SYN);
    assertThat(flow.destinationTcpFlags()).isEqualTo(SYN | ACK);
    assertThat(List.of(flow.firstNanos(), flow.lastNanos())).containsExactly(START, START + 1);
    assertThat(flow.number()).isEqualTo(TakenRecords.BEFORE_FIRST + 1);
    assertThat(flow.interfaceNumber()).isEqualTo(7);
    assertThat(flow.isContinued()).isFalse();
  }

  @Test
  void shouldTakeWhoIsAnsweredForTheSourceWhenTheSynWasNotSeen() {
    rig.send(fromServer().tcp(80, 99, SYN | ACK).build(), START);
    FlowRecord flow = ended();

    assertClientIsSource(flow);
    assertThat(flow.sourcePackets()).isZero();
    assertThat(flow.destinationPackets()).isEqualTo(1);
    assertThat(flow.destinationTcpFlags()).isEqualTo(SYN | ACK);
  }

  /** It is from a router to the client, about a packet of the client that was not seen. */
  @Test
  void shouldTakeWhoIsToldOfAnErrorForTheSource() {
    byte[] quoted = packet().ipv4("10.0.0.9", "10.0.0.1").udp(99, 53).build();
    byte[] error =
        packet()
            .ethernet(CLIENT, SERVER)
            .ipv4("10.0.0.7", "10.0.0.9")
            .icmp(3, 0)
            .bytes(quoted)
            .build();
    rig.send(error, START);
    rig.send(fromClient().udp(99, 53).payload(8).build(), START + 1);
    FlowRecord flow = ended();

    assertClientIsSource(flow);
    assertThat(flow.sourcePackets()).isEqualTo(1);
    assertThat(flow.destinationPackets()).as("to the client").isEqualTo(1);
    assertThat(flow.destinationBytes()).isEqualTo(error.length);
    assertThat(flow.icmpType()).isEqualTo(OptionalInt.of(3));
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void shouldTellBothAddressesOverIpv6(boolean isFromHigher) {
    String low = "2001:db8::1";
    String high = "2001:db9::1";
    String from = isFromHigher ? high : low;
    String to = isFromHigher ? low : high;
    rig.send(
        packet().ethernet(SERVER, CLIENT).ipv6(from, to).udp(53, 99).payload(8).build(), START);
    FlowRecord flow = ended();

    assertThat(flow.key().firstAddress()).isEqualTo(from);
    assertThat(flow.key().secondAddress()).isEqualTo(to);
    assertThat(flow.key().firstPort()).isEqualTo(53);
    assertThat(flow.key().secondPort()).isEqualTo(99);
    assertThat(flow.sourceMac()).isEqualTo(CLIENT);
  }

  @ParameterizedTest
  @CsvSource({"1, 2", "2, 1"})
  void shouldTellWhoSpeaksWithoutIp(long from, long to) {
    rig.send(packet().ethernet(to, from).type(0x88cc).payload(50).build(), START);
    FlowRecord flow = ended();

    assertThat(flow.isIp()).isFalse();
    assertThat(flow.key().secondPort()).isEqualTo(0x88cc);
    assertThat(flow.key().firstAddress()).endsWith(":0" + from);
    assertThat(flow.sourceMac()).isEqualTo(from);
    assertThat(flow.destinationMac()).isEqualTo(to);
  }

  @Test
  void shouldTellVlansOfTheFirstPacket() {
    rig.send(tagged(0x1000 | 7, 8).build(), START);
    rig.send(tagged(9, 10).build(), START);
    FlowRecord flow = ended();

    assertThat(flow.vlan()).isEqualTo(7);
    assertThat(flow.innerVlan()).isEqualTo(8);
    assertThat(flow.tunnel()).isEmpty();
    assertThat(flow.vni()).isEmpty();
  }

  private static PacketBuilder tagged(int outer, int inner) {
    return packet()
        .ethernet(SERVER, CLIENT)
        .vlan(0x88a8, outer)
        .vlan(0x8100, inner)
        .ipv4("10.0.0.9", "10.0.0.1")
        .udp(99, 53)
        .payload(8);
  }

  @Test
  void shouldTellTheTagThatTheKernelHasTaken() {
    byte[] frame =
        packet()
            .ethernet(SERVER, CLIENT)
            .vlan(0x8100, 8)
            .ipv4("10.0.0.9", "10.0.0.1")
            .udp(99, 53)
            .payload(8)
            .build();
    rig.sendTagged(frame, 0, START, 0x8100 << 16 | 7);
    FlowRecord flow = ended();

    assertThat(flow.vlan()).isEqualTo(7);
    assertThat(flow.innerVlan()).isEqualTo(8);
  }

  /** The VLANs are those outside, the key is that inside. */
  @Test
  void shouldTellTheTunnelAndItsNetwork() {
    byte[] inner =
        packet()
            .ethernet(1, 2)
            .vlan(0x8100, 99)
            .ipv4("1.1.1.1", "2.2.2.2")
            .udp(1, 2)
            .payload(3)
            .build();
    byte[] frame =
        packet()
            .ethernet(SERVER, CLIENT)
            .vlan(0x8100, 7)
            .ipv4("10.0.0.9", "10.0.0.1")
            .udp(12_345, 4789)
            .bytes(8, 0, 0, 0, 0, 0x12, 0x34, 0)
            .bytes(inner)
            .build();
    rig.send(frame, START);
    FlowRecord flow = ended();

    assertThat(flow.key().firstAddress()).isEqualTo("1.1.1.1");
    assertThat(flow.tunnel()).contains(Tunnel.VXLAN);
    assertThat(flow.vni()).isEqualTo(OptionalInt.of(0x1234));
    assertThat(flow.vlan()).isEqualTo(7);
    assertThat(flow.innerVlan()).isZero();
    assertThat(flow.sourceMac()).isEqualTo(CLIENT);
  }

  @Test
  void shouldTellTheKindOfIcmp() {
    byte[] frame = fromClient().icmp(13, 5).build();
    frame[14 + 20 + 1] = 2;
    rig.send(frame, START);
    FlowRecord flow = ended();

    assertThat(flow.icmpType()).isEqualTo(OptionalInt.of(13));
    assertThat(flow.icmpCode()).isEqualTo(OptionalInt.of(2));
    assertThat(flow.tunnel()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({"16, 1", "17, 3", "20, 3", "4, 3"})
  void shouldTellWhetherAFlowThatFellSilentHadEnded(int flags, int reason) {
    rig.send(fromClient().tcp(99, 80, flags).build(), START);
    expireUntil(START + 30 * FrameRig.SECOND);

    assertThat(records.takeOne().endReason()).isEqualTo(reason);
  }

  private void expireUntil(long end) {
    for (long now = START; now <= end; now += FrameRig.SECOND) {
      rig.cutter.expire(now);
    }
  }

  /** The next packet comes before the flow was forgotten. */
  @Test
  void shouldTellThatAFlowWasIdleBeforeItsNextPacket() {
    rig.send(fromClient().tcp(99, 80, ACK).build(), START);
    rig.send(fromServer().tcp(80, 99, ACK).build(), START + 60 * FrameRig.SECOND);

    FlowRecord before = records.takeOne();
    assertThat(before.endReason()).isEqualTo(FlowRecord.IDLE);
    assertThat(before.lastNanos()).isEqualTo(START);
    FlowRecord after = ended();
    assertThat(after.firstNanos()).isEqualTo(START + 60 * FrameRig.SECOND);
    assertThat(after.sourceMac()).isEqualTo(SERVER);
    assertThat(after.sourcePackets()).isEqualTo(1);
    assertThat(after.destinationPackets()).isZero();
    assertThat(after.number()).isEqualTo(before.number() + 1);
    assertThat(after.isContinued()).isFalse();
  }

  @Test
  void shouldEndAConnectionWhenAnotherOneBegins() {
    rig.send(FrameRig.tcp(fromClient(), 99, 80, SYN, 1000, 0), START);
    rig.send(FrameRig.tcp(fromServer(), 80, 99, SYN | ACK, 1, 1001), START);
    rig.send(FrameRig.tcp(fromClient(), 99, 80, FIN | ACK, 1001, 0), START);
    rig.send(FrameRig.tcp(fromClient(), 99, 80, SYN, 90_000, 0), START + 1);

    FlowRecord first = records.takeOne();
    assertThat(first.endReason()).isEqualTo(FlowRecord.END_SEEN);
    assertThat(first.sourcePackets()).isEqualTo(2);
    FlowRecord second = ended();
    assertThat(second.endReason()).isEqualTo(FlowRecord.FORCED);
    assertThat(second.sourcePackets()).isEqualTo(1);
    assertThat(second.sourceTcpFlags()).isEqualTo(SYN);
  }

  @Test
  void shouldTellThatThereWasNoRoom() {
    for (int port = 1; port <= CAPACITY + 1; port++) {
      rig.send(fromClient().tcp(port, 80, RST).build(), START + port);
    }
    assertThat(records.takeOne().endReason()).isEqualTo(FlowRecord.NO_ROOM);
    rig.cutter.end();
    assertThat(records.take()).extracting(FlowRecord::endReason).containsOnly(4).hasSize(CAPACITY);
  }
}
