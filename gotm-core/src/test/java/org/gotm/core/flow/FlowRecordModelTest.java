package org.gotm.core.flow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.gotm.core.flow.FlowRig.SECOND;
import static org.gotm.core.packet.PacketBuilder.ACK;
import static org.gotm.core.packet.PacketBuilder.FIN;
import static org.gotm.core.packet.PacketBuilder.RST;
import static org.gotm.core.packet.PacketBuilder.SYN;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import org.gotm.core.Seed;
import org.gotm.core.packet.FlowKey;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * However flows come, go, move and make room in a table that is nearly always full, the records of
 * a flow count what either end of it has sent and what of that was kept: no more and no less.
 */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class FlowRecordModelTest {
  private static final long START = 1_700_000_000L * SECOND;
  private static final int BATCH = 40;
  private static final int ROUNDS = 4000;
  private static final int IPV4_HEADERS = 40;
  private static final int IPV6_HEADERS = 60;

  private final SplittableRandom random = new SplittableRandom(Seed.of(FlowRecordModelTest.class));
  private final TakenRecords records = new TakenRecords(1 << 17);

  /** One end of a flow. */
  private record End(FlowKey flow, boolean isSecond) {}

  /** What it has sent. */
  private record Sent(
      long packets, long bytes, long payload, long kept, long keptBytes, int flags) {
    static final Sent NOTHING = new Sent(0, 0, 0, 0, 0, 0);

    Sent plus(Sent other) {
      return new Sent(
          packets + other.packets,
          bytes + other.bytes,
          payload + other.payload,
          kept + other.kept,
          keptBytes + other.keptBytes,
          flags | other.flags);
    }
  }

  private FlowRig rig(int capacity, Cutoff cutoff) {
    return new FlowRig(FlowRig.options(capacity, cutoff), BATCH, random.nextLong(), records.ring);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 13, 300})
  void shouldCountEachPacketOnce(int capacity) {
    Map<End, Sent> expected = new HashMap<>();
    List<FlowRecord> told = new ArrayList<>();
    long now = START;
    try (FlowRig rig = rig(capacity, Cutoff.of(4, 3000))) {
      for (int round = 0; round < ROUNDS; round++) {
        now += step();
        if (round % 500 == 499) {
          rig.cutter().use(TrafficClasses.only(Cutoff.of(1 + random.nextInt(20), 9000)));
        }
        List<FlowRig.Packet> packets = packets(2 * capacity);
        Set<Integer> kept = new HashSet<>(rig.send(packets, now));
        for (int i = 0; i < packets.size(); i++) {
          count(rig, packets.get(i), kept.contains(i), expected);
        }
        rig.cutter().expire(now);
        told.addAll(records.take());
      }
      rig.cutter().end();
      told.addAll(records.take());
    }
    assertThat(records.ring.lost()).isZero();
    assertThat(told(told)).isEqualTo(expected);
  }

  private long step() {
    return switch (random.nextInt(300)) {
      case 0 -> 6 * SECOND;
      case 1 -> -3 * SECOND;
      default -> random.nextLong(SECOND / 50);
    };
  }

  private List<FlowRig.Packet> packets(int flows) {
    List<FlowRig.Packet> packets = new ArrayList<>();
    for (int i = random.nextInt(BATCH); i >= 0; i--) {
      int number = random.nextInt(random.nextBoolean() ? flows : Math.max(1, flows / 8));
      int flow = number % 2 == 0 ? number : FlowRig.WIDE + number;
      int flags =
          switch (random.nextInt(20)) {
            case 0 -> SYN;
            case 1 -> FIN | ACK;
            case 2 -> RST;
            default -> ACK;
          };
      packets.add(new FlowRig.Packet(flow, random.nextInt(1400), flags, random.nextBoolean()));
    }
    return packets;
  }

  private static void count(
      FlowRig rig, FlowRig.Packet packet, boolean isKept, Map<End, Sent> expected) {
    int headers = packet.flow() < FlowRig.WIDE ? IPV4_HEADERS : IPV6_HEADERS;
    Sent one =
        new Sent(
            1,
            headers + packet.payload(),
            packet.payload(),
            isKept ? 1 : 0,
            isKept ? headers : 0,
            packet.tcpFlags());
    expected.merge(new End(rig.key(packet.flow()), packet.isBack()), one, Sent::plus);
  }

  private static Map<End, Sent> told(List<FlowRecord> flows) {
    Map<End, Sent> told = new HashMap<>();
    for (FlowRecord flow : flows) {
      boolean isBack = flow.key().firstPort() == 80;
      FlowKey key = isBack ? flow.key().reversed() : flow.key();
      add(told, new End(key, isBack), source(flow));
      add(told, new End(key, !isBack), destination(flow));
    }
    return told;
  }

  private static void add(Map<End, Sent> told, End end, Sent sent) {
    if (!sent.equals(Sent.NOTHING)) {
      told.merge(end, sent, Sent::plus);
    }
  }

  private static Sent source(FlowRecord flow) {
    return new Sent(
        flow.sourcePackets(),
        flow.sourceBytes(),
        flow.sourcePayloadBytes(),
        flow.sourceKeptPackets(),
        flow.sourceKeptBytes(),
        flow.sourceTcpFlags());
  }

  private static Sent destination(FlowRecord flow) {
    return new Sent(
        flow.destinationPackets(),
        flow.destinationBytes(),
        flow.destinationPayloadBytes(),
        flow.destinationKeptPackets(),
        flow.destinationKeptBytes(),
        flow.destinationTcpFlags());
  }

  /**
   * Somebody asks while flows come and go: each flow that is there then is told once, as one that
   * goes on, or as one that has ended before it was its turn, or both, of which the end counts.
   */
  @Test
  void shouldShowEachFlowThatIsThereOnce() {
    int capacity = 3000;
    long now = START;
    try (FlowRig rig = rig(capacity, Cutoff.of(4, 3000))) {
      for (int round = 0; round < 20; round++) {
        while (rig.cutter().size() < capacity) {
          rig.send(packets(4 * capacity), now += SECOND / 1000);
          rig.cutter().expire(now);
        }
        Set<Long> there = numbers(rig, now);
        long request = rig.cutter().showFlows();
        while (!rig.cutter().hasShown(request)) {
          rig.send(packets(4 * capacity), now += SECOND / 1000);
          rig.cutter().expire(now);
        }
        assertShown(there, records.take());
      }
    }
  }

  /** The flows in the table, by a show during which nothing comes. */
  private Set<Long> numbers(FlowRig rig, long now) {
    records.take();
    long request = rig.cutter().showFlows();
    while (!rig.cutter().hasShown(request)) {
      rig.cutter().expire(now);
    }
    Set<Long> numbers = new HashSet<>();
    for (FlowRecord flow : records.take()) {
      if (flow.endReason() == FlowRecord.LIVE) {
        assertThat(numbers.add(flow.number())).as("shown twice").isTrue();
      } else {
        numbers.remove(flow.number());
      }
    }
    assertThat(numbers).hasSize(rig.cutter().size());
    return numbers;
  }

  private static void assertShown(Set<Long> there, List<FlowRecord> shown) {
    Set<Long> live = new HashSet<>();
    Set<Long> ended = new HashSet<>();
    for (FlowRecord flow : shown) {
      boolean isLive = flow.endReason() == FlowRecord.LIVE;
      assertThat((isLive ? live : ended).add(flow.number())).as("told twice").isTrue();
      assertThat(isLive && ended.contains(flow.number())).as("live after its end").isFalse();
    }
    live.addAll(ended);
    assertThat(live).containsAll(there);
    assertThat(ended).as("flows gave way meanwhile").isNotEmpty();
  }
}
