package org.gotm.core.capture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.gotm.core.flow.Cutoff;
import org.gotm.core.flow.EndReason;
import org.gotm.core.flow.Flow;
import org.gotm.core.flow.FlowListener;
import org.gotm.core.pcapfile.Captures;
import org.gotm.core.pcapfile.DamagedCaptureException;
import org.gotm.core.pcapfile.PcapFileSource;
import org.gotm.core.source.PacketSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CaptureTest {
  private static final String ELEPHANT = "eth-tcp-one-elephant-flow.pcap";
  private static final int ELEPHANT_PACKETS = 1358;
  private static final PacketHandler IGNORE = packet -> {};

  @TempDir Path folder;

  private CaptureBuilder reading(String name) {
    return Capture.from(PcapFileSource.open(Captures.extract(name, folder)));
  }

  @Test
  void shouldShowEveryPacketWhenThereIsNoCutoff() {
    List<Integer> lengths = new ArrayList<>();
    try (Capture capture =
        reading(ELEPHANT).cutoff(Cutoff.none()).onPacket(packet -> lengths.add(packet.caplen()))) {
      capture.run();

      assertThat(lengths).hasSize(ELEPHANT_PACKETS);
      assertThat(lengths.stream().mapToInt(Integer::intValue).sum())
          .isEqualTo(Captures.get(ELEPHANT).capturedBytes());
    }
  }

  @Test
  void shouldShowOnlyPacketsWithinTheCutoffAndBalanceWhenRun() {
    List<Long> times = new ArrayList<>();
    try (Capture capture =
        reading(ELEPHANT)
            .cutoff(Cutoff.of(100, 0).withKeepControl(false))
            .flowTimeout(Duration.ofHours(1))
            .onPacket(packet -> times.add(packet.timestampNanos()))) {
      capture.run();

      assertThat(times).hasSize(100).isSorted();
      assertThat(capture.ledger().get(Counter.CUT)).isEqualTo(ELEPHANT_PACKETS - 100);
      assertThat(capture.ledger().get(Counter.WRITTEN)).isEqualTo(100);
      assertThat(capture.ledger().isBalanced()).as(capture.ledger().toString()).isTrue();
    }
  }

  @Test
  void shouldTellDirectionsApartWhenAsked() {
    try (Capture both = reading(ELEPHANT).flowTimeout(Duration.ofHours(1)).onPacket(IGNORE);
        Capture each =
            reading(ELEPHANT).flowTimeout(Duration.ofHours(1)).directional(true).onPacket(IGNORE)) {
      both.run();
      each.run();

      assertThat(both.ledger().get(Counter.FLOWS)).isEqualTo(1);
      assertThat(each.ledger().get(Counter.FLOWS)).isEqualTo(2);
    }
  }

  @Test
  void shouldTellTheListenerWhenFlowsGiveWay() {
    List<String> ended = new ArrayList<>();
    FlowListener listener =
        new FlowListener() {
          @Override
          public void onEnd(Flow flow, EndReason reason) {
            ended.add(flow.toString());
          }
        };
    try (Capture capture =
        reading("eth-tcp-syn-flood-200.pcap")
            .capacityFlows(10)
            .flowListener(listener)
            .onPacket(IGNORE)) {
      capture.run();

      assertThat(ended).hasSizeGreaterThanOrEqualTo(190);
    }
  }

  @Test
  void shouldThrowWhatTheHandlerThrew() {
    IllegalStateException thrown = new IllegalStateException("the handler's own");
    try (Capture capture =
        reading(ELEPHANT)
            .onPacket(
                packet -> {
                  throw thrown;
                })) {
      assertThatThrownBy(capture::run).isSameAs(thrown);
    }
  }

  @Test
  void shouldThrowTheDamageWhenAllBeforeItWasShown() {
    List<Integer> lengths = new ArrayList<>();
    try (Capture capture =
        reading("bad-garbage-after-18-packets.pcap")
            .cutoff(Cutoff.none())
            .onPacket(packet -> lengths.add(packet.caplen()))) {
      assertThatExceptionOfType(DamagedCaptureException.class).isThrownBy(capture::run);
      assertThat(lengths).hasSize(18);
      assertThat(capture.ledger().isBalanced()).as(capture.ledger().toString()).isTrue();
    }
  }

  @Test
  void shouldReturnWhenStoppedByTheHandler() {
    try (Capture capture = stoppingAtTheFirstPacket()) {
      capture.run();

      assertThat(capture.ledger().get(Counter.DELIVERED)).isPositive();
      assertThat(capture.ledger().isBalanced()).as(capture.ledger().toString()).isTrue();
    }
  }

  private Capture stoppingAtTheFirstPacket() {
    Capture[] self = new Capture[1];
    self[0] = reading(ELEPHANT).onPacket(packet -> self[0].stop());
    return self[0];
  }

  @Test
  void shouldRefuseWhenAnOptionIsOutOfItsRange() {
    try (PacketSource source = PcapFileSource.open(Captures.extract(ELEPHANT, folder))) {
      assertThatExceptionOfType(IllegalArgumentException.class)
          .isThrownBy(() -> Capture.from(source).capacityFlows(0).onPacket(IGNORE))
          .withMessageContaining("capacityFlows=0");
      assertThatExceptionOfType(IllegalArgumentException.class)
          .isThrownBy(() -> Capture.from(source).flowTimeout(Duration.ZERO).onPacket(IGNORE))
          .withMessageContaining("timeoutNanos=0");
    }
  }
}
