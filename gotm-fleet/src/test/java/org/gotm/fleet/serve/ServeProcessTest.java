package org.gotm.fleet.serve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.gotm.fleet.serve.AnalystServer.packets;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.gotm.ffm.Command;
import org.gotm.ffm.StenographerShell;
import org.gotm.fleet.JavaProgram;
import org.gotm.fleet.cli.FleetMain;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The process of {@code gotm fleet serve}, asked by Debian's clients of stenographer and curl. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ServeProcessTest {
  @TempDir Path folder;
  private AnalystServer sensors;
  private Process process;
  private BufferedReader log;

  @BeforeEach
  void start() throws IOException {
    Command.require("stenoread", "stenocurl", "jq", "curl", "tcpdump", "openssl");
    sensors = new AnalystServer(folder);
    List<String> command = JavaProgram.command(FleetMain.class);
    command.addAll(List.of("fleet", "serve", "-sensors=" + sensors.sensors));
    command.addAll(List.of("-query-address=127.0.0.1:0", "-metrics-address=127.0.0.1:0"));
    command.add("-query-keys=" + folder.resolve("keys"));
    command.add("-query-access=" + folder.resolve("access"));
    process = new ProcessBuilder(command).start();
    log = process.errorReader();
  }

  @AfterEach
  void stop() throws InterruptedException {
    if (process != null) {
      process.destroyForcibly().waitFor();
    }
    if (sensors != null) {
      sensors.close();
    }
  }

  private int port(String begin) throws IOException {
    String line;
    do {
      line = log.readLine();
      assertThat(line).as("before '%s'", begin).isNotNull();
    } while (!line.contains(begin));
    return Integer.parseInt(line.substring(line.lastIndexOf(':') + 1));
  }

  private String inShell(int port, String script) throws IOException {
    return new StenographerShell(folder, folder.resolve("keys")).run(port, script);
  }

  /** The metrics once they have this; a query is counted when its answer has gone. */
  private String await(int port, String part) throws IOException {
    String page;
    do {
      page = inShell(port, "curl -sS http://127.0.0.1:%d/metrics".formatted(port));
    } while (!page.contains(part));
    return page;
  }

  @Test
  void shouldAnswerStenoreadAndCurlAsARecorderDoes() throws Exception {
    int metrics = port("Metrics and health at http://127.0.0.1:");
    int port = port("Answering queries at https://127.0.0.1:");
    inShell(port, "stenoread 'udp or tcp' -w all.pcap");
    inShell(port, "stenoread --limit-packets 2 'tcp' -w two.pcap");
    inShell(port, "stenocurl '/pcap?query=tcp&format=pcapng' -sS -o link.pcapng");
    String stats = inShell(port, "stenocurl /debug/stats -sS");
    String page = await(metrics, "gotm_queries_total{endpoint=\"/pcap\",status=\"ok\"} 1.0\n");
    String health = inShell(port, "curl -sS http://127.0.0.1:%d/healthz".formatted(metrics));
    process.destroy();

    List<String> seen = sensors.recordedPackets("tcp");
    assertThat(packets(folder.resolve("all.pcap"), "")).isEqualTo(seen).isNotEmpty();
    assertThat(packets(folder.resolve("two.pcap"), "")).isEqualTo(seen.subList(0, 2));
    assertThat(packets(folder.resolve("link.pcapng"), "")).isEqualTo(seen);
    assertThat(stats).contains("sensors\t2\n", "queries_failed\t0\n");
    assertThat(page)
        .contains("gotm_queries_total{endpoint=\"/query\",status=\"ok\"} 1.0\n")
        .contains("gotm_queries_total{endpoint=\"/query\",status=\"cut\"} 1.0\n");
    assertThat(health).isEqualTo("ok\n");
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).isZero();
  }
}
