package org.gotm.app.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.gotm.core.pcapfile.Captures;
import org.gotm.ffm.Command;
import org.gotm.ffm.VethPair;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Both dashboards, asked of a Prometheus that scrapes a gotm under traffic. */
@Tag("live")
class DashboardsIT {
  private static final long PATIENCE_NANOS = Duration.ofMinutes(2).toNanos();
  private static final String PROMETHEUS = "localhost:9190";

  @TempDir private Path folder;

  private VethPair veth;

  @BeforeEach
  void makePair() {
    VethPair.requireLive();
    Command.require("curl", "prometheus");
    veth = VethPair.inNamespace();
    Command.check(veth.inside("ip", "link", "set", "lo", "up"));
  }

  @AfterEach
  void removePair() {
    if (veth != null) {
      veth.close();
    }
  }

  @Test
  void shouldHaveDataForEachExpressionOfBothDashboards() throws Exception {
    Path traffic = Captures.get("eth-mixed-emix.pcap").extractTo(folder);
    try (GotmProcess gotm =
            GotmLaunch.gotm("-interface", veth.name(), "-metrics-address", HealthPage.ADDRESS)
                .and("-workers=2", "-class=dns:port 53:never", "-compress=zstd")
                .inside(veth)
                .in(folder)
                .start();
        AutoCloseable _ = startPrometheus()) {
      gotm.awaitLine("Starting worker 1");
      try (AutoCloseable _ = veth.sendForEver(traffic, 500)) {
        assertThat(Dashboards.original()).hasSizeGreaterThan(9).allSatisfy(this::assertHasData);
        assertThat(Dashboards.ours()).hasSizeGreaterThan(30).allSatisfy(this::assertHasData);
      }
      assertThat(ask("rules", "")).contains("\"health\":\"ok\"").doesNotContain("\"err\"");
    }
  }

  private void assertHasData(String expression) {
    long deadline = System.nanoTime() + PATIENCE_NANOS;
    String answer;
    do {
      answer = ask("query", expression);
      assertThat(answer).as(expression).doesNotContain("\"status\":\"error\"");
      assertThat(System.nanoTime()).as("%s: %s", expression, answer).isLessThan(deadline);
    } while (!answer.contains("\"value\":"));
  }

  /** What Prometheus answers; empty while it does not. */
  private String ask(String what, String query) {
    return Command.run(
            veth.inside(
                "curl",
                "-s",
                "--get",
                "--data-urlencode",
                "query=" + query,
                "http://%s/api/v1/%s".formatted(PROMETHEUS, what)))
        .output();
  }

  private AutoCloseable startPrometheus() throws IOException {
    Path config =
        Files.writeString(
            folder.resolve("prometheus.yml"),
            """
            global:
              scrape_interval: 1s
              evaluation_interval: 1s
            rule_files: ['%s']
            scrape_configs:
              - job_name: gotm
                static_configs:
                  - targets: ['%s']
            """
                .formatted(Dashboards.RULES, HealthPage.ADDRESS));
    List<String> command =
        Stream.of(
                "prometheus",
                "--config.file=" + config,
                "--storage.tsdb.path=" + folder.resolve("prometheus"),
                "--web.listen-address=" + PROMETHEUS)
            .toList();
    Process process =
        new ProcessBuilder(veth.inside(command.toArray(String[]::new)))
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve("prometheus.log").toFile())
            .start();
    return () -> process.destroyForcibly().waitFor();
  }
}
