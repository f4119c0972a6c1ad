package org.gotm.app.process;

import static org.gotm.app.process.GotmLaunch.gotm;
import static org.gotm.app.process.GotmLaunch.quiet;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.gotm.core.pcapfile.Captures;
import org.gotm.ffm.Command;

/** A gotm that has recorded a capture and answers queries, by TLS and on a Unix socket. */
final class RunningSensor implements AutoCloseable {
  /** What was recorded. */
  final Path capture;

  /** The folder of keys: those that gotm keys makes, unless there were some before. */
  final Path keys;

  /** The Unix socket. */
  final Path socket;

  private final GotmProcess process;
  private final int port;

  RunningSensor(Path folder) {
    capture = Captures.extract("eth-udp-dns.pcap", folder);
    keys = folder.resolve("keys");
    socket = folder.resolve("query.sock");
    Path out = folder.resolve("out");
    quiet("-r", capture, "-write", out, "-packetcutoff=0", "-bytecutoff=0").run();
    if (!Files.exists(keys)) {
      gotm("keys", keys, "-host", "127.0.0.1").run();
    }
    process =
        quiet("-r", "-", "-write", out, "-query-keys", keys, "-query-socket", socket)
            .and("-query-address=127.0.0.1:0")
            .readingPipe()
            .start();
    String line = process.awaitLine("Answering queries at https://");
    port = Integer.parseInt(line.substring(line.lastIndexOf(':') + 1));
    process.awaitLine("Answering queries at " + socket);
  }

  String url() {
    return "https://127.0.0.1:" + port;
  }

  Path certificate() {
    return keys.resolve("client_cert.pem");
  }

  /** Certificate and key in one file. */
  Path certificateWithKey(Path file) throws IOException {
    String both =
        Files.readString(certificate()) + Files.readString(keys.resolve("client_key.pem"));
    return Files.writeString(file, both);
  }

  /** Packets that tcpdump finds. */
  static String packets(Path file, String expression) {
    return Command.check(
        "sh", "-c", "tcpdump -nn -tt -x -r \"$1\" \"$2\" 2>/dev/null", "-", file + "", expression);
  }

  @Override
  public void close() {
    process.close();
  }
}
