package org.gotm.app.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.gotm.app.process.GotmLaunch.gotm;

import java.nio.file.Path;
import org.gotm.core.pcapfile.Captures;
import org.gotm.ffm.Command;
import org.gotm.ffm.VethPair;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a recorder's metrics tell of flow records while it runs, of flows that end by silence. */
@Tag("live")
@Timeout(value = 300, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class FlowMetricsIT {
  private static final String RECORDS = "gotm_flow_records_total";

  @TempDir Path folder;
  private VethPair veth;
  private Path traffic;
  private Path out;

  @BeforeEach
  void prepare() {
    VethPair.requireLive();
    Command.require("curl");
    veth = VethPair.inNamespace();
    Command.check(veth.inside("ip", "link", "set", "lo", "up"));
    traffic = Captures.get("eth-mixed-emix.pcap").extractTo(folder);
    out = folder.resolve("out");
  }

  @AfterEach
  void removePair() {
    if (veth != null) {
      veth.close();
    }
  }

  private GotmProcess record() {
    GotmProcess recorder =
        gotm("-metrics-address", HealthPage.ADDRESS, "-interface", veth.name(), "-filter", "")
            .and("-flows", "-flowtimeout=1s", "-write", out)
            .inside(veth)
            .in(folder)
            .start();
    recorder.awaitLine("Starting worker 0");
    return recorder;
  }

  private int recordsInFiles() {
    GotmProcess.Ended ended = gotm("flows", "-write", out).run();
    assertThat(ended.exitCode()).as(ended.toString()).isZero();
    assertThat(ended.log()).isEmpty();
    return ended.out().size();
  }

  @Test
  void shouldCountEachFlowOnceWhenTheLinkFallsSilent() {
    try (GotmProcess recorder = record()) {
      MetricsPage page = new MetricsPage(veth);
      int sent = veth.send(traffic);
      page.await("gotm_packets_total", sent);
      page.await("gotm_active_flow_count", 0);
      long flows = page.sum("gotm_flows_total");
      assertThat(page.sum(RECORDS)).isEqualTo(flows).isPositive();
      assertThat(page.sum("gotm_flow_records_lost_total")).isZero();
      assertThat(recorder.stop("TERM").exitCode()).isZero();
      assertThat(recordsInFiles()).isEqualTo(flows);
    }
  }
}
