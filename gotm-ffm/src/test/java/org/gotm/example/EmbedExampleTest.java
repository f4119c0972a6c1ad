package org.gotm.example;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.gotm.ffm.ChildJvm;
import org.gotm.ffm.SampleTraffic;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EmbedExampleTest {
  @TempDir Path folder;

  @Test
  void shouldPrintEachPacketWithinTheCutoffWhenRunOverACapture() {
    Path file = SampleTraffic.ofLength(2000, 60).write(folder.resolve("traffic.pcap"));

    List<String> lines =
        ChildJvm.run(EmbedExample.class, List.of(), file.toString()).output().lines().toList();

    assertThat(lines).hasSize(1001);
    assertThat(lines.getFirst()).isEqualTo(SampleTraffic.FIRST_NANOS + " ns: 60 of 60 bytes");
    assertThat(lines.getLast())
        .contains("received=2000", "delivered=2000", "kept=1000", "cut=1000", "balanced=yes");
  }
}
