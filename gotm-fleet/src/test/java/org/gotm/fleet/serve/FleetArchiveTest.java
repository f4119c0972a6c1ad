package org.gotm.fleet.serve;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.gotm.app.keys.KeysCommand;
import org.gotm.app.queryclient.SensorKeys;
import org.gotm.app.queryserver.Archive;
import org.gotm.app.queryserver.QueryCounts;
import org.gotm.app.queryserver.QueryServer;
import org.gotm.app.queryserver.QuerySettings;
import org.gotm.app.queryserver.Recorded;
import org.gotm.app.sensors.Patience;
import org.gotm.app.sensors.SensorList;
import org.gotm.core.pcapfile.Captures;
import org.gotm.ffm.Command;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** A server for analysts, asked by curl, with two sensors behind it. */
class FleetArchiveTest {
  private static final List<String> CAPTURES =
      List.of("eth-udp-dns.pcap", "eth-tcp-syn-flood-200.pcap");

  @TempDir Path folder;
  private final BlockingQueue<String> lines = new LinkedBlockingQueue<>();
  private final QueryServer[] servers = new QueryServer[3];

  @BeforeEach
  void start() throws IOException {
    Command.require("curl", "tcpdump", "openssl");
    new CommandLine(new KeysCommand())
        .execute(folder.resolve("keys") + "", "-host", "127.0.0.1", "-client=alice");
    StringBuilder list = new StringBuilder("# two sensors\n");
    for (int i = 0; i < CAPTURES.size(); i++) {
      Path out = folder.resolve("out" + i);
      Path file = out.resolve("2026/01/01/2026-01-01T00-00-00.pcap");
      Files.createDirectories(file.getParent());
      Files.move(Captures.extract(CAPTURES.get(i), folder), file);
      servers[i] = serve("s" + i, new Recorded(List.of(out), () -> {}, () -> 0, Optional.empty()));
      list.append("s%d unix:s%d.sock\n".formatted(i, i).replace("unix:", "unix:" + folder + "/"));
    }
    Path sensors = Files.writeString(folder.resolve("sensors"), list);
    Files.writeString(folder.resolve("access"), "alice tcp\n");
    SensorKeys none = new SensorKeys(null, null, null);
    servers[2] =
        serve(
            "fleet",
            new FleetArchive(
                () -> SensorList.read(sensors, none),
                new Patience(8, Duration.ofSeconds(30)),
                lines::add));
  }

  private QueryServer serve(String name, Archive archive) throws IOException {
    InetSocketAddress any = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    QuerySettings settings =
        new QuerySettings(
            Optional.of(any),
            folder.resolve("keys"),
            Optional.of(folder.resolve(name + ".sock")),
            Optional.of(folder.resolve("access")),
            Duration.ofMinutes(1));
    QueryServer server = QueryServer.open(settings, Optional.empty(), lines::add);
    server.start(archive, new QueryCounts());
    return server;
  }

  @AfterEach
  void stop() {
    for (QueryServer server : servers) {
      server.close();
    }
  }

  private String local(String... more) {
    return curl("http://gotm/query", List.of("--unix-socket", folder + "/fleet.sock"), more);
  }

  private String alice(String... more) {
    String keys = folder + "/keys/";
    return curl(
        "https://127.0.0.1:%d/query".formatted(servers[2].port()),
        List.of(
            "--cacert",
            keys + "ca_cert.pem",
            "--cert",
            keys + "client_alice_cert.pem",
            "--key",
            keys + "client_alice_key.pem"),
        more);
  }

  private static String curl(String url, List<String> who, String... more) {
    List<String> command = new java.util.ArrayList<>(List.of("curl", "-sS", "-m", "60", url));
    command.addAll(who);
    command.addAll(List.of(more));
    return Command.check(command);
  }

  private List<String> packets(Path file, String expression) {
    return Command.check(
            "sh", "-c", "tcpdump -nn -tt -r \"$1\" \"$2\" 2>/dev/null", "-", file + "", expression)
        .lines()
        .toList();
  }

  private int recorded(String expression) {
    return CAPTURES.stream()
        .mapToInt(name -> packets(Captures.extract(name, folder), expression).size())
        .sum();
  }

  @Test
  void shouldAnswerWhatAllSensorsHave() {
    local("-d", "ip", "-o", folder + "/answer");

    assertThat(packets(folder.resolve("answer"), "")).hasSize(recorded("ip")).hasSizeGreaterThan(0);
    assertThat(lines).last().asString().contains("status=ok");
  }

  @Test
  void shouldGiveAClientOnlyWhatItMaySee() {
    alice("-d", "udp or tcp", "-o", folder + "/answer");

    assertThat(packets(folder.resolve("answer"), "not tcp")).isEmpty();
    assertThat(packets(folder.resolve("answer"), "")).hasSize(recorded("tcp"));
    assertThat(alice("-d", "tcp) or (udp")).contains("is missing");
  }

  @Test
  void shouldNameASensorThatIsGoneInATrailer() {
    servers[1].close();

    String raw = local("--raw", "-d", "udp port 53", "-o", "-");

    assertThat(raw).contains("Gotm-Packets: ", "Gotm-Partial: 1 of 2 sensors", "whole: s1: ");
  }

  @Test
  void shouldFailWhenNoSensorAnswers() {
    servers[0].close();
    servers[1].close();

    assertThat(local("-d", "udp", "-w", " %{http_code}"))
        .isEqualTo("no sensor answers: 2 were asked\n 500");
  }
}
