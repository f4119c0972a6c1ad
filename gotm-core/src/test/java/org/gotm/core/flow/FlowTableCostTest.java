package org.gotm.core.flow;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.gotm.core.flow.FlowRig.Packet;
import org.gotm.core.packet.FlowKeyOptions;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * What a look-up costs, without a clock: slots looked at beyond the first. Linear probing finds a
 * key after (1 + 1 / (1 - load)) / 2 slots on average, half a slot more is a defect of the hash.
 */
class FlowTableCostTest {
  private static final int BATCH = 256;
  private static final int ACK = 0x10;
  private static final long SEED = 0x5eed;

  @ParameterizedTest
  @CsvSource({"6553, 65536", "32768, 65536", "65536, 65536", "100000, 100000"})
  void shouldFindFlowsInAsFewSlotsAsTheoryHasIt(int flows, int capacity) {
    FlowCutter.Options options =
        new FlowCutter.Options(
            capacity,
            60 * FlowRig.SECOND,
            Cutoff.none(),
            Cutoff.UNLIMITED,
            FlowKeyOptions.defaults());
    double load = (double) flows / FlowLives.slotsFor(capacity);
    double expected = (1 / (1 - load) - 1) / 2;
    try (FlowRig rig = new FlowRig(options, BATCH, SEED)) {
      sendAll(rig, flows);
      long before = rig.cutter().probes();
      sendAll(rig, flows);
      double probes = (double) (rig.cutter().probes() - before) / flows;

      assertThat(rig.cutter().size()).isEqualTo(flows);
      assertThat(probes).as("load=%.2f", load).isBetween(expected * 0.8, expected * 1.2);
    }
  }

  /** Every flow once, one flow in eight with a key of four words. */
  private static void sendAll(FlowRig rig, int flows) {
    List<Packet> packets = new ArrayList<>(BATCH);
    for (int flow = 1; flow <= flows; flow++) {
      packets.add(new Packet(flow % 8 == 7 ? flow | FlowRig.WIDE : flow, 10, ACK));
      if (packets.size() == BATCH || flow == flows) {
        rig.send(packets, FlowRig.SECOND);
        packets.clear();
      }
    }
  }
}
