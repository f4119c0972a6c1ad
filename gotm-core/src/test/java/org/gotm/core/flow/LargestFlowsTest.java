package org.gotm.core.flow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.gotm.core.flow.FlowRig.SECOND;
import static org.gotm.core.flow.FlowRig.name;
import static org.gotm.core.flow.FlowRig.options;
import static org.gotm.core.packet.PacketBuilder.ACK;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Which flows the sample finds, and what it says of them. */
class LargestFlowsTest {
  private static final long START = 1_700_000_000 * SECOND;
  private static final int FLOWS = 40;

  private static FlowRig rig() {
    return new FlowRig(options(1000, Cutoff.of(5, 0)), 2 * FLOWS, 42);
  }

  /** A packet of each of the flows, in an order that changes; flow n has n bytes in each. */
  private static List<FlowRig.Packet> packets(int first, int round) {
    List<FlowRig.Packet> packets = new ArrayList<>();
    for (int i = 1; i <= FLOWS; i++) {
      int flow = (i * 7 + round) % FLOWS + 1;
      packets.add(new FlowRig.Packet(first + flow, flow, ACK));
    }
    return packets;
  }

  private static long sendFor(FlowRig rig, int first, long begin, long nanos) {
    long now = begin;
    for (int round = 0; now < begin + nanos; round++) {
      rig.send(packets(first, round), now);
      now += LargestFlows.LOOK_NANOS;
    }
    return now;
  }

  @ParameterizedTest
  @ValueSource(ints = {0, FlowRig.WIDE})
  void shouldFindTheLargestOfThoseThatSendWithExactCounts(int first) {
    try (FlowRig rig = rig()) {
      assertThat(rig.cutter().largestFlows()).isEmpty();
      sendFor(rig, first, START, LargestFlows.WINDOW_NANOS + LargestFlows.LOOK_NANOS);

      List<SampledFlow> found = rig.cutter().largestFlows();
      long packets = found.getFirst().packets();
      assertThat(packets).isEqualTo(LargestFlows.WINDOW_NANOS / LargestFlows.LOOK_NANOS);
      assertThat(found)
          .extracting(flow -> flow.key().toString(), SampledFlow::bytes, SampledFlow::packets)
          .containsExactlyElementsOf(
              IntStream.iterate(FLOWS, flow -> flow - 1)
                  .limit(LargestFlows.MOST)
                  .mapToObj(flow -> tuple(first + flow, flow * packets, packets))
                  .toList());
      assertThat(found).isSortedAccordingTo(Comparator.comparing(SampledFlow::bytes).reversed());
    }
  }

  private static org.assertj.core.groups.Tuple tuple(int flow, long bytes, long packets) {
    return org.assertj.core.api.Assertions.tuple(name(flow), bytes, packets);
  }

  @Test
  void shouldFindNothingBeforeSomebodyAsks() {
    try (FlowRig rig = rig()) {
      long now = sendFor(rig, 0, START, 2 * LargestFlows.WINDOW_NANOS);
      assertThat(rig.cutter().largestFlows()).as("the first to ask").isEmpty();
      sendFor(rig, 0, now, LargestFlows.WINDOW_NANOS + 2 * LargestFlows.LOOK_NANOS);

      assertThat(rig.cutter().largestFlows()).hasSize(LargestFlows.MOST);
    }
  }

  @Test
  void shouldForgetThoseThatSendNoMore() {
    try (FlowRig rig = rig()) {
      rig.cutter().largestFlows();
      long now = sendFor(rig, 0, START, 2 * LargestFlows.WINDOW_NANOS);
      rig.cutter().expireIdle(now + LargestFlows.WINDOW_NANOS);
      rig.cutter().expireIdle(now + 2 * LargestFlows.WINDOW_NANOS);

      assertThat(rig.cutter().largestFlows()).isEmpty();
    }
  }

  @Test
  void shouldGoOnWhenTimeGoesBack() {
    try (FlowRig rig = rig()) {
      rig.cutter().largestFlows();
      sendFor(rig, 0, START, 2 * LargestFlows.WINDOW_NANOS);
      sendFor(rig, 100, START - 1000 * SECOND, 2 * LargestFlows.WINDOW_NANOS);

      assertThat(rig.cutter().largestFlows())
          .first()
          .extracting(flow -> flow.key().toString())
          .isEqualTo(name(100 + FLOWS));
    }
  }

  @Test
  void shouldPassOverWhatCannotBeDecoded() {
    try (FlowRig rig = rig()) {
      rig.cutter().largestFlows();
      rig.sendUndecodable(START);
      rig.sendUndecodable(START + LargestFlows.WINDOW_NANOS);

      assertThat(rig.cutter().largestFlows()).isEmpty();
    }
  }

  @Test
  void shouldCountTheFlowsThatReachTheirCutoff() {
    try (FlowRig rig = rig()) {
      for (int packets = 1; packets < 5; packets++) {
        rig.send(7, 10, ACK, START);
      }
      assertThat(rig.cutter().cut()).isZero();
      rig.send(7, 10, ACK, START);
      rig.send(7, 10, ACK, START);
      rig.send(8, 10, ACK, START);

      assertThat(rig.cutter().cut()).isEqualTo(1);
    }
  }
}
