package org.gotm.app.queryserver;

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
import java.util.concurrent.TimeUnit;
import org.gotm.app.keys.KeysCommand;
import org.gotm.core.pcapfile.Captures;
import org.gotm.store.flows.FlowSearch;
import picocli.CommandLine;

/** A server in a folder, with one finished capture, that answers at a port and at a socket. */
final class ServerRig implements AutoCloseable {
  static final String CAPTURE = "eth-udp-dns.pcap";
  private static final long PATIENCE_SECONDS = 60;

  private final Path folder;
  private final BlockingQueue<String> lines = new LinkedBlockingQueue<>();
  private final QueryCounts counts = new QueryCounts();
  private final QueryServer server;

  /** Keys of a server at 127.0.0.1 and of clients. */
  static void makeKeys(Path keys, String... clients) {
    CommandLine command = new CommandLine(new KeysCommand());
    String[] arguments = new String[3 + clients.length];
    arguments[0] = keys.toString();
    arguments[1] = "-host";
    arguments[2] = "127.0.0.1";
    for (int i = 0; i < clients.length; i++) {
      arguments[3 + i] = "-client=" + clients[i];
    }
    if (command.execute(arguments) != 0) {
      throw new AssertionError("no keys in " + keys);
    }
  }

  ServerRig(Path folder, Path keys, Runnable show) throws IOException {
    this(folder, keys, show, Optional.empty());
  }

  /** One that has records of flows, too. */
  ServerRig(Path folder, Path keys, Runnable show, Optional<FlowSearch.Show> flows)
      throws IOException {
    this.folder = folder;
    add(CAPTURE, "2026-01-01T00-00-00");
    InetSocketAddress any = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    QuerySettings settings =
        new QuerySettings(
            Optional.of(any),
            keys,
            Optional.of(socket()),
            Optional.of(access()),
            Duration.ofMinutes(15));
    Files.writeString(access(), "alice\nbob\nclient\n");
    server = QueryServer.open(settings, Optional.empty(), lines::add);
    server.start(new Recorded(List.of(out()), show, () -> 3, flows), counts);
  }

  private Path out() {
    return folder.resolve("out");
  }

  /** One more finished capture, of the day 2026-01-01. */
  Path add(String capture, String name) throws IOException {
    Path file = out().resolve("2026/01/01").resolve(name + ".pcap");
    Files.createDirectories(file.getParent());
    return Files.move(Captures.extract(capture, folder), file);
  }

  /** The list of who may ask. */
  Path access() {
    return folder.resolve("access");
  }

  Path socket() {
    return folder.resolve("query.sock");
  }

  String url(String path) {
    return "https://127.0.0.1:" + server.port() + path;
  }

  QueryServer server() {
    return server;
  }

  QueryCounts counts() {
    return counts;
  }

  /** Waits for a line of the log with this in it. */
  String awaitLine(String part) throws InterruptedException {
    while (true) {
      String line = lines.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
      if (line == null) {
        throw new AssertionError("no line with " + part);
      }
      if (line.contains(part)) {
        return line;
      }
    }
  }

  @Override
  public void close() {
    server.close();
  }
}
