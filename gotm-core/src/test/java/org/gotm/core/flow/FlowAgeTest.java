package org.gotm.core.flow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.gotm.core.packet.PacketBuilder.packet;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Flows that never fall silent: an hour of them, with the daemon's cutoffs and an age of 5 min. */
class FlowAgeTest {
  private static final long START = 1_700_000_000L * FrameRig.SECOND;
  private static final long MILLISECOND = 1_000_000;
  private static final int AGES = 12; // in an hour
  private static final Cutoff CUTOFF = Cutoff.of(100, 8192).withAge(Duration.ofMinutes(5));

  private int kept;
  private int lastKeptSecond;

  private void sendForAnHour(Cutoff cutoff, byte[] frame, int payload, long everyNanos) {
    try (FrameRig rig = FrameRig.of(cutoff)) {
      long end = START + 3600 * FrameRig.SECOND;
      for (long now = START; now < end; now += everyNanos) {
        if (rig.send(frame, payload, now)) {
          kept++;
          lastKeptSecond = (int) ((now - START) / FrameRig.SECOND);
        }
        rig.cutter.expire(now);
      }
      assertThat(rig.cutter.created())
          .isEqualTo(rig.cutter.size() + rig.cutter.expired() + rig.cutter.renewed());
    }
  }

  private static byte[] link(int etherType) {
    return packet().ethernet(1, 2).type(etherType).payload(20).build();
  }

  private static byte[] ipv6() {
    return packet()
        .ethernet(1, 2)
        .ipv6("fe80::1", "ff02::5")
        .protocol(89)
        .payload(20)
        .ipField(4, 0)
        .build();
  }

  /** Milliseconds between packets, bytes of each, and about how many an hour has within budgets. */
  @ParameterizedTest(name = "{0}")
  @CsvSource({
    "STP, 2000, 38, 1200",
    "fast LACP, 1000, 110, 900",
    "VRRP, 1000, 20, 1200",
    "IS-IS, 3000, 1497, 72",
    "PTP, 250, 44, 1200"
  })
  void shouldGoOnWhenOfALowRate(String what, int millis, int bytes, int atLeast) {
    sendForAnHour(CUTOFF, link(0x8809), bytes - 20, millis * MILLISECOND);

    assertThat(lastKeptSecond).as("the last second of %s", what).isGreaterThan(3300);
    assertThat(kept).isBetween((int) (atLeast * 0.9), (AGES + 1) * 100);
  }

  @Test
  void shouldNotBeCutWhenNoAgeHasABudgetOfPackets() {
    sendForAnHour(CUTOFF, link(0x8809), 20, 4 * FrameRig.SECOND);

    assertThat(kept).isEqualTo(900);
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void shouldStayCutWhenAnElephant(boolean isIpv6) {
    sendForAnHour(CUTOFF, isIpv6 ? ipv6() : link(0x0801), 1400, 100 * MILLISECOND);

    assertThat(kept).isEqualTo(6); // 8192 bytes
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void shouldStartAnewWhenAnElephantHasBecomeSlow(boolean isIpv6) {
    byte[] frame = isIpv6 ? ipv6() : link(0x0801);
    try (FrameRig rig = FrameRig.of(CUTOFF)) {
      long now = START;
      for (int i = 0; i < 10_000; i++, now += 100 * MILLISECOND) {
        rig.send(frame, 1400, now);
        rig.cutter.expire(now);
      }
      for (int i = 0; i < 300; i++, now += 4 * FrameRig.SECOND) {
        kept += rig.send(frame, 0, now) ? 1 : 0;
        rig.cutter.expire(now);
      }

      assertThat(kept).isGreaterThan(100);
      assertThat(rig.heard).anyMatch(line -> line.startsWith("AGED packets="));
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void shouldStayCutWhenThereIsNoAge(boolean isIpv6) {
    sendForAnHour(
        CUTOFF.withAge(Duration.ZERO), isIpv6 ? ipv6() : link(0x8809), 20, 2000 * MILLISECOND);

    assertThat(kept).isEqualTo(100);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 10})
  void shouldGetNoMoreThanABudgetAnAge(int packetsASecond) {
    sendForAnHour(CUTOFF, link(0x8809), 0, 1000 / packetsASecond * MILLISECOND);

    assertThat(kept).isLessThanOrEqualTo((AGES + 1) * 100).isGreaterThan((AGES - 1) * 100);
  }
}
