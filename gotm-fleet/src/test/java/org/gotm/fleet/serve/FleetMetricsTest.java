package org.gotm.fleet.serve;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import org.gotm.app.daemon.EventLog;
import org.gotm.ffm.Command;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FleetMetricsTest {
  @TempDir Path folder;
  private EventLog log;
  private AnalystServer server;
  private FleetMetrics metrics;

  @BeforeEach
  void start() throws IOException {
    Command.require("curl", "openssl");
    log = new EventLog(System.err, Clock.systemUTC());
    server = new AnalystServer(folder);
    metrics = new FleetMetrics(server.archive, server.counts, log);
  }

  @AfterEach
  void stop() {
    if (server != null) {
      server.close();
    }
    log.close();
  }

  @Test
  void shouldTellOfQueriesAndOfEachSensor() throws IOException {
    assertThat(metrics.scrape())
        .contains("gotm_sensor_answers_total{sensor=\"s1\",status=\"failed\"} 0.0\n");
    server.local("-d", "ip");
    server.stop(1);
    Path answer = folder.resolve("answer");
    server.local("-d", "udp", "-o", answer + "");
    server.local("-d", "hst 10.0.0.1");
    String text = metrics.scrape();

    assertThat(text)
        .contains("gotm_queries_total{endpoint=\"/query\",status=\"ok\"} 1.0\n")
        .contains("gotm_queries_total{endpoint=\"/query\",status=\"cut\"} 1.0\n")
        .contains("gotm_queries_total{endpoint=\"/query\",status=\"refused\"} 1.0\n")
        .contains("gotm_queries_total{endpoint=\"/pcap\",status=\"ok\"} 0.0\n")
        .contains("gotm_sensor_answers_total{sensor=\"s0\",status=\"ok\"} 2.0\n")
        .contains("gotm_sensor_answers_total{sensor=\"s1\",status=\"ok\"} 1.0\n")
        .contains("gotm_sensor_answers_total{sensor=\"s1\",status=\"failed\"} 1.0\n")
        .contains("gotm_answers_partial_total 1.0\n")
        .contains("gotm_healthy 1.0\n", "process_resident_memory_bytes ", "jvm_memory_used_bytes{");
    assertThat(value(text, "gotm_query_bytes_total")).isGreaterThan(Files.size(answer));
  }

  private static double value(String text, String metric) {
    return text.lines()
        .filter(line -> line.startsWith(metric + " "))
        .mapToDouble(line -> Double.parseDouble(line.substring(metric.length() + 1)))
        .sum();
  }

  @Test
  void shouldBeSoundToPrometheus() throws IOException {
    Command.require("promtool");
    server.local("-d", "ip");
    Path file = Files.writeString(folder.resolve("metrics"), metrics.scrape());

    Command.Result result = Command.run(List.of("sh", "-c", "promtool check metrics <" + file));

    assertThat(result.exitCode()).as(result.output()).isIn(0, 3); // 3: complaints about taste
    assertThat(result.output()).doesNotContain("gotm_");
  }

  @Test
  void shouldSayThatTheListCannotBeUsed() throws IOException {
    assertThat(metrics.errors()).isEmpty();
    Files.writeString(server.sensors, "s0\n");

    assertThat(metrics.errors())
        .isEqualTo(List.of("sensors=%s:1: not a name and a URL".formatted(server.sensors)));
    assertThat(metrics.scrape()).contains("gotm_healthy 0.0\n");
  }
}
