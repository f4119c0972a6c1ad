package org.gotm.example;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.gotm.ffm.ChildJvm;
import org.gotm.ffm.SampleTraffic;
import org.gotm.ffm.VethPair;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EmbedExampleTest {
  @TempDir Path folder;

  @Test
  void shouldStandInTheDocsAsItIs() throws IOException {
    Path example = Path.of("src/test/java/org/gotm/example/EmbedExample.java");
    assertThat(Files.readString(Path.of("../docs/library.md"))).contains(Files.readString(example));
  }

  @Test
  @Tag("live")
  void shouldDrainAndPrintItsLedgerWhenStoppedByASignal() throws Exception {
    VethPair.requireLive();
    Path traffic = SampleTraffic.ofLength(1000, 60).write(folder.resolve("traffic.pcap"));
    try (VethPair pair = VethPair.create();
        AutoCloseable _ = pair.sendForEver(traffic, 1000)) {
      Process example =
          new ProcessBuilder(ChildJvm.command(EmbedExample.class, List.of(), pair.name())).start();
      try (BufferedReader lines = example.inputReader()) {
        assertThat(lines.readLine()).contains("60 of 60 bytes");
        example.toHandle().destroy(); // SIGTERM, with its output left open
        assertThat(lines.lines().toList().getLast()).contains("received=", "balanced=yes");
        assertThat(example.waitFor()).isEqualTo(128 + 15);
      }
    }
  }

  @Test
  void shouldPrintEachPacketWithinTheCutoffWhenRunOverACapture() {
    Path file = SampleTraffic.ofLength(2000, 60).write(folder.resolve("traffic.pcap"));

    List<String> lines =
        ChildJvm.run(EmbedExample.class, List.of(), file.toString()).output().lines().toList();

    assertThat(lines).hasSize(1001);
    assertThat(lines.getFirst()).startsWith(SampleTraffic.FIRST_NANOS + " ns: 60 of 60 bytes, ");
    assertThat(lines.getLast())
        .contains("received=2000", "delivered=2000", "kept=1000", "cut=1000", "balanced=yes");
  }
}
