package org.gotm.core.capture;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.gotm.core.flow.Cutoff;
import org.gotm.core.flow.EndReason;
import org.gotm.core.flow.Flow;
import org.gotm.core.flow.FlowListener;
import org.gotm.core.packet.LinkType;
import org.gotm.core.pcapfile.Captures;
import org.gotm.core.pcapfile.PcapFileSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What an embedder learns of the flows, beside the packets. */
class CaptureFlowsTest {
  private static final String MIXED = "eth-mixed-emix.pcap";
  private static final String ELEPHANT = "eth-tcp-one-elephant-flow.pcap";

  @TempDir Path folder;

  private CaptureBuilder reading(String name) {
    return Capture.from(PcapFileSource.open(Captures.extract(name, folder)));
  }

  /** Counts what it hears. */
  private static final class Counts implements FlowListener {
    private long started;
    private long cut;
    private final List<EndReason> ended = new ArrayList<>();
    private final List<Long> large = new ArrayList<>();

    @Override
    public void onStart(Flow flow) {
      started++;
    }

    @Override
    public void onCut(Flow flow) {
      cut++;
    }

    @Override
    public void onEnd(Flow flow, EndReason reason) {
      ended.add(reason);
    }

    @Override
    public void onLarge(Flow flow, long bytes) {
      large.add(bytes);
    }
  }

  @Test
  void shouldHearOfTheEndOfEveryFlowThatStarted() {
    Counts counts = new Counts();
    try (Capture capture = reading(MIXED).flowListener(counts).onPacket(packet -> {})) {
      capture.run();

      assertThat(counts.started).isPositive().isEqualTo(capture.ledger().get(Counter.FLOWS));
      assertThat(counts.ended).hasSize((int) counts.started).contains(EndReason.CAPTURE_END);
    }
  }

  @Test
  void shouldHearOnceThatAFlowIsCutAndAtEachDoublingThatItIsLarge() {
    Counts counts = new Counts();
    try (Capture capture =
        reading(ELEPHANT)
            .flowTimeout(Duration.ofHours(1))
            .largeFlowBytes(100_000)
            .flowListener(counts)
            .onPacket(packet -> {})) {
      capture.run();

      assertThat(counts.started).isEqualTo(1);
      assertThat(counts.cut).isEqualTo(1);
      assertThat(counts.large).containsExactly(100_000L, 200_000L, 400_000L, 800_000L);
      assertThat(counts.ended).containsExactly(EndReason.CAPTURE_END);
    }
  }

  @Test
  void shouldShowEachPacketWithItsFlow() {
    List<Long> positions = new ArrayList<>();
    List<Boolean> cut = new ArrayList<>();
    try (Capture capture =
        reading(ELEPHANT)
            .flowTimeout(Duration.ofHours(1))
            .cutoff(Cutoff.of(10, 0).withKeepControl(false))
            .onPacket(
                packet -> {
                  assertThat(packet.linkType()).isEqualTo(LinkType.ETHERNET);
                  assertThat(packet.isNewFlow()).isEqualTo(packet.flowPackets() == 1);
                  assertThat(packet.flow().toString()).contains("proto=TCP");
                  positions.add(packet.flowPackets());
                  cut.add(packet.isJustCut());
                })) {
      capture.run();

      assertThat(positions).containsExactly(1L, 2L, 3L, 4L, 5L, 6L, 7L, 8L, 9L, 10L);
      assertThat(cut)
          .containsExactly(false, false, false, false, false, false, false, false, false, true);
    }
  }

  @Test
  void shouldShowBatchesOfWhatWasKept() {
    List<Integer> kept = new ArrayList<>();
    try (Capture capture =
        reading(ELEPHANT)
            .flowTimeout(Duration.ofHours(1))
            .cutoff(Cutoff.of(10, 0).withKeepControl(false))
            .onBatch(
                (batch, indexes, count, flows) -> {
                  for (int i = 0; i < count; i++) {
                    assertThat(flows.packets(indexes[i])).isEqualTo(kept.size() + 1);
                    kept.add(batch.caplens[indexes[i]]);
                  }
                })) {
      capture.run();

      assertThat(kept).hasSize(10);
      assertThat(capture.ledger().get(Counter.WRITTEN)).isEqualTo(10);
      assertThat(capture.ledger().isBalanced()).isTrue();
    }
  }
}
