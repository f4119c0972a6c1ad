package org.gotm.app.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.gotm.app.process.GotmLaunch.gotm;
import static org.gotm.app.process.RunningSensor.packets;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.gotm.ffm.Command;
import org.gotm.ffm.StenographerShell;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The command query asks a sensor elsewhere. */
class SensorQueryIT {
  private static final String QUERY = "udp port 53 and host 10.0.0.1";

  @TempDir Path folder;
  private Path answer;

  @BeforeEach
  void prepare() {
    Command.require("tcpdump", "openssl", "stenokeys", "sh");
    answer = folder.resolve("answer.pcap");
  }

  private GotmLaunch ask(String url, Object... options) {
    return gotm("query", "-url", url, QUERY, "-w", answer, "-format=pcap-micro").and(options);
  }

  private void assertAnswers(RunningSensor sensor, GotmProcess.Ended ended) {
    assertThat(ended.log()).isEmpty();
    assertThat(ended.exitCode()).isZero();
    assertThat(packets(answer, "")).isEqualTo(packets(sensor.capture, QUERY)).isNotEmpty();
  }

  @Test
  void shouldFindByTlsAndOnTheSocketWhatTcpdumpFinds() throws IOException {
    try (RunningSensor sensor = new RunningSensor(folder)) {
      assertAnswers(sensor, ask(sensor.url(), "-cert", sensor.certificate()).run());

      Path one = sensor.certificateWithKey(folder.resolve("me.pem"));
      Path ca = sensor.keys.resolve("ca_cert.pem");
      assertAnswers(sensor, ask(sensor.url(), "-cert", one, "-cacert", ca).run());

      assertAnswers(sensor, ask("unix:" + sensor.socket).run());
    }
  }

  @Test
  void shouldTakeTheKeysOfStenographerWhichHaveNoOtherNames() throws IOException {
    Path keys = Files.createDirectory(folder.resolve("keys"));
    new StenographerShell(folder, keys).run(1234, "stenokeys $(id -un) $(id -gn)");
    try (RunningSensor sensor = new RunningSensor(folder)) {
      assertAnswers(sensor, ask(sensor.url(), "-cert", sensor.certificate()).run());

      String otherName = sensor.url().replace("127.0.0.1", "localhost");
      var refused = ask(otherName, "-cert", sensor.certificate()).run();
      assertThat(refused.exitCode()).isEqualTo(1);
      assertThat(refused.log())
          .singleElement()
          .asString()
          .contains("certificate is not trusted", "localhost");
    }
  }

  @Test
  void shouldSayWhatTheSensorSays() {
    try (RunningSensor sensor = new RunningSensor(folder)) {
      var cut = ask("unix:" + sensor.socket, "-c", 2).run();
      assertThat(cut.exitCode()).isEqualTo(3);
      assertThat(cut.log()).containsExactly("gotm: cut short after 2 packets: limit of 2 packets");
      assertThat(packets(answer, "").lines().filter(line -> !line.startsWith("\t"))).hasSize(2);

      var wrong = gotm("query", "-url", "unix:" + sensor.socket, "host 10.1.2", "-w", "x").run();
      assertThat(wrong.exitCode()).isEqualTo(2);
      assertThat(wrong.log())
          .containsExactly(
              "gotm: query 'host 10.1.2', character 6: '10.1.2' is no address; names are not"
                  + " looked up",
              "  host 10.1.2",
              "       ^");
      assertThat(Path.of("x")).doesNotExist();
    }
  }

  @Test
  void shouldSayWhichCertificateIsRefused() {
    try (RunningSensor sensor = new RunningSensor(folder)) {
      Path ca = sensor.keys.resolve("ca_cert.pem");
      assertThat(ask(sensor.url(), "-cacert", ca).run().log())
          .singleElement()
          .asString()
          .contains("url=" + sensor.url(), "the sensor refuses the certificate", "-cert");

      Path foreign = folder.resolve("foreign");
      assertThat(gotm("keys", foreign).run().exitCode()).isZero();
      Path certificate = foreign.resolve("client_cert.pem");
      assertThat(ask(sensor.url(), "-cert", certificate).run().log())
          .singleElement()
          .asString()
          .contains("the sensor's certificate is not trusted", "-cacert");
      var refused = ask(sensor.url(), "-cert", certificate, "-cacert", ca).run();
      assertThat(refused.exitCode()).isEqualTo(1);
      assertThat(refused.log())
          .singleElement()
          .asString()
          .contains("the sensor refuses the certificate");
    }
    assertThat(answer).doesNotExist();
  }

  @Test
  void shouldBeQuietWhenNobodyReadsOn() {
    try (RunningSensor sensor = new RunningSensor(folder)) {
      var ended =
          gotm("query", "-url", "unix:" + sensor.socket, "udp")
              .under("sh", "-c", "\"$@\" | :", "-")
              .run();

      assertThat(ended.log()).isEmpty();
    }
  }

  @Test
  void shouldRefuseOptionsThatExcludeEachOther() {
    assertThat(gotm("query", "-url=https://x:1", "-write=.", "tcp", "-w", answer).run().log())
        .containsExactly(
            "gotm: url=https://x:1: not with -write: one or the other; see gotm query --help");
    assertThat(gotm("query", "-cert=me.pem", "tcp", "-w", answer).run().log())
        .containsExactly("gotm: cert=me.pem: only with -url or -sensors; see gotm query --help");
    assertThat(gotm("query", "-url=http://x", "tcp", "-w", answer).run().exitCode()).isEqualTo(2);
  }
}
