package org.gotm.core.flow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.gotm.core.flow.FlowRig.SECOND;
import static org.gotm.core.packet.PacketBuilder.ACK;
import static org.gotm.core.packet.PacketBuilder.FIN;
import static org.gotm.core.packet.PacketBuilder.RST;
import static org.gotm.core.packet.PacketBuilder.SYN;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;
import org.gotm.core.Seed;
import org.gotm.core.packet.FlowKeyOptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Flows whose packets are cut before they come, beside the same traffic that comes whole. */
class ArmedFlowsTest {
  private static final long TIMEOUT = 5 * SECOND;
  private static final long START = 1_700_000_000 * SECOND;
  private static final int ROUNDS = 3000;
  private static final int BATCH = 32;
  private static final int MOST_RECORDS = 1 << 14;

  private final FakeOffload offload = new FakeOffload(1000, TIMEOUT, 0);

  private static FlowRig rig(Cutoff cutoff) {
    return rig(cutoff, null);
  }

  private static FlowRig rig(Cutoff cutoff, FlowRecordRing records) {
    FlowCutter.Options options =
        new FlowCutter.Options(10_000, TIMEOUT, cutoff, 3000, FlowKeyOptions.defaults());
    return new FlowRig(options, BATCH, 7, records);
  }

  private void send(FlowRig rig, int flow, int payload, int flags, int times, long now) {
    for (int i = 0; i < times; i++) {
      offload.send(rig, List.of(new FlowRig.Packet(flow, payload, flags)), now);
    }
  }

  /** A few flows send most of the packets; some pause, end, and begin again. */
  @ParameterizedTest
  @CsvSource({"1000", "10", "1"})
  void shouldKeepAndCountTheSameAsWithoutIt(int capacity) {
    FakeOffload fake = new FakeOffload(capacity, TIMEOUT, 0);
    SplittableRandom random = new SplittableRandom(Seed.of(ArmedFlowsTest.class));
    long now = START;
    long sent = 0;
    TakenRecords plainRecords = new TakenRecords(MOST_RECORDS);
    TakenRecords armedRecords = new TakenRecords(MOST_RECORDS);
    try (FlowRig plain = rig(Cutoff.of(7, 5000), plainRecords.ring);
        FlowRig armed = rig(Cutoff.of(7, 5000), armedRecords.ring)) {
      armed.cutter().offloadTo(fake);
      for (int round = 0; round < ROUNDS; round++) {
        now +=
            random.nextInt(100) == 0 ? random.nextLong(12 * SECOND) : random.nextLong(SECOND / 10);
        List<FlowRig.Packet> packets = packets(random);
        sent += packets.size();
        List<FlowRig.Packet> kept = new ArrayList<>();
        for (int index : plain.send(packets, now)) {
          kept.add(packets.get(index));
        }
        plain.cutter().expire(now);
        assertThat(fake.send(armed, packets, now)).isEqualTo(kept);
        assertThat(armed.cutter().size()).isEqualTo(plain.cutter().size());
      }
      plain.cutter().end();
      armed.cutter().end();
      assertThat(ends(armed)).isEqualTo(ends(plain));
      assertThat(armed.cutter().cutBefore(0)).isEqualTo(fake.packets).isGreaterThan(sent / 50);
      assertThat(armed.cutter().bytesCutBefore(0)).isEqualTo(fake.bytes);
      assertThat(fake.armed()).isZero();
      assertThat(fake.mostArmed).isBetween(1, capacity);
      assertThat(fake.disarmed).isGreaterThan(100);
      assertThat(told(armedRecords)).isEqualTo(told(plainRecords)).hasSizeGreaterThan(100);
    }
  }

  /** What all records say but for flags, which the kernel does not tell of what it has cut. */
  private static List<String> told(TakenRecords records) {
    return records.take().stream()
        .map(
            flow ->
                "%s %d-%d cut=%s %d %d packets=%d/%d bytes=%d/%d payload=%d/%d kept=%d/%d %d/%d end=%d"
                    .formatted(
                        flow.key(),
                        flow.firstNanos(),
                        flow.lastNanos(),
                        flow.isCut(),
                        flow.cutNanos(),
                        flow.cutOffset(),
                        flow.sourcePackets(),
                        flow.destinationPackets(),
                        flow.sourceBytes(),
                        flow.destinationBytes(),
                        flow.sourcePayloadBytes(),
                        flow.destinationPayloadBytes(),
                        flow.sourceKeptPackets(),
                        flow.destinationKeptPackets(),
                        flow.sourceKeptBytes(),
                        flow.destinationKeptBytes(),
                        flow.endReason()))
        .sorted()
        .toList();
  }

  private static List<FlowRig.Packet> packets(SplittableRandom random) {
    List<FlowRig.Packet> packets = new ArrayList<>();
    for (int i = random.nextInt(BATCH); i >= 0; i--) {
      int number = random.nextInt(4) == 0 ? random.nextInt(200) : random.nextInt(8);
      int flow = number % 2 == 0 ? number : FlowRig.WIDE + number;
      int flags =
          switch (random.nextInt(400)) {
            case 0, 1 -> SYN;
            case 2 -> SYN | ACK;
            case 3 -> FIN | ACK;
            case 4 -> RST;
            default -> ACK;
          };
      packets.add(new FlowRig.Packet(flow, random.nextInt(1400), flags, random.nextBoolean()));
    }
    return packets;
  }

  private static List<FlowRig.Event> ends(FlowRig rig) {
    return rig.takeEvents().stream()
        .filter(event -> event.largeBytes() == 0)
        .sorted(
            Comparator.comparing(FlowRig.Event::flow)
                .thenComparing(FlowRig.Event::lastNanos)
                .thenComparing(FlowRig.Event::packets))
        .toList();
  }

  @Test
  void shouldArmFlowsThatGoOnAfterTheirCutAndNoOthers() {
    try (FlowRig rig = rig(Cutoff.of(10, 8000))) {
      rig.cutter().offloadTo(offload);
      send(rig, 1, 100, ACK, 50, START);
      send(rig, 2, 100, ACK, 10, START);
      send(rig, 3, 100, FIN | ACK, 50, START);

      assertThat(offload.isArmed(rig.key(1))).isTrue();
      assertThat(offload.isArmed(rig.key(2))).as("not cut").isFalse();
      assertThat(offload.isArmed(rig.key(3))).as("ends").isFalse();
    }
  }

  @Test
  void shouldArmNothingWhileItDoesNotPay() {
    try (FlowRig rig = rig(Cutoff.of(10, 8000))) {
      rig.cutter().offloadTo(offload);
      offload.isOn = false;
      send(rig, 1, 100, ACK, 50, START);

      assertThat(offload.armed()).isZero();
      assertThat(offload.delivered).isEqualTo(50);
      assertThat(offload.cutBehind).isEqualTo(40);
    }
  }

  @Test
  void shouldDisarmWhatIsCutNoMore() {
    try (FlowRig rig = rig(Cutoff.of(10, 8000))) {
      rig.cutter().offloadTo(offload);
      send(rig, 1, 100, ACK, 50, START);
      for (int i = 1; i < 80; i++) {
        rig.cutter().expire(START + i * SECOND / 20);
      }

      assertThat(offload.armed()).isZero();
      assertThat(rig.cutter().size()).as("the flow itself is not over").isEqualTo(1);
    }
  }

  @Test
  void shouldTellOfFlowsThatGetLargeInTheKernel() {
    try (FlowRig rig = rig(Cutoff.of(10, 2000))) {
      rig.cutter().offloadTo(offload);
      send(rig, 1, 100, ACK, 25, START);
      send(rig, 1, 100, ACK, 10, START + SECOND / 10);
      send(rig, 1, 100, ACK, 10, START + SECOND / 5);
      rig.cutter().expire(START + 2 * SECOND);

      assertThat(offload.packets).isGreaterThan(10);
      assertThat(rig.takeEvents()).extracting(FlowRig.Event::largeBytes).containsExactly(3000L);
    }
  }

  /** The kernel may refuse to say more of a flow that a SYN, or its end, makes one ask for. */
  @Test
  void shouldGoOnWithWhatItKnowsWhenTheOffloadFails() {
    try (FlowRig rig = rig(Cutoff.of(10, 8000))) {
      rig.cutter().offloadTo(offload);
      send(rig, 1, 100, ACK, 50, START);
      send(rig, 2, 100, ACK, 50, START);
      assertThat(offload.armed()).isEqualTo(2);
      offload.isOn = false;
      offload.hasFailed = true;
      send(rig, 1, 0, SYN, 1, START);
      rig.cutter().end();

      assertThat(offload.armed()).isZero();
      assertThat(ends(rig).stream().mapToLong(FlowRig.Event::packets).sum()).isEqualTo(101);
    }
  }

  @Test
  void shouldDisarmAllWhenTheLimitsChange() {
    try (FlowRig rig = rig(Cutoff.of(10, 8000))) {
      rig.cutter().offloadTo(offload);
      send(rig, 1, 100, ACK, 50, START);
      assertThat(offload.armed()).isEqualTo(1);
      rig.cutter().use(TrafficClasses.only(Cutoff.of(1000, 1_000_000)));

      assertThat(rig.send(1, 100, ACK, START)).isTrue();
      assertThat(offload.armed()).isZero();
    }
  }

  /** With headers kept, a packet still comes, in part, and is counted here. */
  @Test
  void shouldLeaveTheCountingToTheTableWhenHeadersAreKept() {
    FakeOffload headers = new FakeOffload(10, TIMEOUT, 96);
    try (FlowRig rig = rig(Cutoff.of(10, 8000))) {
      rig.cutter().offloadTo(headers);
      for (int i = 0; i < 50; i++) {
        headers.send(rig, List.of(new FlowRig.Packet(1, 100, ACK)), START);
      }
      rig.cutter().end();

      assertThat(headers.mostArmed).isEqualTo(1);
      assertThat(headers.packets).isZero();
      assertThat(rig.takeEvents())
          .filteredOn(event -> event.largeBytes() == 0)
          .extracting(FlowRig.Event::packets)
          .containsExactly(50L);
    }
  }
}
