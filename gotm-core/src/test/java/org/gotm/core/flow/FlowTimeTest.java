package org.gotm.core.flow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.gotm.core.flow.FlowRig.SECOND;
import static org.gotm.core.flow.FlowRig.options;
import static org.gotm.core.packet.PacketBuilder.ACK;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What packet time does to a flow, in numbers written by hand: 5 s of timeout, 3 packets of cutoff,
 * times in seconds from some day on.
 */
class FlowTimeTest {
  private static final long DAY = 1_700_000_000;
  private static final long YEAR = 31_536_000;

  private final FlowRig rig = new FlowRig(options(100, Cutoff.of(3, 0)));

  /** Sends packets of flow 1 at these seconds, and answers which were kept: + or -. */
  private String send(long... seconds) {
    StringBuilder kept = new StringBuilder();
    for (long second : seconds) {
      kept.append(rig.send(1, 10, ACK, (DAY + second) * SECOND) ? '+' : '-');
    }
    return kept.toString();
  }

  private List<Long> lastSecondsOfEnded() {
    List<Long> seconds = new ArrayList<>();
    for (FlowRig.Event event : rig.takeEvents()) {
      seconds.add(event.lastNanos() / SECOND - DAY);
    }
    return seconds;
  }

  @Test
  void shouldCutAFlowWhoseTimeGoesOnEvenly() {
    assertThat(send(0, 1, 2, 3, 4, 8, 13)).isEqualTo("+++----");
    assertThat(rig.cutter().created()).isEqualTo(1);
  }

  @Test
  void shouldStartAnewWhenTimeJumpsOnByMoreThanTheTimeout() {
    assertThat(send(0, 0, 0, 0, 5, 11, 11, 11, 11)).isEqualTo("+++--+++-");
    assertThat(lastSecondsOfEnded()).containsExactly(5L);
    assertThat(rig.cutter().expired()).isEqualTo(1);
  }

  @Test
  void shouldStartAnewWhenTimeJumpsBackByMoreThanTheTimeout() {
    assertThat(send(3600, 3600, 3600, 3600, 0, 1, 2, 3)).isEqualTo("+++-+++-");
    assertThat(lastSecondsOfEnded()).containsExactly(3600L);
    assertThat(rig.cutter().expired()).isEqualTo(1);
    assertThat(rig.cutter().created()).isEqualTo(2);
  }

  @Test
  void shouldTakeTheNewTimeAfterAJumpBack() {
    assertThat(send(3600, 0, 4, 8, 12)).isEqualTo("++++-");
    assertThat(send(18, 3600)).isEqualTo("++");
    assertThat(lastSecondsOfEnded()).containsExactly(3600L, 12L, 18L);
  }

  @ParameterizedTest
  @CsvSource({"5, -", "6, +"})
  void shouldTellAStepBackFromAJumpByTheTimeout(long back, String fourth) {
    assertThat(send(100, 100, 100, 100 - back)).isEqualTo("+++" + fourth);
  }

  @Test
  void shouldGoOnWithTheLatestTimeWhenPacketsAreALittleOutOfOrder() {
    assertThat(send(100, 97, 96, 105)).isEqualTo("+++-");
    assertThat(lastSecondsOfEnded()).isEmpty();
    assertThat(send(111)).isEqualTo("+");
    assertThat(lastSecondsOfEnded()).containsExactly(105L);
  }

  @Test
  void shouldNotBeImmortalAfterAPacketFromTheFuture() {
    assertThat(send(0, YEAR, 1, 2, 3, 4)).isEqualTo("+++++-");
    assertThat(lastSecondsOfEnded()).containsExactly(0L, YEAR);
  }

  @Test
  void shouldForgetAFlowFromTheFutureWithoutAnotherPacketOfIt() {
    rig.send(2, 10, ACK, (DAY + YEAR) * SECOND);
    for (long tenth = 0; tenth < 200; tenth++) {
      rig.cutter().expire(DAY * SECOND + tenth * SECOND / 10);
    }

    assertThat(lastSecondsOfEnded()).containsExactly(YEAR);
    assertThat(rig.cutter().size()).isZero();
  }

  @Test
  void shouldForgetNoOtherFlowForOnePacketFromTheFuture() {
    for (int flow = 1; flow <= 50; flow++) {
      rig.send(flow, 10, ACK, DAY * SECOND);
    }
    for (long second = 0; second < 5; second++) {
      rig.cutter().expire((DAY + second) * SECOND);
      rig.cutter().expire((DAY + second + YEAR) * SECOND);
    }

    assertThat(rig.takeEvents()).isEmpty();
    assertThat(rig.cutter().size()).isEqualTo(50);
  }

  @Test
  void shouldKeepAsManyOfLateThenEarlyAsOfEarlyThenLate() {
    String earlyThenLate = send(0, 0, 1, 1, 2) + send(3600, 3600, 3601, 3601, 3602);
    FlowRig other = new FlowRig(options(100, Cutoff.of(3, 0)));
    StringBuilder lateThenEarly = new StringBuilder();
    for (long second : new long[] {3600, 3600, 3601, 3601, 3602, 0, 0, 1, 1, 2}) {
      lateThenEarly.append(other.send(1, 10, ACK, (DAY + second) * SECOND) ? '+' : '-');
    }

    assertThat(earlyThenLate).isEqualTo("+++--+++--");
    assertThat(lateThenEarly).hasToString("+++--+++--");
  }

  @Test
  void shouldLetTheFlowFarthestInTimeGiveWay() {
    try (FlowRig small = new FlowRig(options(2, Cutoff.none()))) {
      small.send(1, 10, ACK, (DAY + YEAR) * SECOND);
      small.send(2, 10, ACK, DAY * SECOND);
      small.send(3, 10, ACK, (DAY + 1) * SECOND);

      assertThat(small.takeEvents())
          .extracting(FlowRig.Event::flow)
          .containsExactly(FlowRig.name(1));
      assertThat(small.cutter().expired()).isEqualTo(1);
      assertThat(small.cutter().evicted()).isZero();
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {Long.MIN_VALUE, Long.MIN_VALUE + 1, -1, 0, 1, Long.MAX_VALUE})
  void shouldStartAnewWhenTimeIsAsFarAsItCanBe(long nanos) {
    assertThat(send(0, 0, 0, 0)).isEqualTo("+++-");
    assertThat(rig.send(1, 10, ACK, nanos)).isTrue();
    assertThat(send(0)).isEqualTo("+");
    assertThat(rig.cutter().created()).isEqualTo(3);
  }
}
