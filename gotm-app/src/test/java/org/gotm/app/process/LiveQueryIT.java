package org.gotm.app.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.gotm.app.process.GotmLaunch.gotm;
import static org.gotm.app.process.GotmLaunch.quiet;

import java.nio.file.Path;
import org.gotm.core.pcapfile.Captures;
import org.gotm.ffm.Command;
import org.gotm.ffm.VethPair;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * A query has every packet that had arrived when it began: of files, the current one, and memory.
 */
@Tag("live")
class LiveQueryIT {
  @TempDir Path folder;
  private VethPair veth;
  private Path traffic;
  private Path out;

  @BeforeEach
  void prepare() {
    VethPair.requireLive();
    Command.require("tcpdump");
    veth = VethPair.inNamespace();
    traffic = Captures.get("eth-mixed-emix.pcap").extractTo(folder);
    out = folder.resolve("out");
  }

  @AfterEach
  void removePair() {
    if (veth != null) {
      veth.close();
    }
  }

  @ParameterizedTest
  @CsvSource({"off,1", "gzip,1", "zstd,2"})
  void shouldHaveEveryPacketThatHadArrived(String compression, int workers) throws Exception {
    GotmLaunch launch =
        quiet("-interface", veth.name(), "-filter", "", "-write", out, "-workers", workers)
            .and("-packetcutoff=0", "-bytecutoff=0", "-flushinterval=1h", "-rotationinterval=0")
            .and("-compress=" + compression)
            .inside(veth)
            .in(folder);
    try (GotmProcess recorder = launch.start()) {
      recorder.awaitLine("Starting worker " + (workers - 1));
      long sent = 0;
      for (int round = 0; round < 3; round++) {
        sent += veth.send(traffic);
        Path answer = folder.resolve("answer" + round + ".pcap");
        var asked = gotm("query", "-write", out, "-w", answer).run();

        assertThat(asked.exitCode()).isZero();
        assertThat(asked.log()).isEmpty();
        assertThat(Command.check("sh", "-c", "tcpdump --count -r \"$0\" 2>/dev/null", answer + ""))
            .isEqualTo(sent + " packets\n");
        if (round == 1) {
          recorder.signal("HUP"); // a file is finished, the next one begins
        }
      }
      recorder.stop("TERM");
    }
  }
}
