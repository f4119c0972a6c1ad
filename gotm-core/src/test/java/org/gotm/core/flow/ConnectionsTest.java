package org.gotm.core.flow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.gotm.core.packet.PacketBuilder.ACK;
import static org.gotm.core.packet.PacketBuilder.FIN;
import static org.gotm.core.packet.PacketBuilder.RST;
import static org.gotm.core.packet.PacketBuilder.SYN;
import static org.gotm.core.packet.PacketBuilder.packet;

import java.nio.ByteBuffer;
import java.util.List;
import org.gotm.core.packet.PacketBuilder;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** When a SYN begins another flow. The cutoff is 5 packets; control packets are not kept after. */
class ConnectionsTest {
  private static final int CLIENT = 40_000;
  private static final int SERVER = 80;
  private static final long START = 1_700_000_000L * FrameRig.SECOND;
  private static final long MILLISECOND = 1_000_000;

  private final FrameRig rig = FrameRig.of(Cutoff.of(5, 0).withKeepControl(false));
  private boolean isIpv6;
  private long now = START;

  @AfterEach
  void close() {
    rig.close();
  }

  private PacketBuilder fromClient() {
    PacketBuilder frame = packet().ethernet(1, 2);
    return isIpv6 ? frame.ipv6("2001:db8::9", "2001:db8::1") : frame.ipv4("10.0.0.9", "10.0.0.1");
  }

  private PacketBuilder fromServer() {
    PacketBuilder frame = packet().ethernet(2, 1);
    return isIpv6 ? frame.ipv6("2001:db8::1", "2001:db8::9") : frame.ipv4("10.0.0.1", "10.0.0.9");
  }

  private boolean client(int flags, int sequence) {
    now += MILLISECOND;
    return rig.send(FrameRig.tcp(fromClient(), CLIENT, SERVER, flags, sequence, 0), now);
  }

  private boolean server(int flags, int acknowledged) {
    now += MILLISECOND;
    return rig.send(FrameRig.tcp(fromServer(), SERVER, CLIENT, flags, 77, acknowledged), now);
  }

  /** A connection that is cut: three packets of a handshake, and more of data. */
  private void connect(int sequence) {
    client(SYN, sequence);
    server(SYN | ACK, sequence + 1);
    for (int i = 0; i < 10; i++) {
      client(ACK, sequence + 1);
    }
    assertThat(client(ACK, sequence + 1)).isFalse();
  }

  @ParameterizedTest
  @ValueSource(ints = {FIN, RST})
  void shouldBeginAnewWhenSynFollowsTheEndOfAConnection(int end) {
    connect(1000);
    client(end | ACK, 1001);

    assertThat(client(SYN, 2000)).isTrue();
    assertThat(rig.flows().packets(0)).isEqualTo(1);
    assertThat(server(SYN | ACK, 2001)).isTrue();
    assertThat(client(ACK, 2001)).isTrue();
    assertThat(rig.cutter.renewed()).isEqualTo(1);
    assertThat(rig.heard).contains("NEW_CONNECTION packets=14");
  }

  /** Clients that take no care choose the same one each time. */
  @Test
  void shouldBeginAnewAfterTheEndWithTheSequenceNumberOfBefore() {
    connect(1000);
    client(FIN | ACK, 1001);

    assertThat(client(SYN, 1000)).isTrue();
    assertThat(client(ACK, 1001)).isTrue();
  }

  /** As in a capture of a client that was refused, and let in with its next connection. */
  @Test
  void shouldBeginAnewAtOnceWhenTheSynBeforeWasRefused() {
    connect(1000);
    client(RST | ACK, 1001);
    client(SYN, 2000);
    server(RST | ACK, 2001);

    assertThat(client(SYN, 3000)).isTrue();
    assertThat(rig.flows().packets(0)).isEqualTo(1);
  }

  @Test
  void shouldNotTakeItForAnAnswerWhenItIsOfTheSameEnd() {
    connect(1000);
    client(RST, 1001);
    client(SYN, 2000);
    now += MILLISECOND;
    rig.send(FrameRig.tcp(fromClient(), CLIENT, SERVER, RST | ACK, 77, 2001), now);

    client(SYN, 3000);
    assertThat(rig.cutter.created()).isEqualTo(2);
  }

  @Test
  void shouldBeginAnewOverIpv6() {
    isIpv6 = true;
    connect(1000);
    server(FIN | ACK, 1001);

    assertThat(client(SYN, 2000)).isTrue();
    assertThat(client(ACK, 2001)).isTrue();
  }

  @Test
  void shouldBeginAnewWhenSequenceNumberIsFarFromTheFlow() {
    connect(1000);

    assertThat(client(SYN, 500_000_000)).isTrue();
    assertThat(client(ACK, 500_000_001)).isTrue();
    assertThat(rig.cutter.created()).isEqualTo(2);
  }

  @Test
  void shouldNotBeginAnewWhenSynIsSentAgain() {
    connect(1000);
    now += 2 * FrameRig.SECOND;

    assertThat(client(SYN, 1000)).isFalse();
    assertThat(rig.cutter.created()).isEqualTo(1);
  }

  @Test
  void shouldNotBeginAnewWhenSequenceNumberIsOneTheFlowMayHaveReached() {
    connect(-1000);

    assertThat(client(SYN, 60_000)).isFalse();
    assertThat(rig.cutter.created()).isEqualTo(1);
  }

  @Test
  void shouldNotBeginAnewByTheAnswerToSyn() {
    connect(1000);
    client(FIN | ACK, 1001);

    assertThat(server(SYN | ACK, 999_999)).isFalse();
    assertThat(rig.cutter.created()).isEqualTo(1);
  }

  /** The ends go on with their connection while somebody sends SYNs between their packets. */
  @Test
  void shouldGetOneBudgetASecondAtMostWhenFloodedWithSyns() {
    connect(1000);
    int kept = 0;
    for (int i = 0; i < 3000; i++) {
      kept += client(SYN, 100_000_000 + i * 1_000_003) ? 1 : 0;
      kept += server(ACK, 1001) ? 1 : 0;
      kept += client(ACK, 1001) ? 1 : 0;
    }

    assertThat(kept).isBetween(5 * 9, 5 * 10); // 9 seconds
  }

  @Test
  void shouldGetOneBudgetASecondAtMostWhenFloodedWithRstAndSyn() {
    connect(1000);
    int kept = 0;
    for (int i = 0; i < 3000; i++) {
      kept += client(RST, 1001) ? 1 : 0;
      kept += client(SYN, 2000 + i) ? 1 : 0;
      kept += server(ACK, 1001) ? 1 : 0;
    }

    assertThat(kept).isBetween(5 * 9, 5 * 10);
  }

  @Test
  void shouldBeginAnewForEachConnectionThatIsAnswered() {
    for (int i = 0; i < 20; i++) {
      connect(1000 + i * 100_000);
      client(FIN | ACK, 0);
    }

    assertThat(rig.cutter.created()).isEqualTo(20);
  }

  @Test
  void shouldBeginAnewWhenOnlyOneDirectionIsSeen() {
    for (int i = 0; i < 10; i++) {
      client(ACK, 1000);
    }
    client(FIN | ACK, 1000);
    now += FrameRig.SECOND;

    assertThat(client(SYN, 2000)).isTrue();
    assertThat(client(ACK, 2001)).isTrue();
  }

  @Test
  void shouldNameTheSenderOfTheFirstPacketFirst() {
    client(SYN, 1000);
    assertThat(rig.heard)
        .isEqualTo(List.of("start proto=TCP src=10.0.0.9 sport=40000 dst=10.0.0.1 dport=80"));
  }

  @Test
  void shouldNameWhoIsAnsweredFirstWhenTheSynWasNotSeen() {
    server(SYN | ACK, 1001);
    assertThat(rig.heard)
        .isEqualTo(List.of("start proto=TCP src=10.0.0.9 sport=40000 dst=10.0.0.1 dport=80"));
  }

  @Test
  void shouldNameTheSenderFirstOverIpv6AndEthernet() {
    isIpv6 = true;
    client(SYN, 1000);
    rig.send(packet().ethernet(1, 2).type(0x88cc).payload(50).build(), now);
    rig.send(packet().ethernet(2, 1).type(0x88cd).payload(50).build(), now);
    rig.send(arp(), now);

    assertThat(rig.heard)
        .isEqualTo(
            List.of(
                "start proto=TCP src=2001:db8::9 sport=40000 dst=2001:db8::1 dport=80",
                "start ethertype=0x88cc src=00:00:00:00:00:02 dst=00:00:00:00:00:01",
                "start ethertype=0x88cd src=00:00:00:00:00:01 dst=00:00:00:00:00:02",
                "start proto=ARP src=10.0.0.9 dst=10.0.0.1"));
  }

  /** Who has 10.0.0.1? Tell 10.0.0.9. */
  private static byte[] arp() {
    int[] message = {0, 1, 8, 0, 6, 4, 0, 1, 0, 0, 0, 0, 0, 2, 10, 0, 0, 9};
    return packet()
        .ethernet(0xffffffffffffL, 2)
        .type(0x0806)
        .bytes(message)
        .bytes(0, 0, 0, 0, 0, 0, 10, 0, 0, 1)
        .build();
  }

  /** Flows move within the table when others go, and what is known of their SYN with them. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void shouldRememberSynOfFlowsThatMoved(boolean isIpv6) {
    this.isIpv6 = isIpv6;
    int flows = 100;
    for (int flow = 0; flow < flows; flow++) {
      rig.send(FrameRig.tcp(fromClient(), flow, SERVER, SYN, flow * 1_000_000, 0), now);
    }
    for (int second = 1; second <= 10; second++) {
      now += FrameRig.SECOND;
      for (int flow = 1; flow < flows; flow += 2) {
        rig.send(FrameRig.tcp(fromClient(), flow, SERVER, SYN, flow * 1_000_000, 0), now);
      }
      rig.cutter.expireIdle(now);
    }

    assertThat(rig.cutter.size()).isEqualTo(flows / 2);
    assertThat(rig.cutter.created()).isEqualTo(flows);
  }

  @Test
  void shouldBeginAnewForSctpInit() {
    int initTag = 16;
    byte[] init = sctp(1, initTag, 1000);
    byte[] answer = sctp(fromServer().sctp(8, 7), 2, 4, 1000);
    byte[] data = sctp(0, initTag, 0);
    rig.send(init, now);
    rig.send(answer, now);
    for (int i = 0; i < 10; i++) {
      rig.send(data, now);
    }
    assertThat(rig.send(data, now)).isFalse();
    assertThat(rig.send(init, now)).as("sent again").isFalse();
    rig.send(sctp(14, initTag, 0), now); // SHUTDOWN COMPLETE

    assertThat(rig.send(sctp(1, initTag, 2000), now)).isTrue();
    assertThat(rig.send(data, now)).isTrue();
  }

  /** One chunk of 20 bytes behind the common header. */
  private byte[] sctp(int chunk, int tagAt, int tag) {
    return sctp(fromClient().sctp(7, 8), chunk, tagAt, tag);
  }

  private static byte[] sctp(PacketBuilder packet, int chunk, int tagAt, int tag) {
    byte[] frame = packet.payload(20).build();
    int header = frame.length - 32;
    ByteBuffer.wrap(frame).putInt(header + tagAt, tag);
    frame[header + 12] = (byte) chunk;
    return frame;
  }
}
