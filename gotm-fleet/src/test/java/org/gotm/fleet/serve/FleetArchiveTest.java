package org.gotm.fleet.serve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.gotm.fleet.serve.AnalystServer.packets;

import java.io.IOException;
import java.nio.file.Path;
import org.gotm.ffm.Command;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A server for analysts, asked by curl. */
class FleetArchiveTest {
  @TempDir Path folder;
  private AnalystServer server;

  @BeforeEach
  void start() throws IOException {
    Command.require("curl", "tcpdump", "openssl");
    server = new AnalystServer(folder);
  }

  @AfterEach
  void stop() {
    if (server != null) {
      server.close();
    }
  }

  @Test
  void shouldAnswerWhatAllSensorsHave() {
    server.local("-d", "ip", "-o", folder + "/answer");

    assertThat(packets(folder.resolve("answer"), ""))
        .hasSize(server.recorded("ip"))
        .hasSizeGreaterThan(0);
    assertThat(server.lines).last().asString().contains("status=ok");
  }

  @Test
  void shouldGiveAClientOnlyWhatItMaySee() {
    server.alice("-d", "udp or tcp", "-o", folder + "/answer");

    assertThat(packets(folder.resolve("answer"), "not tcp")).isEmpty();
    assertThat(packets(folder.resolve("answer"), "")).hasSize(server.recorded("tcp"));
    assertThat(server.alice("-d", "tcp) or (udp")).contains("is missing");
  }

  @Test
  void shouldNameASensorThatIsGoneInATrailer() {
    server.stop(1);

    String raw = server.local("--raw", "-d", "udp port 53", "-o", "-");

    assertThat(raw).contains("Gotm-Packets: ", "Gotm-Partial: 1 of 2 sensors", "whole: s1: ");
  }

  @Test
  void shouldFailWhenNoSensorAnswers() {
    server.stop(0);
    server.stop(1);

    assertThat(server.local("-d", "udp", "-w", " %{http_code}"))
        .isEqualTo("no sensor answers: 2 were asked\n 500");
  }
}
