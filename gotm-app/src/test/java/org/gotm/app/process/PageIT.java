package org.gotm.app.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.gotm.app.web.Browser;
import org.gotm.app.web.ShownMetrics;
import org.gotm.core.pcapfile.Captures;
import org.gotm.ffm.Command;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The page of a gotm that has read some packets and waits for more. */
class PageIT {
  @TempDir private Path folder;

  @Test
  void shouldShowWhatTheMetricsOfARunSay() throws Exception {
    Command.require("chromium", "curl", "tcpdump");
    Path traffic = Captures.get("eth-mixed-emix.pcap").extractTo(folder);
    int packets = FilePackets.of(traffic).packets().size();
    String address = "localhost:" + freePort();
    try (GotmProcess gotm =
        GotmLaunch.gotm("-r", "-", "-metrics-address", address, "-class=dns:port 53:never")
            .and("-timeinterval=100ms", "-write", folder.resolve("out"))
            .readingPipe()
            .start()) {
      Files.copy(traffic, gotm.input());
      gotm.input().flush();
      gotm.awaitLine(" recvd=" + packets);
      try (Browser browser = Browser.open(folder.resolve("profile"), true)) {
        browser.resize(1280, 900);
        browser.go("http://" + address);
        browser.await("document.body != null && Number(document.body.dataset.events) >= 2");
        browser.await(inFiles() + " > 0");
        Map<String, String> shown = ShownMetrics.on(browser);
        String scrape = Command.check("curl", "-sf", "http://" + address + "/metrics");

        assertThat(shown).containsEntry("gotm_packets_total{}", "" + packets);
        shown.keySet().removeIf(metric -> !metric.matches("gotm_(packets|active_flow)_.*"));
        assertThat(shown)
            .hasSizeGreaterThan(10)
            .allSatisfy(
                (metric, words) ->
                    assertThat(Double.parseDouble(words))
                        .as(metric)
                        .isEqualTo(ShownMetrics.in(scrape, metric)));
        assertThat(browser.value("document.getElementById('status').innerText"))
            .isEqualTo("✓ Nothing lost");
        assertThat(browser.value("document.getElementById('cuts').innerText")).contains("dns");
      }
    }
  }

  /** What the page says is in files. */
  private static String inFiles() {
    return "Number(document.querySelector('[data-metric^=gotm_packets_output_total]')"
        + ".textContent.replaceAll(',', ''))";
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }
}
