package org.gotm.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.channels.Channels;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.gotm.core.packet.LinkType;
import org.gotm.store.api.Compression;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Compressed files, as programs that begin in their middle read them. */
class SeekableFilesTest {
  private static final String FRAMES = "python3 src/test/resources/seekable.py frames \"$1\"";

  @TempDir Path folder;

  @BeforeAll
  static void requireTools() {
    Tool.require("bgzip", "gzip", "zstd", "tshark", "capinfos", "tcpdump", "python3");
  }

  private Path record(Compression compression) {
    try (Rig rig = new Rig(folder).compression(compression).open()) {
      TestWorker worker = rig.expectedWorker(0);
      for (int i = 0; i < 5; i++) {
        worker.sendMany(i % 2 == 0 ? 2000 : 7, Rig.START + i * Rig.SECOND, 1000);
        worker.flush();
      }
      rig.recording.finish();
    }
    return Tool.finished(folder).getFirst();
  }

  @Test
  void shouldUnpackEachFrameAloneWhenSoughtByTheTable() throws IOException {
    Path file = record(Compression.zstd());
    Tool.check(file);
    assertThat(Tool.run(FRAMES, file).strip()).isEqualTo(frames(file));
    assertThat(Tool.run("zstd -l \"$1\" 2>&1 | tail -1", file)).matches("(?s)\\s*\\d+\\s+1 .*");
  }

  /** By the places where the first bytes of a frame stand. */
  private static String frames(Path file) throws IOException {
    byte[] bytes = Files.readAllBytes(file);
    int frames = 0;
    for (int i = 0; i + 4 <= bytes.length; i++) {
      if (Arrays.equals(bytes, i, i + 4, new byte[] {0x28, (byte) 0xb5, 0x2f, (byte) 0xfd}, 0, 4)) {
        frames++;
      }
    }
    return Integer.toString(frames);
  }

  @Test
  void shouldGiveAnyPartWhenReadByBgzip() {
    Path file = record(Compression.gzip());
    Tool.check(file);
    assertThat(Tool.run("tshark -r \"$1\" | wc -l", file).strip()).isEqualTo("6014");
    Tool.run("bgzip -r \"$1\" && zcat \"$1\" > \"$1.plain\"", file);
    Path plain = file.resolveSibling(file.getFileName() + ".plain");
    Random random = new Random(1);
    for (int i = 0; i < 20; i++) {
      int offset = random.nextInt(6_000_000);
      int size = 1 + random.nextInt(200_000);
      Tool.run(
          "cmp <(bgzip -b $2 -s $3 \"$1\") <(tail -c +$(($2 + 1)) \"$4\" | head -c $3)",
          file,
          offset,
          size,
          plain);
    }
  }

  @Test
  void shouldEndTheSameWayWhenWrittenToAStream() throws IOException {
    for (Compression compression : List.of(Compression.gzip(), Compression.zstd())) {
      Path file = folder.resolve("stream.pcap" + compression.extension());
      try (WritableByteChannel out = Channels.newChannel(Files.newOutputStream(file));
          Recording recording = Recording.to(out).compression(compression).open();
          RecordedPackets packets = recording.packets(LinkType.ETHERNET)) {
        packets.add(new byte[60], Rig.START);
        packets.flush();
        recording.finish();
      }
      Tool.check(file);
      assertThat(Tool.count(file)).isEqualTo(1);
    }
  }

  @Test
  void shouldNotExceedTheSizeWhenTheTableIsLong() {
    int size = 20_000;
    try (Rig rig = new Rig(folder).compression(Compression.zstd()).rotation(0, size).open()) {
      TestWorker worker = rig.expectedWorker(0);
      for (int i = 0; i < 1000; i++) {
        worker.send(Rig.START + i * 1000L, 60);
        worker.flush();
      }
      rig.recording.finish();
    }
    List<Path> files = Tool.finished(folder);
    assertThat(files).allSatisfy(f -> assertThat(Files.size(f)).isLessThanOrEqualTo(size));
    assertThat(files).hasSizeGreaterThan(1);
    files.forEach(Tool::check);
    assertThat(files.stream().mapToLong(Tool::count).sum()).isEqualTo(1000);
  }
}
