package org.gotm.core.flow;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.gotm.core.pcapfile.RealPackets;
import org.gotm.core.pcapfile.Tcpdump;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is kept of fragmented packets can be put together: tshark does. */
class FragmentCutoffTest {
  private static final String CASE = "/cases/frag.pcap"; // 60 answers between two hosts, of 2.9 KB

  @TempDir Path folder;

  @Test
  void shouldKeepAllFragmentsOfAnswersThatAreBelowTheCutoff() throws IOException {
    Tcpdump.require("tshark");
    RealPackets all;
    try (InputStream in = FragmentCutoffTest.class.getResourceAsStream(CASE)) {
      all = RealPackets.read("frag.pcap", in.readAllBytes());
    }
    RealPackets kept = KeptPackets.of(all, FlowCutter.Options.defaults());

    assertThat(reassembled(all)).isEqualTo(60);
    assertThat(reassembled(kept)).isEqualTo(60);
  }

  private long reassembled(RealPackets packets) throws IOException {
    Path file = Files.write(folder.resolve("packets.pcap"), packets.toPcap());
    Tcpdump.Result result =
        Tcpdump.run("tshark", "-n", "-r", file.toString(), "-Y", "ip.reassembled.length");
    assertThat(result.exit()).as(result.says()).isZero();
    return new String(result.output(), StandardCharsets.UTF_8).lines().count();
  }
}
