package org.gotm.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import org.gotm.core.capture.Capture;
import org.gotm.core.capture.Counter;
import org.gotm.core.flow.Cutoff;
import org.gotm.core.packet.LinkType;
import org.gotm.core.pcapfile.Captures;
import org.gotm.core.pcapfile.PcapFileSource;
import org.gotm.store.api.Compression;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The store as an embedder has it. */
class RecordedPacketsTest {
  @TempDir Path folder;

  @BeforeAll
  static void requireTools() {
    Tool.require("tcpdump", "zstd");
  }

  private static byte[] frame(int worker, int number) {
    return ByteBuffer.allocate(60)
        .putInt(12, 0x88b5_0000)
        .putInt(14, worker)
        .putInt(18, number)
        .array();
  }

  @Test
  void shouldWriteACompressedCaptureInFiveLines() {
    try (Recording recording = Recording.into(folder).compression(Compression.zstd()).open();
        RecordedPackets packets = recording.packets(LinkType.ETHERNET)) {
      packets.add(frame(0, 0), Rig.START);
      packets.add(frame(0, 1), Rig.START + 7);
    }
    Path file = Tool.finished(folder).getFirst();
    Tool.check(file);
    assertThat(Tool.packets(file))
        .containsExactly(
            new Tool.Packet(Rig.START, 0, 0, 60), new Tool.Packet(Rig.START + 7, 0, 1, 60));
  }

  @Test
  void shouldBringPacketsOfSeveralWritersIntoTheOrderOfTheirTimes() {
    try (Recording recording = Recording.into(folder).open();
        RecordedPackets first = recording.packets(LinkType.ETHERNET);
        RecordedPackets second = recording.packets(LinkType.ETHERNET)) {
      for (int i = 0; i < 100; i++) {
        first.add(frame(1, i), Rig.START + 2 * i);
        second.add(frame(2, i), Rig.START + 2 * i + 1);
      }
      assertThat(first.ledger().get(Counter.KEPT)).isEqualTo(100);
    }
    List<Tool.Packet> written = Tool.packets(Tool.finished(folder).getFirst());
    assertThat(written)
        .hasSize(200)
        .isSortedAccordingTo((a, b) -> Long.compare(a.timestampNanos(), b.timestampNanos()));
  }

  @Test
  void shouldKeepTheLengthOnTheWireOfACutPacket() {
    try (Arena arena = Arena.ofConfined();
        Recording recording = Recording.into(folder).open();
        RecordedPackets packets = recording.packets(LinkType.ETHERNET)) {
      MemorySegment memory = arena.allocate(100);
      MemorySegment.copy(frame(0, 5), 0, memory, java.lang.foreign.ValueLayout.JAVA_BYTE, 40, 60);
      packets.add(memory, 40, 60, 1500, Rig.START);
    }
    assertThat(Tool.packets(Tool.finished(folder).getFirst()))
        .containsExactly(new Tool.Packet(Rig.START, 0, 5, 1500));
  }

  @Test
  void shouldRefuseWhatCannotBeAPacket() {
    try (Arena arena = Arena.ofConfined();
        Recording recording = Recording.into(folder).open()) {
      RecordedPackets packets = recording.packets(LinkType.ETHERNET);
      MemorySegment memory = arena.allocate(100);
      assertThatThrownBy(() -> packets.add(memory, 50, 60, 60, Rig.START))
          .isInstanceOf(RuntimeException.class);
      assertThatExceptionOfType(IllegalArgumentException.class)
          .isThrownBy(() -> packets.add(new byte[300_000], Rig.START))
          .withMessageContaining("300000");
      packets.close();
      packets.close();
      assertThatExceptionOfType(IllegalStateException.class)
          .isThrownBy(() -> packets.add(new byte[60], Rig.START));
      assertThat(packets.ledger().get(Counter.KEPT)).isZero();
    }
  }

  @Test
  void shouldTakeTheKeptPacketsOfACapture() {
    Captures.Capture traffic = Captures.get("eth-tcp-one-elephant-flow.pcap");
    try (Recording recording = Recording.into(folder.resolve("out")).byPacketTime().open();
        Capture capture =
            Capture.from(PcapFileSource.open(traffic.extractTo(folder)))
                .cutoff(Cutoff.of(10, 0))
                .to(recording)) {
      capture.run();
      recording.finish();

      assertThat(capture.ledger().isBalanced()).as(capture.ledger().toString()).isTrue();
      long written = Tool.finished(folder.resolve("out")).stream().mapToLong(Tool::count).sum();
      assertThat(written).isPositive().isEqualTo(capture.ledger().written());
    }
  }
}
