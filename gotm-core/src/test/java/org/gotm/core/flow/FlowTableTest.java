package org.gotm.core.flow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.gotm.core.flow.FlowRig.SECOND;
import static org.gotm.core.flow.FlowRig.name;
import static org.gotm.core.flow.FlowRig.options;
import static org.gotm.core.packet.PacketBuilder.ACK;

import java.util.List;
import java.util.SplittableRandom;
import org.gotm.core.packet.FlowKeyOptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Expiry, eviction and memory. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class FlowTableTest {
  private static final long TIMEOUT = 5 * SECOND;
  private static final long START = 1_700_000_000 * SECOND;

  private static FlowRig rig(int capacityFlows) {
    return new FlowRig(options(capacityFlows, Cutoff.of(100, 0)));
  }

  private static void assertBalanced(FlowCutter cutter) {
    assertThat(cutter.created())
        .isEqualTo(cutter.size() + cutter.expired() + cutter.evicted() + cutter.renewed());
  }

  @Test
  void shouldRememberFlowUntilItsTimeout() {
    try (FlowRig rig = rig(10)) {
      rig.send(1, 10, ACK, START);
      rig.send(1, 10, ACK, START + TIMEOUT);

      assertThat(rig.takeEvents()).isEmpty();
      assertThat(rig.cutter().created()).isEqualTo(1);
    }
  }

  @Test
  void shouldForgetFlowWhenItsNextPacketComesAfterTheTimeout() {
    try (FlowRig rig = rig(10)) {
      rig.send(1, 10, ACK, START);
      rig.send(1, 10, ACK, START + TIMEOUT + 1);

      assertThat(rig.takeEvents()).containsExactly(new FlowRig.Event(name(1), 1, 10, 0, START));
      assertThat(rig.cutter().expired()).isEqualTo(1);
      assertThat(rig.cutter().created()).isEqualTo(2);
      assertThat(rig.cutter().size()).isEqualTo(1);
    }
  }

  @Test
  void shouldForgetIdleFlowsWhenTimeGoesOnWithoutThem() {
    try (FlowRig rig = rig(1000)) {
      for (int flow = 1; flow <= 1000; flow++) {
        rig.send(flow, 10, ACK, START);
      }
      for (long nanos = START; nanos < START + 4 * TIMEOUT; nanos += SECOND / 100) {
        rig.cutter().expire(nanos);
      }

      assertThat(rig.cutter().size()).isZero();
      assertThat(rig.cutter().expired()).isEqualTo(1000);
      assertThat(rig.takeEvents()).extracting(FlowRig.Event::flow).doesNotHaveDuplicates();
    }
  }

  @Test
  void shouldNotForgetActiveFlowsWhileIdleOnesGo() {
    try (FlowRig rig = rig(1000)) {
      for (int flow = 1; flow <= 1000; flow++) {
        rig.send(flow, 10, ACK, START);
      }
      for (long nanos = START; nanos < START + 4 * TIMEOUT; nanos += SECOND) {
        for (int flow = 1; flow <= 500; flow++) {
          rig.send(flow, 10, ACK, nanos);
          rig.cutter().expire(nanos);
        }
      }

      assertThat(rig.cutter().size()).isEqualTo(500);
      assertThat(rig.takeEvents()).hasSize(500);
    }
  }

  @Test
  void shouldForgetInSmallStepsWhenTimeJumps() {
    int flows = 50_000;
    try (FlowRig rig = rig(100_000)) {
      for (int flow = 1; flow <= flows; flow++) {
        rig.send(flow, 10, ACK, START);
      }
      int most = 0;
      int calls = 0;
      for (int before = flows; before > 0; before = rig.cutter().size()) {
        rig.cutter().expire(START + 3600 * SECOND + calls++ * SECOND / 100);
        most = Math.max(most, before - rig.cutter().size());
      }

      assertThat(most).isLessThan(flows / 20);
      assertThat(calls).isLessThan(1000);
      assertThat(rig.cutter().expired()).isEqualTo(flows);
    }
  }

  /**
   * A table for a million flows has two million places, and the link is asked ten times a second.
   */
  @Test
  void shouldForgetAllWithinTwoTimeoutsWhenNoPacketComesHoweverLargeTheTable() {
    try (FlowRig rig = rig(1_000_000)) {
      for (int flow = 1; flow <= 20_000; flow++) {
        rig.send(flow, 10, ACK, START);
      }
      for (long nanos = START; nanos < START + 2 * TIMEOUT; nanos += SECOND / 10) {
        rig.cutter().expireIdle(nanos);
      }

      assertThat(rig.cutter().size()).isZero();
      assertThat(rig.cutter().expired()).isEqualTo(20_000);
    }
  }

  /** A block of the ring waits for 50 ms to be filled, so a poll brings a packet or two. */
  @Test
  void shouldForgetAllWithinTwoTimeoutsWhenFewPacketsComeHoweverLargeTheTable() {
    try (FlowRig rig = rig(1_000_000)) {
      for (int flow = 1; flow <= 20_000; flow++) {
        rig.send(flow, 10, ACK, START);
      }
      for (long nanos = START; nanos < START + 2 * TIMEOUT; nanos += SECOND / 20) {
        rig.send(20_001, 10, ACK, nanos);
        rig.cutter().expire(nanos);
      }

      assertThat(rig.cutter().size()).isEqualTo(1);
      assertThat(rig.cutter().expired()).isEqualTo(20_000);
    }
  }

  @Test
  void shouldNotForgetWhenTimeGoesBackALittle() {
    try (FlowRig rig = rig(10)) {
      rig.send(1, 10, ACK, START);
      rig.send(1, 10, ACK, START - TIMEOUT);
      rig.cutter().expire(START - TIMEOUT);
      rig.send(1, 10, ACK, START + TIMEOUT);

      assertThat(rig.takeEvents()).isEmpty();
      assertThat(rig.cutter().created()).isEqualTo(1);
    }
  }

  @Test
  void shouldGoOnForgettingAfterTimeWentBack() {
    try (FlowRig rig = rig(10)) {
      rig.cutter().expire(START + 3600 * SECOND);
      rig.send(1, 10, ACK, START);
      for (long nanos = START; nanos < START + 4 * TIMEOUT; nanos += SECOND / 10) {
        rig.cutter().expire(nanos);
      }

      assertThat(rig.cutter().expired()).isEqualTo(1);
    }
  }

  @Test
  void shouldCountEvictionsAndKeepItsMemoryWhenFlooded() {
    int capacity = 1000;
    int flows = 100_000;
    FlowCutter.Options options = options(capacity, Cutoff.of(100, 0));
    try (FlowRig rig = new FlowRig(options)) {
      for (int flow = 1; flow <= flows; flow++) {
        assertThat(rig.send(flow, 10, ACK, START + flow)).isTrue();
        assertThat(rig.cutter().size()).isLessThanOrEqualTo(capacity);
      }

      assertThat(rig.cutter().size()).isEqualTo(capacity);
      assertThat(rig.cutter().created()).isEqualTo(flows);
      assertThat(rig.cutter().evicted()).isEqualTo(flows - capacity);
      assertThat(rig.cutter().expired()).isZero();
      assertThat(rig.allocations()).isEqualTo(options.byteSize());
      assertThat(rig.takeEvents()).hasSize(flows - capacity);
    }
  }

  @Test
  void shouldEvictALongIdleFlowRatherThanANewOne() {
    int capacity = 1000;
    try (FlowRig rig = rig(capacity)) {
      for (int flow = 1; flow <= capacity; flow++) {
        rig.send(flow, 10, ACK, START + flow);
      }
      rig.takeEvents();
      for (int flow = 5001; flow <= 5100; flow++) {
        rig.send(flow, 10, ACK, START + flow);
      }

      double averageAge =
          rig.takeEvents().stream()
              .mapToLong(event -> event.lastNanos() - START)
              .average()
              .orElse(0);
      assertThat(averageAge).isLessThan(capacity / 4.0);
    }
  }

  @Test
  void shouldCountAsExpiredWhenTheFlowThatGivesWayWasIdle() {
    try (FlowRig rig = rig(1)) {
      rig.send(1, 10, ACK, START);
      rig.send(2, 10, ACK, START + 2 * TIMEOUT);

      assertThat(rig.cutter().evicted()).isZero();
      assertThat(rig.cutter().expired()).isEqualTo(1);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 31, 32, 33, 63, 64, 65})
  void shouldHoldAsManyFlowsAsItsCapacity(int capacity) {
    try (FlowRig rig = rig(capacity)) {
      for (int flow = 1; flow <= capacity; flow++) {
        rig.send(flow, 10, ACK, START);
      }
      assertThat(rig.cutter().evicted()).isZero();
      assertThat(rig.cutter().size()).isEqualTo(capacity);

      rig.send(capacity + 1, 10, ACK, START);
      assertThat(rig.cutter().evicted()).isEqualTo(1);
      assertBalanced(rig.cutter());
    }
  }

  @Test
  void shouldSurviveHostileTimeStamps() {
    long[] times = {
      0, 1, START, 4_294_967_295L * SECOND, Long.MAX_VALUE, Long.MAX_VALUE - 1, START + 1, 0
    };
    try (FlowRig rig = rig(4)) {
      for (int round = 0; round < 1000; round++) {
        long nanos = times[round % times.length];
        rig.send(round % 16, 10, ACK, nanos);
        rig.cutter().expire(nanos);
        assertThat(rig.cutter().size()).isLessThanOrEqualTo(4);
        assertBalanced(rig.cutter());
      }
    }
  }

  @Test
  void shouldEvictEvenIfAllFlowsAreFromTheFarthestFuture() {
    try (FlowRig rig = rig(2)) {
      for (int flow = 1; flow <= 5; flow++) {
        assertThat(rig.send(flow, 10, ACK, Long.MAX_VALUE)).isTrue();
      }

      assertThat(rig.cutter().evicted()).isEqualTo(3);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 1 << 8, 1 << 12, (1 << 12) + 1})
  void shouldSeldomProbeTwiceWhenAddressesAreInSequence(int stride) {
    int flows = 2048;
    SplittableRandom seeds = new SplittableRandom(stride);
    for (int run = 0; run < 50; run++) {
      long seed = seeds.nextLong();
      try (FlowRig rig = new FlowRig(options(flows, Cutoff.none()), 1, seed)) {
        for (int flow = 1; flow <= flows; flow++) {
          rig.send(flow * stride & 0xff_ffff, 10, ACK, START);
        }
        assertThat(rig.cutter().probes()).as("probes with seed=%d", seed).isLessThan(flows);
      }
    }
  }

  @Test
  void shouldTakeFrom176To352BytesAFlow() {
    for (int capacity : new int[] {100, 1000, 1024, 1_000_000, 1 << 29}) {
      long byteSize = options(capacity, Cutoff.none()).byteSize();
      assertThat(byteSize).isBetween(capacity * 176L, capacity * 352L);
    }
  }

  @Test
  void shouldRefuseOptionsOutOfRange() {
    for (int capacity : List.of(0, -1, (1 << 29) + 1)) {
      assertThatThrownBy(() -> options(capacity, Cutoff.none()))
          .hasMessageContaining("capacityFlows=" + capacity);
    }
    assertThatThrownBy(
            () -> new FlowCutter.Options(1, 0, Cutoff.none(), 1, FlowKeyOptions.defaults()))
        .hasMessageContaining("timeoutNanos=0");
    assertThatThrownBy(
            () -> new FlowCutter.Options(1, 1, Cutoff.none(), 0, FlowKeyOptions.defaults()))
        .hasMessageContaining("largeBytes=0");
  }
}
