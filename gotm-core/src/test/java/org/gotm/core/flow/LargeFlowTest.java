package org.gotm.core.flow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.gotm.core.flow.FlowRig.SECOND;
import static org.gotm.core.flow.FlowRig.name;
import static org.gotm.core.packet.PacketBuilder.ACK;

import org.gotm.core.packet.FlowKeyOptions;
import org.junit.jupiter.api.Test;

/** Reports of large flows. */
class LargeFlowTest {
  private static final long TIMEOUT = 5 * SECOND;
  private static final long START = 1_700_000_000 * SECOND;

  private static FlowRig rigForLarge(long largeBytes) {
    return new FlowRig(
        new FlowCutter.Options(10, TIMEOUT, Cutoff.none(), largeBytes, FlowKeyOptions.defaults()));
  }

  @Test
  void shouldReportLargeFlowAtItsSizeAndAtEachDoubling() {
    try (FlowRig rig = rigForLarge(1000)) {
      for (int i = 0; i < 80; i++) {
        rig.send(1, 100, ACK, START);
      }

      assertThat(rig.takeEvents())
          .extracting(FlowRig.Event::largeBytes)
          .containsExactly(1000L, 2000L, 4000L, 8000L);
    }
  }

  @Test
  void shouldReportOnceWhenOnePacketPassesSeveralDoublings() {
    try (FlowRig rig = rigForLarge(1000)) {
      rig.send(1, 5000, ACK, START);
      rig.send(1, 2999, ACK, START);
      rig.send(1, 1, ACK, START);

      assertThat(rig.takeEvents())
          .extracting(FlowRig.Event::largeBytes)
          .containsExactly(4000L, 8000L);
    }
  }

  @Test
  void shouldReportLargeFlowThoughItWasCut() {
    try (FlowRig rig =
        new FlowRig(
            new FlowCutter.Options(
                10, TIMEOUT, Cutoff.of(1, 1), 1000, FlowKeyOptions.defaults()))) {
      for (int i = 0; i < 10; i++) {
        rig.send(7, 100, ACK, START);
      }

      assertThat(rig.takeEvents())
          .containsExactly(new FlowRig.Event(name(7), 10, 1000, 1000, START));
    }
  }

  @Test
  void shouldReportAgainWhenFlowStartsAnew() {
    try (FlowRig rig = rigForLarge(1000)) {
      rig.send(1, 1000, ACK, START);
      rig.send(1, 1000, ACK, START + 2 * TIMEOUT);

      assertThat(rig.takeEvents())
          .extracting(FlowRig.Event::largeBytes)
          .containsExactly(1000L, 0L, 1000L);
    }
  }
}
