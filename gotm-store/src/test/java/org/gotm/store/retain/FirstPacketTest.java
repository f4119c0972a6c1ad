package org.gotm.store.retain;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import org.gotm.core.packet.LinkType;
import org.gotm.core.pcapfile.PcapHeaderLayout;
import org.gotm.core.pcapfile.RecordFormat;
import org.gotm.core.pcapfile.TimestampPrecision;
import org.gotm.store.RecordedPackets;
import org.gotm.store.Recording;
import org.gotm.store.api.Compression;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** How far back a file goes. */
class FirstPacketTest {
  private static final long FIRST = Instant.parse("2026-03-10T11:55:00Z").getEpochSecond();
  private static final long FINISHED = Instant.parse("2026-03-10T12:00:00Z").getEpochSecond();

  @TempDir Path folder;

  private static Compression compressionNamed(String name) {
    return switch (name) {
      case "gzip" -> Compression.gzip();
      case "zstd" -> Compression.zstd();
      default -> Compression.none();
    };
  }

  private void record(Compression compression, TimestampPrecision precision, int packets) {
    try (Recording recording =
            Recording.into(folder)
                .zone(ZoneOffset.UTC)
                .clock(() -> FINISHED * RetainBed.SECOND)
                .rotation(Duration.ZERO)
                .compression(compression)
                .format(RecordFormat.pcap(precision, PcapHeaderLayout.MAX_SNAPLEN))
                .open();
        RecordedPackets into = recording.packets(LinkType.ETHERNET)) {
      for (int i = 0; i < packets; i++) {
        into.add(new byte[60], (FIRST + i) * RetainBed.SECOND + 250_000_000);
      }
      into.flush();
      recording.finish();
    }
  }

  private double seconds() {
    String path = RetainBed.files(folder).getFirst();
    return FirstPacket.seconds(
        folder,
        new CaptureFile(path.substring(0, 10), path.substring(11), List.of()),
        ZoneOffset.UTC);
  }

  @ParameterizedTest
  @CsvSource({"none,NANO", "none,MICRO", "gzip,NANO", "zstd,NANO"})
  void shouldBeTheTimeOfTheFirstRecord(String compression, TimestampPrecision precision)
      throws IOException {
    record(compressionNamed(compression), precision, 3);
    Files.deleteIfExists(folder.resolve(".gotm.lock"));

    assertThat(seconds()).isEqualTo(FIRST + 0.25);
  }

  @Test
  void shouldBeTheTimeInTheNameWhenThereIsNoRecordThatCanBeRead() throws IOException {
    Path file = folder.resolve("2026/03/10/2026-03-10T12-00-00.pcap");
    Files.createDirectories(file.getParent());
    ByteBuffer other = ByteBuffer.allocate(64).order(ByteOrder.nativeOrder());
    for (ByteBuffer content : List.of(ByteBuffer.allocate(0), other)) {
      Files.write(file, content.array());
      assertThat(seconds()).isEqualTo(FINISHED);
    }
    Path damaged = file.resolveSibling("2026-03-10T11-00-00.pcap.zst");
    Files.write(damaged, new byte[] {1, 2, 3});
    assertThat(seconds()).isEqualTo(FINISHED - 3600);
  }

  @Test
  void shouldBeNoTimeWhenTheNameIsNone() throws IOException {
    Path file = folder.resolve("2026/13/99/2026-13-99T25-00-00.pcap");
    Files.createDirectories(file.getParent());
    Files.createFile(file);

    assertThat(seconds()).isNaN();
  }
}
