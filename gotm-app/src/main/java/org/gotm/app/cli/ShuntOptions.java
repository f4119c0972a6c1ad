package org.gotm.app.cli;

import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;
import org.gotm.app.daemon.Settings;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Who is asked to filter large flows before they come here. */
@Command(optionListHeading = "%nLarge flows:%n")
final class ShuntOptions {
  private static final int MAX_PORT = 65535;

  @Option(
      names = {"-dumbno", "--dumbno"},
      paramLabel = "HOST:PORT",
      description = "A dumbno service to ask for an ACL against each large flow (default: none).")
  private String dumbno = "";

  @Option(
      names = {"-largeflowcommand", "--largeflowcommand"},
      paramLabel = "PROGRAM",
      description =
          "Run a program for each large flow, which is in its environment as GOTM_SRC, GOTM_DST,"
              + " GOTM_SPORT, GOTM_DPORT, GOTM_PROTO, GOTM_BYTES, GOTM_PACKETS and GOTM_INTERFACE"
              + " (default: none).")
  private String command = "";

  Settings.Shunt settings(Checks checks) {
    return new Settings.Shunt(address(checks), program(checks));
  }

  private Optional<InetSocketAddress> address(Checks checks) {
    if (dumbno.isEmpty()) {
      return Optional.empty();
    }
    int colon = dumbno.lastIndexOf(':');
    String host = colon < 0 ? "" : dumbno.substring(0, colon).replaceAll("^\\[|]$", "");
    String portText = dumbno.substring(colon + 1);
    int port = portText.matches("\\d{1,5}") ? Integer.parseInt(portText) : -1;
    if (host.isEmpty() || port < 1 || port > MAX_PORT) {
      throw checks.refusal("dumbno=" + dumbno + ": not host:port, with port from 1 to 65535");
    }
    return Optional.of(InetSocketAddress.createUnresolved(host, port));
  }

  private Optional<String> program(Checks checks) {
    if (!command.isEmpty() && !isThere(command)) {
      throw checks.refusal(
          "largeflowcommand="
              + command
              + ": no program that may be run; give its path, without arguments");
    }
    return Optional.of(command).filter(program -> !program.isEmpty());
  }

  /** As execvp looks: by the path, or in the folders of PATH if the name has no slash. */
  private static boolean isThere(String program) {
    if (program.contains("/")) {
      return isProgram(Path.of(program));
    }
    String folders = System.getenv().getOrDefault("PATH", "");
    return Stream.of(folders.split(":")).anyMatch(folder -> isProgram(Path.of(folder, program)));
  }

  private static boolean isProgram(Path file) {
    return Files.isRegularFile(file) && Files.isExecutable(file);
  }
}
