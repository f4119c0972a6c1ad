package org.gotm.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.BufferedReader;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.gotm.store.api.RecordingException;
import org.gotm.store.index.Sidecar;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Another process in the same folder, alive or killed in the middle of its work. */
class KillTest {
  @TempDir Path folder;

  @BeforeAll
  static void requireTools() {
    Tool.require("tcpdump", "capinfos", "gzip", "zstd");
  }

  @ParameterizedTest
  @ValueSource(strings = {"none", "gzip", "zstd"})
  void shouldFindAllThatWasWrittenWhenKilledAtRandom(String compression) throws Exception {
    long seed = System.nanoTime();
    System.out.println("KillTest seed=" + seed);
    Random random = new Random(seed);
    for (int round = 0; round < 3; round++) {
      Path out = folder.resolve("out" + round);
      long written = writeAndKill(out, compression, 20 + random.nextInt(60));
      try (Rig rig = new Rig(out, 2).index().open()) {
        rig.recording.finish();
      }
      List<Path> files = Tool.finished(out);
      assertThat(files).hasSize(1);
      Tool.check(files.getFirst());
      List<Tool.Packet> packets = Tool.packets(files.getFirst());
      assertThat(packets).hasSizeGreaterThanOrEqualTo((int) written);
      assertThat(packets)
          .extracting(Tool.Packet::number)
          .containsExactlyElementsOf(IntStream.range(0, packets.size()).boxed().toList());
      assertThat(Tool.files(out, ".*(current|damaged).*")).isEmpty();
      checkIndex(files.getFirst(), packets.size());
    }
  }

  /** What was mended has its index again, and nothing is missing there. */
  private static void checkIndex(Path file, int packets) throws Exception {
    try (Sidecar sidecar = Sidecar.open(file)) {
      long indexed = 0;
      for (int i = 0; i < sidecar.granules(); i++) {
        indexed += sidecar.granule(i).packets();
      }
      assertThat(indexed).isEqualTo(packets);
    }
  }

  /** Lets a process write until it has printed some lines; answers the packets of the last. */
  private static long writeAndKill(Path out, String compression, int lines) throws Exception {
    Process process = EndlessWriter.start(out, compression);
    try (BufferedReader output = process.inputReader()) {
      assertThat(output.readLine()).isEqualTo("ready");
      String last = "0";
      for (int i = 0; i < lines; i++) {
        last = output.readLine();
      }
      process.destroyForcibly().waitFor();
      return Long.parseLong(last);
    }
  }

  @Test
  void shouldRefuseTheFolderWhenAnotherProcessHasItAndTakeItWhenThatIsKilled() throws Exception {
    Process process = EndlessWriter.start(folder, "none");
    try (BufferedReader output = process.inputReader()) {
      assertThat(output.readLine()).isEqualTo("ready");
      assertThatThrownBy(() -> new Rig(folder).open())
          .isInstanceOf(RecordingException.class)
          .hasMessageContaining(
              "write=%s: another gotm (pid %d) ".formatted(folder, process.pid()));
      process.destroyForcibly().waitFor();
    }
    try (Rig rig = new Rig(folder).open()) {
      rig.expectedWorker(0);
      assertThat(rig.path("en0_current.pcap.tmp")).exists();
      rig.recording.finish();
    }
  }
}
