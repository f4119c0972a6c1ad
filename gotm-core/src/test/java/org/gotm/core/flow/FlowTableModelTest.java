package org.gotm.core.flow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.gotm.core.flow.FlowRig.SECOND;
import static org.gotm.core.packet.PacketBuilder.ACK;
import static org.gotm.core.packet.PacketBuilder.FIN;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.gotm.core.Seed;
import org.gotm.core.packet.FlowKeyOptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Random traffic through the table and through a {@link FlowModel} of it: every decision, every end
 * of a flow with its counts, and every report must be the same.
 */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class FlowTableModelTest {
  private static final int ROUNDS = 15_000;
  private static final int LARGEST_BATCH = 8;
  private static final long TIMEOUT = 5 * SECOND;
  private static final long START = 1_700_000_000 * SECOND;
  private static final long SEED = Seed.of(FlowTableModelTest.class);

  private final SplittableRandom random = new SplittableRandom(SEED);

  /** Capacities from one flow on; the smallest table has 64 slots, so chains wrap around. */
  @ParameterizedTest
  @CsvSource({"1, 3", "2, 40", "32, 30", "32, 33", "32, 60", "32, 1000", "100, 90", "500, 2000"})
  void shouldDoWhatTheModelDoes(int capacityFlows, int flows) {
    int[] numbers = IntStream.range(0, flows).map(FlowTableModelTest::everySecondWide).toArray();

    run(capacityFlows, numbers, random.nextLong());
  }

  /**
   * All flows want one of four neighbouring places, at the end of the table: chains wrap around.
   */
  @Test
  void shouldDoWhatTheModelDoesWhenHashesAreClustered() {
    int capacityFlows = 100;
    int slots = 256;
    long keySeed = random.nextLong();
    int[] numbers;
    try (FlowRig rig = rig(capacityFlows, keySeed)) {
      numbers =
          IntStream.range(0, 1 << 20)
              .map(FlowTableModelTest::everySecondWide)
              .filter(flow -> (rig.hash(flow) & slots - 1) >= slots - 4)
              .limit(120)
              .toArray();
    }
    long probes = run(capacityFlows, numbers, keySeed);

    assertThat(probes).as("probes: they were clustered").isGreaterThan(ROUNDS * 20L);
  }

  /** Half of the flows have keys of four words. */
  private static int everySecondWide(int number) {
    return number % 4 < 2 ? number : FlowRig.WIDE + number;
  }

  private static FlowRig rig(int capacityFlows, long keySeed) {
    Cutoff cutoff = Cutoff.of(7, 5000);
    return new FlowRig(
        new FlowCutter.Options(capacityFlows, TIMEOUT, cutoff, 3000, FlowKeyOptions.defaults()),
        LARGEST_BATCH,
        keySeed);
  }

  private long run(int capacityFlows, int[] flows, long keySeed) {
    FlowModel model = new FlowModel(capacityFlows, TIMEOUT, 7, 5000, 3000);
    try (FlowRig rig = rig(capacityFlows, keySeed)) {
      FlowCutter cutter = rig.cutter();
      long now = START;
      for (int round = 0; round < ROUNDS; round++) {
        now += step(capacityFlows);
        List<FlowRig.Packet> packets = packets(flows);
        List<Integer> kept = rig.send(packets, now);
        assertThat(kept).isEqualTo(model.send(packets, now, rig.takeEvents()));
        cutter.expire(now);
        model.expire(now, rig.takeEvents());
        assertThat(cutter.size()).isEqualTo(model.size());
      }
      assertThat(cutter.created()).isEqualTo(model.created());
      assertThat(cutter.expired()).isEqualTo(model.expired());
      assertThat(cutter.evicted()).isEqualTo(model.evicted());
      assertThat(cutter.created()).isEqualTo(cutter.size() + cutter.expired() + cutter.evicted());
      return cutter.probes();
    }
  }

  /** Mostly a little on; at times far on, or back. */
  private long step(int capacityFlows) {
    return switch (random.nextInt(200)) {
      case 0 -> TIMEOUT + random.nextLong(TIMEOUT);
      case 1 -> -random.nextLong(2 * TIMEOUT);
      default -> random.nextLong(2 * TIMEOUT / capacityFlows);
    };
  }

  /** Some flows are busier than others. */
  private List<FlowRig.Packet> packets(int[] flows) {
    List<FlowRig.Packet> packets = new ArrayList<>();
    for (int i = random.nextInt(LARGEST_BATCH); i >= 0; i--) {
      int range = random.nextBoolean() ? flows.length : Math.max(1, flows.length / 4);
      int flow = flows[random.nextInt(range)];
      int payload = random.nextInt(4) == 0 ? 0 : random.nextInt(2000);
      packets.add(new FlowRig.Packet(flow, payload, random.nextInt(5) == 0 ? FIN : ACK));
    }
    return packets;
  }
}
