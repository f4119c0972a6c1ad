package org.gotm.app.queryserver;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.gotm.ffm.Command;

/**
 * Asks a server with curl.
 *
 * @param options who asks, and how
 */
record Curl(List<String> options) {
  /** With the certificate of a client. */
  static Curl as(Path keys, String client) {
    return new Curl(
        List.of(
            "--cacert",
            keys.resolve("ca_cert.pem").toString(),
            "--cert",
            keys.resolve(client + "_cert.pem").toString(),
            "--key",
            keys.resolve(client + "_key.pem").toString()));
  }

  /** At a Unix socket. */
  static Curl at(Path socket) {
    return new Curl(List.of("--unix-socket", socket.toString()));
  }

  private List<String> command(String... more) {
    List<String> command = new ArrayList<>(List.of("curl", "-sS", "--max-time", "60"));
    command.addAll(options);
    command.addAll(List.of(more));
    return command;
  }

  /** What it prints; it need not succeed. */
  Command.Result run(String... more) {
    return Command.run(command(more));
  }

  /** What it prints. */
  String check(String... more) {
    return Command.check(command(more));
  }

  /** One that runs. */
  Process start(String... more) throws IOException {
    return new ProcessBuilder(command(more)).redirectErrorStream(true).start();
  }
}
