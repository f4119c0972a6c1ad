package org.gotm.fleet.serve;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
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
import org.gotm.app.sensors.SensorCounts;
import org.gotm.app.sensors.SensorList;
import org.gotm.core.pcapfile.Captures;
import org.gotm.ffm.Command;
import picocli.CommandLine;

/** A server for analysts with two sensors behind it, {@code s0} and {@code s1}. */
final class AnalystServer implements AutoCloseable {
  private static final List<String> CAPTURES =
      List.of("eth-udp-dns.pcap", "eth-tcp-syn-flood-200.pcap");

  /** The list of sensors. */
  final Path sensors;

  /** Lines of all logs. */
  final BlockingQueue<String> lines = new LinkedBlockingQueue<>();

  final QueryCounts counts = new QueryCounts();
  final FleetArchive archive;

  private final Path folder;
  private final QueryServer[] servers = new QueryServer[3];

  /** Starts it; Alice may see TCP. */
  AnalystServer(Path folder) throws IOException {
    this.folder = folder;
    new CommandLine(new KeysCommand())
        .execute(folder.resolve("keys") + "", "-host", "127.0.0.1", "-client=alice");
    StringBuilder list = new StringBuilder("# two sensors\n");
    for (int i = 0; i < CAPTURES.size(); i++) {
      Path out = folder.resolve("out" + i);
      Path file = out.resolve("2026/01/01/2026-01-01T00-00-00.pcap");
      Files.createDirectories(file.getParent());
      Files.move(Captures.extract(CAPTURES.get(i), folder), file);
      Recorded recorded = new Recorded(List.of(out), () -> {}, () -> 0, Optional.empty());
      servers[i] = serve("s" + i, recorded, new QueryCounts());
      list.append("s%d unix:%s/s%d.sock\n".formatted(i, folder, i));
    }
    sensors = Files.writeString(folder.resolve("sensors"), list);
    Files.writeString(folder.resolve("access"), "alice tcp\n");
    SensorKeys none = new SensorKeys(null, null, null);
    archive =
        new FleetArchive(
            () -> SensorList.read(sensors, none),
            new Patience(8, Duration.ofSeconds(30)),
            new SensorCounts(),
            lines::add);
    servers[2] = serve("fleet", archive, counts);
  }

  private QueryServer serve(String name, Archive from, QueryCounts counted) throws IOException {
    InetSocketAddress any = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    QuerySettings settings =
        new QuerySettings(
            Optional.of(any),
            folder.resolve("keys"),
            Optional.of(folder.resolve(name + ".sock")),
            Optional.of(folder.resolve("access")),
            Duration.ofMinutes(1));
    QueryServer server = QueryServer.open(settings, Optional.empty(), lines::add);
    server.start(from, counted);
    return server;
  }

  /** The port for those who have a certificate. */
  int port() {
    return servers[2].port();
  }

  /** Ends a sensor, which stays in the list. */
  void stop(int sensor) {
    servers[sensor].close();
  }

  /** What curl says that asks at the socket. */
  String local(String... more) {
    return curl("http://gotm/query", List.of("--unix-socket", folder + "/fleet.sock"), more);
  }

  /** What curl says that asks as Alice. */
  String alice(String... more) {
    String keys = folder + "/keys/";
    return curl(
        "https://127.0.0.1:%d/query".formatted(port()),
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
    List<String> command = new ArrayList<>(List.of("curl", "-sS", "-m", "60", url));
    command.addAll(who);
    command.addAll(List.of(more));
    return Command.check(command);
  }

  /** Lines of tcpdump. */
  static List<String> packets(Path file, String expression) {
    return Command.check(
            "sh", "-c", "tcpdump -nn -tt -r \"$1\" \"$2\" 2>/dev/null", "-", file + "", expression)
        .lines()
        .toList();
  }

  /** How many of all packets of the sensors tcpdump finds. */
  int recorded(String expression) {
    return recordedPackets(expression).size();
  }

  /** What tcpdump finds of all packets of the sensors, of one after the other. */
  List<String> recordedPackets(String expression) {
    return CAPTURES.stream()
        .flatMap(name -> packets(Captures.extract(name, folder), expression).stream())
        .toList();
  }

  @Override
  public void close() {
    for (QueryServer server : servers) {
      server.close();
    }
  }
}
