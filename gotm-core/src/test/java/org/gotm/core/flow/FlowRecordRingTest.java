package org.gotm.core.flow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.gotm.core.flow.FlowRig.SECOND;
import static org.gotm.core.packet.PacketBuilder.ACK;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What becomes of records that nobody reads in time. */
@Timeout(value = 30, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class FlowRecordRingTest {
  private static final long START = 1_700_000_000L * SECOND;
  private static final int CAPACITY = 4;
  private static final int FLOWS = 1000;

  private final Arena arena = Arena.ofAuto();

  private FlowRecordRing ring(boolean waits) {
    return new FlowRecordRing(CAPACITY, 0, 0, waits, arena);
  }

  private static FlowRig rig(FlowRecordRing ring) {
    return new FlowRig(FlowRig.options(1, Cutoff.none()), 1, 42, ring);
  }

  /** Each flow but the last makes the one before give way. */
  private static void send(FlowRig rig) {
    for (int flow = 0; flow < FLOWS; flow++) {
      rig.send(flow, 0, ACK, START + flow);
    }
  }

  @Test
  void shouldRefuseACapacityThatIsNoPowerOfTwo() {
    assertThatThrownBy(() -> new FlowRecordRing(12, 0, 0, false, arena))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("capacity=12: not a power of two");
  }

  @Test
  void shouldCountWhatFindsNoRoomAndNotWait() {
    FlowRecordRing ring = ring(false);
    try (FlowRig rig = rig(ring)) {
      send(rig);

      assertThat(ring.records()).isEqualTo(CAPACITY);
      assertThat(ring.waiting()).isEqualTo(CAPACITY);
      assertThat(ring.lost()).isEqualTo(FLOWS - 1 - CAPACITY);
    }
  }

  @Test
  void shouldGoOnWhereItWasWhenThereIsRoomAgain() {
    FlowRecordRing ring = ring(false);
    try (FlowRig rig = rig(ring)) {
      send(rig);
      assertThat(numbers(ring)).containsExactly(1, 2, 3, 4);
      send(rig);
      assertThat(numbers(ring)).containsExactly(1000, 1001, 1002, 1003);
    }
  }

  private static long[] numbers(FlowRecordRing ring) {
    long[] numbers = new long[CAPACITY];
    int count = 0;
    for (MemorySegment some = ring.readable(); some.byteSize() > 0; some = ring.readable()) {
      numbers[count++] = new FlowRecord().at(some, 0).number();
      ring.release(1);
    }
    return numbers;
  }

  @Test
  void shouldWaitForRoomWhenThePacketsCanWait() {
    FlowRecordRing ring = ring(true);
    AtomicLong read = new AtomicLong();
    CompletableFuture<Void> reader = CompletableFuture.runAsync(() -> read(ring, read));
    try (FlowRig rig = rig(ring)) {
      send(rig);
      rig.cutter().end();
    }
    reader.join();

    assertThat(ring.lost()).isZero();
    assertThat(read.get()).isEqualTo(FLOWS);
  }

  private static void read(FlowRecordRing ring, AtomicLong read) {
    while (read.get() < FLOWS) {
      long records = ring.readable().byteSize() / FlowRecordLayout.LENGTH;
      ring.release(records);
      read.addAndGet(records);
      Thread.onSpinWait();
    }
  }

  @Test
  void shouldNotWaitWhenItIsKnownThatNobodyReads() {
    FlowRecordRing ring = ring(true);
    ring.close();
    try (FlowRig rig = rig(ring)) {
      send(rig);
      rig.cutter().end();

      assertThat(ring.lost()).isEqualTo(FLOWS - CAPACITY);
    }
  }

  /** A disk that hangs: one wait for all records, not one for each. */
  @Test
  void shouldGiveUpOnceOnAReaderThatStandsStill() {
    FlowRecordRing ring = ring(true);
    try (FlowRig rig = rig(ring)) {
      send(rig);
      rig.cutter().end();

      assertThat(ring.lost()).isEqualTo(FLOWS - CAPACITY);
    }
  }

  /** All flows end at once, and those of a live capture are worth a wait then, too. */
  @Test
  void shouldGiveUpOnceWhenAllFlowsEnd() {
    FlowRecordRing ring = ring(false);
    FlowCutter.Options options = FlowRig.options(FLOWS, Cutoff.none());
    try (FlowRig rig = new FlowRig(options, 1, 42, ring)) {
      send(rig);
      assertThat(ring.records()).isZero();
      rig.cutter().end();

      assertThat(ring.records() + ring.lost()).isEqualTo(FLOWS);
      assertThat(ring.lost()).isEqualTo(FLOWS - CAPACITY);
    }
  }
}
