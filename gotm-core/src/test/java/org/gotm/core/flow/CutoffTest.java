package org.gotm.core.flow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.gotm.core.flow.FlowRig.SECOND;
import static org.gotm.core.flow.FlowRig.options;
import static org.gotm.core.packet.PacketBuilder.ACK;
import static org.gotm.core.packet.PacketBuilder.FIN;
import static org.gotm.core.packet.PacketBuilder.RST;
import static org.gotm.core.packet.PacketBuilder.SYN;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Where a flow is cut, to the packet. */
class CutoffTest {

  private static int kept(Cutoff cutoff, int packets, int payload, int tcpFlags) {
    try (FlowRig rig = new FlowRig(options(10, cutoff))) {
      return send(rig, packets, payload, tcpFlags);
    }
  }

  private static int send(FlowRig rig, int packets, int payload, int tcpFlags) {
    int kept = 0;
    for (int i = 0; i < packets; i++) {
      kept += rig.send(1, payload, tcpFlags, SECOND) ? 1 : 0;
    }
    return kept;
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 100})
  void shouldKeepExactlySoManyPackets(int packets) {
    assertThat(kept(Cutoff.of(packets, 0), 300, 1000, ACK)).isEqualTo(packets);
  }

  @ParameterizedTest
  @CsvSource({"1000, 400, 3", "1000, 500, 2", "1000, 1000, 1", "1000, 2000, 1", "1000, 1, 1000"})
  void shouldKeepThePacketThatCrossesTheByteLimitButNoneAfter(
      int bytes, int payload, int expected) {
    assertThat(kept(Cutoff.of(0, bytes), 2000, payload, ACK)).isEqualTo(expected);
  }

  @Test
  void shouldNotCutByBytesWhenPacketsCarryNone() {
    assertThat(kept(Cutoff.of(0, 1), 500, 0, ACK)).isEqualTo(500);
  }

  @Test
  void shouldCutWhereTheFirstOfBothLimitsIs() {
    assertThat(kept(Cutoff.of(5, 1000), 100, 100, ACK)).isEqualTo(5);
    assertThat(kept(Cutoff.of(50, 1000), 100, 100, ACK)).isEqualTo(10);
  }

  @Test
  void shouldKeepAllWhenCutoffIsZero() {
    assertThat(kept(Cutoff.of(0, 0), 5000, 1 << 20, ACK)).isEqualTo(5000);
    assertThat(kept(Cutoff.none(), 5000, 1 << 20, ACK)).isEqualTo(5000);
  }

  @ParameterizedTest
  @ValueSource(ints = {SYN, FIN, RST, SYN | ACK, FIN | ACK})
  void shouldKeepAtMostSixteenControlPacketsAfterTheCut(int tcpFlags) {
    try (FlowRig rig = new FlowRig(options(10, Cutoff.of(10, 0)))) {
      assertThat(send(rig, 100, 100, ACK)).isEqualTo(10);
      assertThat(send(rig, 100, 0, tcpFlags)).isEqualTo(Cutoff.MAX_CONTROL).isEqualTo(16);
      assertThat(send(rig, 100, 100, ACK)).isZero();
    }
  }

  @Test
  void shouldKeepControlPacketsAfterTheByteCutToo() {
    try (FlowRig rig = new FlowRig(options(10, Cutoff.of(0, 500)))) {
      assertThat(send(rig, 100, 100, ACK)).isEqualTo(5);
      assertThat(send(rig, 100, 0, FIN | ACK)).isEqualTo(16);
      assertThat(send(rig, 100, 100, ACK)).isZero();
    }
  }

  @Test
  void shouldNotCountControlPacketsWithinTheCutoff() {
    assertThat(kept(Cutoff.of(10, 0), 100, 0, SYN)).isEqualTo(10 + 16);
  }

  @Test
  void shouldCutOtherPacketsBetweenControlPackets() {
    try (FlowRig rig = new FlowRig(options(10, Cutoff.of(1, 0)))) {
      assertThat(rig.send(1, 0, SYN, SECOND)).isTrue();
      for (int i = 0; i < 16; i++) {
        assertThat(rig.send(1, 10, ACK, SECOND)).isFalse();
        assertThat(rig.send(1, 0, FIN, SECOND)).isTrue();
      }
      assertThat(rig.send(1, 0, FIN, SECOND)).isFalse();
    }
  }

  @Test
  void shouldCutControlPacketsWhenTheyAreNotWanted() {
    assertThat(kept(Cutoff.of(10, 0).withKeepControl(false), 100, 0, SYN)).isEqualTo(10);
  }

  @Test
  void shouldCountEveryPacketOnceWhetherControlOrNot() {
    try (FlowRig rig = new FlowRig(options(10, Cutoff.of(3, 0)))) {
      send(rig, 20, 7, ACK);
      send(rig, 30, 0, SYN);
      rig.send(1, 0, ACK, 60 * SECOND);

      FlowRig.Event end = rig.takeEvents().getFirst();
      assertThat(end.packets()).isEqualTo(50);
      assertThat(end.bytes()).isEqualTo(140);
    }
  }

  @Test
  void shouldStartAnewWhenFlowComesBackAfterItsTimeout() {
    try (FlowRig rig = new FlowRig(options(10, Cutoff.of(3, 0)))) {
      send(rig, 10, 1, ACK);
      assertThat(rig.send(1, 1, ACK, 60 * SECOND)).isTrue();
      assertThat(rig.send(1, 1, ACK, 60 * SECOND)).isTrue();
      assertThat(rig.send(1, 1, ACK, 60 * SECOND)).isTrue();
      assertThat(rig.send(1, 1, ACK, 60 * SECOND)).isFalse();
    }
  }

  @Test
  void shouldAlwaysKeepWhatCannotBeDecoded() {
    try (FlowRig rig = new FlowRig(options(10, Cutoff.of(1, 1)))) {
      for (int i = 0; i < 1000; i++) {
        assertThat(rig.sendUndecodable(SECOND)).isTrue();
      }
      assertThat(rig.cutter().size()).isZero();
      assertThat(rig.cutter().created()).isZero();
    }
  }

  @Test
  void shouldRefuseLimitsThatAreNotAboveZero() {
    assertThatThrownBy(() -> Cutoff.of(-1, 0)).hasMessageContaining("packets=-1");
    assertThatThrownBy(() -> Cutoff.of(0, -1)).hasMessageContaining("bytes=-1");
    assertThatThrownBy(() -> new Cutoff(0, 1, true)).hasMessageContaining("packets=0");
  }
}
