package org.gotm.core.flow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.gotm.core.flow.FlowRig.SECOND;
import static org.gotm.core.flow.FlowRig.WIDE;
import static org.gotm.core.flow.FlowRig.name;
import static org.gotm.core.packet.PacketBuilder.ACK;

import java.util.ArrayList;
import java.util.List;
import org.gotm.core.flow.FlowRig.Packet;
import org.gotm.core.packet.FlowKey;
import org.junit.jupiter.api.Test;

/** The flow of each packet, as it was when the packet was counted. */
class BatchFlowsTest {
  private static final long START = 1_700_000_000 * SECOND;

  private static FlowRig rig(int capacityFlows, Cutoff cutoff) {
    return new FlowRig(FlowRig.options(capacityFlows, cutoff), 16, 42);
  }

  private static List<Packet> packets(int... flows) {
    List<Packet> packets = new ArrayList<>();
    for (int flow : flows) {
      packets.add(new Packet(flow, 10 * packets.size(), ACK));
    }
    return packets;
  }

  private static String counts(BatchFlows flows, int packets) {
    StringBuilder counts = new StringBuilder();
    for (int i = 0; i < packets; i++) {
      counts
          .append(flows.isNew(i) ? "new " : "")
          .append(flows.packets(i))
          .append('/')
          .append(flows.bytes(i))
          .append(flows.isJustCut(i) ? " cut, " : ", ");
    }
    return counts.toString();
  }

  @Test
  void shouldCountUpFromPacketToPacket() {
    try (FlowRig rig = rig(10, Cutoff.of(3, 0))) {
      rig.send(packets(1, 2, 1, 1, 1, 2), START);

      assertThat(counts(rig.cutter().flows(), 6))
          .isEqualTo("new 1/0, new 1/10, 2/20, 3/50 cut, 4/90, 2/60, ");
      rig.send(packets(2, 3), START);
      assertThat(counts(rig.cutter().flows(), 2)).isEqualTo("3/60 cut, new 1/10, ");
    }
  }

  @Test
  void shouldTellEachPacketsKeyAndHash() {
    try (FlowRig rig = rig(10, Cutoff.none())) {
      rig.send(packets(1, WIDE + 2, 1), START);
      BatchFlows flows = rig.cutter().flows();

      assertThat(flows.key(0)).hasToString(name(1)).isEqualTo(flows.key(2));
      assertThat(flows.key(1)).hasToString(name(WIDE + 2)).isNotEqualTo(flows.key(0));
      assertThat(flows.hash(0)).isEqualTo(flows.hash(2)).isNotEqualTo(flows.hash(1));
      assertThat(flows.payloadLength(2)).isEqualTo(20);
      assertThat(flows.key(1).meta()).isEqualTo(flows.meta(1));
      assertThat(flows.key(1).address3()).isEqualTo(flows.address(1, 3));
    }
  }

  /** A key of one word does not show what a wide key left in the words behind. */
  @Test
  void shouldTellTheSameKeyWhateverWasThereBefore() {
    try (FlowRig rig = rig(10, Cutoff.none())) {
      rig.send(packets(1), START);
      FlowKey before = rig.cutter().flows().key(0);
      rig.send(packets(WIDE + 3), START);
      rig.send(packets(1), START);

      assertThat(rig.cutter().flows().key(0)).isEqualTo(before);
    }
  }

  /** A later packet of the batch moves slots about: what was noted before must not change. */
  @Test
  void shouldNotChangeWhenTheFlowGivesWayWithinTheBatch() {
    try (FlowRig rig = rig(1, Cutoff.none())) {
      rig.send(packets(1, 1, 2, 1), START);

      assertThat(counts(rig.cutter().flows(), 4)).isEqualTo("new 1/0, 2/10, new 1/20, new 1/30, ");
    }
  }

  @Test
  void shouldBeNewAgainAfterTheTimeout() {
    try (FlowRig rig = rig(10, Cutoff.none())) {
      rig.send(packets(1, 1), START);
      rig.send(packets(1, 1), START + 6 * SECOND);

      assertThat(counts(rig.cutter().flows(), 2)).isEqualTo("new 1/0, 2/10, ");
    }
  }

  @Test
  void shouldHaveNoFlowForWhatCannotBeDecoded() {
    try (FlowRig rig = rig(10, Cutoff.of(1, 1))) {
      rig.send(packets(1), START);
      rig.sendUndecodable(START);
      BatchFlows flows = rig.cutter().flows();

      assertThat(flows.isKnown(0)).isFalse();
      assertThat(counts(flows, 1)).isEqualTo("0/0, ");
      assertThat(flows.key(0)).hasToString("unknown");
    }
  }

  @Test
  void shouldHaveNoFlowsWhenThereIsNoCutter() {
    BatchFlows none = BatchFlows.none();

    assertThat(none.isKnown(1000)).isFalse();
    assertThat(counts(none, 2)).isEqualTo("0/0, 0/0, ");
  }
}
