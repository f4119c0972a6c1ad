package org.gotm.ffm;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A shell in which Debian's clients of stenographer ask a server on this machine.
 *
 * @param folder where it is, and where the clients' configuration goes
 * @param keys folder of the clients' keys
 */
public record StenographerShell(Path folder, Path keys) {
  /**
   * Runs a script, which must not fail.
   *
   * @param port of the server
   * @return what it wrote
   */
  public String run(int port, String script) throws IOException {
    Path config = folder.resolve("config");
    Files.writeString(
        config, "{\"Host\":\"127.0.0.1\",\"Port\":%d,\"CertPath\":\"%s\"}".formatted(port, keys));
    return Command.check(
        "env",
        "STENOGRAPHER_CONFIG=" + config,
        "sh",
        "-c",
        "cd \"$1\" && " + script,
        "-",
        folder + "");
  }
}
