package org.gotm.core.flow;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.gotm.core.packet.PacketBuilder.ACK;
import static org.gotm.core.packet.PacketBuilder.FIN;
import static org.gotm.core.packet.PacketBuilder.packet;

import java.time.Duration;
import java.util.List;
import java.util.function.IntFunction;
import org.gotm.core.source.PacketBatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * What the records of a flow count of it, when it is cut, lasts, or is of a class of its own. What
 * was kept is what the rig has seen to be kept. The class of a packet is told by its target port.
 */
class FlowRecordCountsTest {
  private static final long START = 1_700_000_000L * FrameRig.SECOND;
  private static final long MINUTE = 60 * FrameRig.SECOND;
  private static final int HEADERS = 14 + 20 + 20;
  private static final int TARGET_PORT = 14 + 20 + 2;

  private final TakenRecords records = new TakenRecords(1 << 10);
  private FrameRig rig = rig(Cutoff.of(5, 0));
  private long now = START;
  private long keptPackets;
  private long keptBytes;

  @AfterEach
  void close() {
    rig.close();
  }

  private FrameRig rig(Cutoff cutoff) {
    return new FrameRig(FlowRig.options(100, cutoff), records.ring);
  }

  private void useCutoff(Cutoff cutoff) {
    rig.close();
    rig = rig(cutoff);
  }

  /** Sends a packet of so many bytes, of which the payload is not captured. */
  private void send(int port, int flags, int payload) {
    byte[] frame =
        packet()
            .ethernet(1, 2)
            .ipv4("10.0.0.9", "10.0.0.1")
            .tcp(99, port, flags)
            .ipField(2, 0)
            .build();
    if (rig.send(frame, payload, now)) {
      keptPackets++;
      keptBytes += rig.caplen();
    }
    now += 1000;
  }

  private void send(int port, int times) {
    for (int i = 0; i < times; i++) {
      send(port, ACK, 100);
    }
  }

  private FlowRecord ended() {
    rig.cutter.end();
    return records.takeOne();
  }

  private void assertCounts(FlowRecord flow, long packets) {
    assertThat(flow.sourcePackets()).isEqualTo(packets);
    assertThat(flow.sourceBytes()).isEqualTo(packets * (HEADERS + 100));
    assertThat(flow.sourcePayloadBytes()).isEqualTo(packets * 100);
    assertThat(flow.destinationPackets() + flow.destinationBytes()).isZero();
    assertKept(List.of(flow));
  }

  private void assertKept(List<FlowRecord> flows) {
    assertThat(flows.stream().mapToLong(FlowRecord::sourceKeptPackets).sum())
        .isEqualTo(keptPackets);
    assertThat(flows.stream().mapToLong(FlowRecord::sourceKeptBytes).sum()).isEqualTo(keptBytes);
  }

  @Test
  void shouldTellWhenAndWhereAFlowWasCut() {
    send(80, 20);
    FlowRecord flow = ended();

    assertThat(keptPackets).isEqualTo(5);
    assertCounts(flow, 20);
    assertThat(flow.isCut()).isTrue();
    assertThat(flow.cutNanos()).isEqualTo(START + 4000);
    assertThat(flow.cutOffset()).isEqualTo(500);
  }

  @Test
  void shouldTellThatAFlowWasNotCut() {
    send(80, 4);
    FlowRecord flow = ended();

    assertCounts(flow, 4);
    assertThat(flow.isCut()).isFalse();
    assertThat(flow.cutNanos()).isZero();
  }

  @Test
  void shouldCountControlPacketsThatAreKeptAfterTheCut() {
    send(80, 10);
    for (int i = 0; i < 20; i++) {
      send(80, FIN | ACK, 100);
    }
    send(80, 10);
    FlowRecord flow = ended();

    assertThat(keptPackets).isEqualTo(5 + Cutoff.MAX_CONTROL);
    assertCounts(flow, 40);
  }

  /** Port 1 is the first class in use, 2 the second one; others are of none. */
  private void use(TrafficClass... inUse) {
    IntFunction<TrafficClasses.Classifier> byPort = linkType -> FlowRecordCountsTest::classOf;
    rig.cutter.use(rig.cutter.classes().followedBy(List.of(inUse), byPort));
  }

  private static int classOf(PacketBatch batch, int index) {
    int port = batch.segment.get(JAVA_BYTE, batch.offsets[index] + TARGET_PORT + 1);
    return port <= 2 ? port - 1 : TrafficClasses.Classifier.NONE;
  }

  @Test
  void shouldCountHeadersThatAreKeptAfterTheCut() {
    use(
        TrafficClass.of("other", Cutoff.none()),
        TrafficClass.of("backup", Cutoff.of(3, 0)).withSnaplenAfterCut(20));
    send(2, 10);
    send(2, FIN | ACK, 100);
    FlowRecord flow = ended();

    assertThat(keptPackets).isEqualTo(11);
    assertThat(keptBytes).isEqualTo(3 * HEADERS + 8 * 20);
    assertCounts(flow, 11);
    assertThat(flow.trafficClass()).isEqualTo(2);
    assertThat(flow.isCut()).isTrue();
  }

  @Test
  void shouldCountWhatIsDropped() {
    use(TrafficClass.dropped("noise"));
    send(1, 10);
    FlowRecord flow = ended();

    assertThat(keptPackets).isZero();
    assertCounts(flow, 10);
    assertThat(flow.isCut()).isTrue();
    assertThat(flow.cutNanos()).isEqualTo(START);
    assertThat(flow.cutOffset()).isZero();
  }

  /** Sends a packet a second for so long, and moves the table's hand. */
  private void last(int port, long nanos) {
    for (long end = now + nanos; now < end; now += FrameRig.SECOND - 1000) {
      send(port, 1);
      rig.cutter.expire(now);
    }
  }

  @Test
  void shouldTellOfAFlowThatLastsEveryQuarterOfAnHour() {
    last(80, 40 * MINUTE);
    List<FlowRecord> lasting = records.take();
    rig.cutter.end();
    List<FlowRecord> all = records.take();
    all.addAll(0, lasting);

    assertThat(all).extracting(FlowRecord::endReason).containsExactly(2, 2, 4);
    assertThat(all).extracting(FlowRecord::isContinued).containsExactly(false, true, true);
    assertThat(all).extracting(FlowRecord::isCut).containsExactly(true, true, true);
    assertThat(all).extracting(FlowRecord::number).containsOnly(TakenRecords.BEFORE_FIRST + 1);
    assertThat(all.get(0).firstNanos()).isEqualTo(START);
    assertThat(all.get(1).firstNanos()).isEqualTo(all.get(0).lastNanos());
    assertThat(all.get(2).firstNanos()).isEqualTo(all.get(1).lastNanos());
    assertThat(all.get(0).lastNanos() - START)
        .isBetween(15 * MINUTE, 15 * MINUTE + 4 * FrameRig.SECOND);
    assertThat(all.stream().mapToLong(FlowRecord::sourcePackets).sum()).isEqualTo(40 * 60);
    assertKept(all);
  }

  /** It falls silent just after a record. */
  @Test
  void shouldTellNothingOfAFlowThatHasSentNothingSince() {
    while (records.ring.waiting() == 0) {
      last(80, FrameRig.SECOND);
    }
    assertThat(records.takeOne().endReason()).isEqualTo(FlowRecord.ACTIVE_TIMEOUT);
    rig.cutter.end();

    assertThat(records.take()).isEmpty();
  }

  @Test
  void shouldBeginAnewWithTheBudgetOfAFlow() {
    useCutoff(Cutoff.of(5, 0).withAge(Duration.ofMinutes(5)));
    last(80, 11 * MINUTE);
    rig.cutter.end();
    List<FlowRecord> all = records.take();

    assertThat(keptPackets).isEqualTo(15);
    assertThat(all).extracting(FlowRecord::endReason).containsExactly(2, 2, 4);
    assertThat(all).extracting(FlowRecord::sourceKeptPackets).containsExactly(5L, 5L, 5L);
    assertThat(all).extracting(FlowRecord::isContinued).containsExactly(false, true, true);
    assertThat(all).extracting(FlowRecord::cutOffset).containsExactly(500L, 500L, 500L);
    assertThat(all.stream().mapToLong(FlowRecord::sourcePackets).sum()).isEqualTo(11 * 60);
    assertThat(all.get(1).cutNanos()).isBetween(all.get(1).firstNanos(), all.get(1).lastNanos());
  }

  @Test
  void shouldTellThatItIsNotCutYetWhenItHasItsBudgetAnew() {
    useCutoff(Cutoff.of(5, 0).withAge(Duration.ofMinutes(5)));
    while (records.ring.waiting() == 0) {
      last(80, FrameRig.SECOND);
    }
    rig.cutter.end();
    List<FlowRecord> all = records.take();

    assertThat(all).extracting(FlowRecord::isCut).containsExactly(true, false);
    assertKept(all);
  }

  @Test
  void shouldKeepNothingOfADroppedClassAtAnyAge() {
    useCutoff(Cutoff.of(5, 0).withAge(Duration.ofMinutes(5)));
    use(TrafficClass.dropped("noise"));
    last(1, 11 * MINUTE);
    rig.cutter.end();
    List<FlowRecord> all = records.take();

    assertThat(keptPackets).isZero();
    assertThat(all).hasSizeGreaterThan(1).allMatch(FlowRecord::isCut);
    assertKept(all);
  }

  @Test
  void shouldGoOnExactlyWhenTheCutComesSooner() {
    send(80, 4);
    rig.cutter.use(TrafficClasses.only(Cutoff.of(2, 0)));
    send(80, 10);
    FlowRecord flow = ended();

    assertThat(keptPackets).isEqualTo(4);
    assertCounts(flow, 14);
    assertThat(flow.isCut()).isTrue();
    assertThat(flow.cutNanos()).isEqualTo(START + 3000);
    assertThat(flow.cutOffset()).isEqualTo(400);
  }

  @Test
  void shouldGoOnExactlyWhenTheCutComesLater() {
    send(80, 10);
    rig.cutter.use(TrafficClasses.only(Cutoff.of(13, 0)));
    send(80, 10);
    rig.cutter.end();
    List<FlowRecord> all = records.take();

    assertThat(keptPackets).isEqualTo(5 + 3);
    assertThat(all).extracting(FlowRecord::endReason).containsExactly(2, 4);
    assertThat(all).extracting(FlowRecord::sourcePackets).containsExactly(10L, 10L);
    assertThat(all).extracting(FlowRecord::sourceKeptPackets).containsExactly(5L, 3L);
    assertThat(all).extracting(FlowRecord::cutOffset).containsExactly(500L, 1300L);
    assertKept(all);
  }

  /** The limits change while it is silent, and long after that its next packet comes. */
  @Test
  void shouldSettleFlowsThatAreSilentWhenTheLimitsChange() {
    send(80, 10);
    rig.cutter.use(TrafficClasses.only(Cutoff.none()));
    send(81, 1);
    while (records.ring.waiting() == 0) {
      rig.cutter.expire(now);
    }
    send(80, 10);
    rig.cutter.end();
    List<FlowRecord> all = records.take();

    assertThat(all)
        .filteredOn(flow -> flow.key().secondPort() == 80)
        .extracting(FlowRecord::isCut)
        .containsExactly(true, false);
    assertKept(all);
  }

  @Test
  void shouldCountWhatWasNotCaptured() {
    useCutoff(Cutoff.none());
    send(80, 3);
    send(80, ACK, 0);
    FlowRecord flow = ended();

    assertThat(flow.sourceBytes()).isEqualTo(4 * HEADERS + 300);
    assertThat(flow.sourceKeptBytes()).isEqualTo(4 * HEADERS);
  }
}
