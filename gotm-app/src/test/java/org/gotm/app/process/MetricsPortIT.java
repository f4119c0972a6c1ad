package org.gotm.app.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.gotm.core.pcapfile.Captures;
import org.gotm.ffm.Command;
import org.gotm.ffm.VethPair;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A port for metrics that takes rights, which an ordinary user does not have. */
@Tag("live")
class MetricsPortIT {
  @TempDir private Path folder;

  private VethPair veth;

  @BeforeEach
  void makePair() {
    VethPair.requireLive();
    Command.require("curl", "setpriv", "sysctl");
    veth = VethPair.inNamespace();
    Command.check(veth.inside("ip", "link", "set", "lo", "up"));
  }

  @AfterEach
  void removePair() {
    if (veth != null) {
      veth.close();
    }
  }

  private void takeRightsBelow(int port) {
    Command.check(veth.inside("sysctl", "-q", "net.ipv4.ip_unprivileged_port_start=" + port));
  }

  @Test
  void shouldRecordAndAskAgainWhenThePortTakesRights() throws IOException {
    takeRightsBelow(10_000);
    Path traffic = Captures.get("eth-mixed-emix.pcap").extractTo(folder);
    String[] ordinary =
        veth.inside("setpriv", "--bounding-set=-all", "--inh-caps=-all").toArray(String[]::new);
    try (GotmProcess gotm =
        GotmLaunch.gotm("-r", "-", "-bytecutoff=0", "-packetcutoff=0", "-timeinterval=100ms")
            .and("-metrics-address", HealthPage.ADDRESS, "-write", folder.resolve("out"))
            .under(ordinary)
            .readingPipe()
            .start()) {
      assertThat(gotm.awaitLine("metrics-address=" + HealthPage.ADDRESS))
          .contains("CAP_NET_BIND_SERVICE", "Permission denied", "all else goes on");
      Files.copy(traffic, gotm.input());
      gotm.input().flush();
      String line;
      do {
        line = gotm.awaitLine(" pkts=");
      } while (LedgerLine.of(line).get("pkts") == 0);
      takeRightsBelow(1024);
      gotm.awaitLine("works now");
      new HealthPage(veth).await("ok\n200");
      gotm.input().close();
      GotmProcess.Ended ended = gotm.awaitExit();

      assertThat(ended.exitCode()).as(ended.toString()).isZero();
      assertThat(ended.ledger().get("written"))
          .isPositive()
          .isEqualTo(ended.ledger().get("received"));
    }
  }
}
