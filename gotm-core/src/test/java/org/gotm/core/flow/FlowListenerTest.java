package org.gotm.core.flow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.gotm.core.flow.FlowRig.SECOND;
import static org.gotm.core.flow.FlowRig.options;
import static org.gotm.core.packet.PacketBuilder.ACK;
import static org.gotm.core.packet.PacketBuilder.FIN;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a listener hears of a flow's life, in order. */
class FlowListenerTest {
  private static final long START = 1_700_000_000 * SECOND;

  private static List<String> heard(FlowRig rig) {
    List<String> heard = List.copyOf(rig.lives);
    rig.lives.clear();
    return heard;
  }

  private static FlowRig rig(int capacityFlows, Cutoff cutoff) {
    return new FlowRig(options(capacityFlows, cutoff));
  }

  @Test
  void shouldHearOfStartCutAndEnd() {
    try (FlowRig rig = rig(10, Cutoff.of(3, 0))) {
      for (int i = 0; i < 6; i++) {
        rig.send(7, 10, ACK, START);
      }
      rig.cutter().end();

      assertThat(heard(rig))
          .containsExactly("start 7 packets=1", "cut 7 packets=3", "CAPTURE_END 7 packets=6");
    }
  }

  @Test
  void shouldHearOfTheEndBeforeTheStartWhenAFlowComesBackAfterItsTimeout() {
    try (FlowRig rig = rig(10, Cutoff.none())) {
      rig.send(7, 10, ACK, START);
      rig.send(7, 10, ACK, START + 6 * SECOND);

      assertThat(heard(rig))
          .containsExactly("start 7 packets=1", "IDLE 7 packets=1", "start 7 packets=1");
    }
  }

  @Test
  void shouldHearOfTheEndBeforeTheStartWhenAFlowGivesWay() {
    try (FlowRig rig = rig(1, Cutoff.none())) {
      rig.send(7, 10, ACK, START);
      rig.send(8, 10, ACK, START);
      rig.send(9, 10, ACK, START + 6 * SECOND);

      assertThat(heard(rig))
          .containsExactly(
              "start 7 packets=1",
              "EVICTED 7 packets=1",
              "start 8 packets=1",
              "IDLE 8 packets=1",
              "start 9 packets=1");
    }
  }

  @Test
  void shouldHearWhenTheHandForgetsAnIdleFlow() {
    try (FlowRig rig = rig(10, Cutoff.none())) {
      rig.send(7, 10, ACK, START);
      for (int tenth = 0; tenth < 200; tenth++) {
        rig.cutter().expire(START + tenth * SECOND / 10);
      }

      assertThat(heard(rig)).containsExactly("start 7 packets=1", "IDLE 7 packets=1");
    }
  }

  @Test
  void shouldHearOfStartAndCutWhenOnePacketIsBoth() {
    try (FlowRig rig = rig(10, Cutoff.of(1, 0))) {
      rig.send(7, 10, ACK, START);
      rig.send(7, 10, ACK, START);

      assertThat(heard(rig)).containsExactly("start 7 packets=1", "cut 7 packets=1");
    }
  }

  /** Packets of 10 bytes: the cut is at the packet that reaches the first of both limits. */
  @ParameterizedTest
  @CsvSource({"0, 1, 1", "0, 10, 1", "0, 11, 2", "0, 100, 10", "5, 100, 5", "50, 31, 4"})
  void shouldHearOfTheCutAtThePacketThatReachesIt(long packets, long bytes, int cutAt) {
    try (FlowRig rig = rig(10, Cutoff.of(packets, bytes))) {
      for (int i = 1; i <= 60; i++) {
        boolean kept = rig.send(7, 10, ACK, START);
        assertThat(kept).as("packet %d", i).isEqualTo(i <= cutAt);
        assertThat(rig.cutter().flows().isJustCut(0)).as("packet %d", i).isEqualTo(i == cutAt);
      }

      assertThat(heard(rig)).containsExactly("start 7 packets=1", "cut 7 packets=" + cutAt);
    }
  }

  @Test
  void shouldHearOfNoSecondCutForControlPackets() {
    try (FlowRig rig = rig(10, Cutoff.of(2, 0))) {
      for (int i = 0; i < 40; i++) {
        rig.send(7, 0, FIN, START);
      }

      assertThat(heard(rig)).containsExactly("start 7 packets=1", "cut 7 packets=2");
    }
  }

  @Test
  void shouldHearOfNoCutWhenThereIsNoLimit() {
    try (FlowRig rig = rig(10, Cutoff.none())) {
      for (int i = 0; i < 500; i++) {
        rig.send(7, 60_000, ACK, START);
      }

      assertThat(heard(rig)).containsExactly("start 7 packets=1");
    }
  }

  @Test
  void shouldHearOfTheCutOfEachFlowAnew() {
    try (FlowRig rig = rig(10, Cutoff.of(1, 0))) {
      rig.send(7, 10, ACK, START);
      rig.send(7, 10, ACK, START + 6 * SECOND);

      assertThat(heard(rig))
          .containsExactly(
              "start 7 packets=1",
              "cut 7 packets=1",
              "IDLE 7 packets=1",
              "start 7 packets=1",
              "cut 7 packets=1");
    }
  }

  @Test
  void shouldHearOfEveryFlowThatIsLeftAtTheEndOnce() {
    int flows = 1000;
    try (FlowRig rig = rig(flows, Cutoff.none())) {
      for (int flow = 1; flow <= flows; flow++) {
        rig.send(flow, 10, ACK, START);
      }
      heard(rig);
      rig.cutter().end();
      rig.cutter().end();

      assertThat(heard(rig))
          .hasSize(flows)
          .doesNotHaveDuplicates()
          .allMatch(end -> end.startsWith("CAPTURE_END "));
      assertThat(rig.cutter().size()).isZero();
    }
  }

  @Test
  void shouldStartAnewAfterTheEnd() {
    try (FlowRig rig = rig(10, Cutoff.of(1, 0))) {
      rig.send(7, 10, ACK, START);
      rig.cutter().end();
      assertThat(rig.send(7, 10, ACK, START)).isTrue();

      assertThat(rig.cutter().created()).isEqualTo(2);
    }
  }
}
