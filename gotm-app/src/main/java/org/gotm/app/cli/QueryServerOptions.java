package org.gotm.app.cli;

import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.gotm.app.daemon.Settings;
import org.gotm.app.queryserver.QuerySettings;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Where queries for what was recorded are answered, and to whom. */
@Command(optionListHeading = "%nAnswering queries:%n")
public final class QueryServerOptions {
  /** Options that are not read yet. */
  public QueryServerOptions() {}

  private static final String OFF = "off";
  private static final int LONGEST_SOCKET = 107;

  @Option(
      names = {"-query-address", "--query-address"},
      paramLabel = "HOST:PORT",
      defaultValue = OFF,
      description = {
        "Answer queries there over HTTPS, for clients with a certificate (gotm keys)",
        "(default: ${DEFAULT-VALUE})."
      })
  private String address;

  @Option(
      names = {"-query-keys", "--query-keys"},
      paramLabel = "FOLDER",
      defaultValue = "/etc/gotm/keys",
      description =
          "Folder with ca_cert.pem, server_cert.pem, server_key.pem (default: ${DEFAULT-VALUE}).")
  private Path keys;

  @Option(
      names = {"-query-socket", "--query-socket"},
      paramLabel = "FILE",
      defaultValue = OFF,
      description = {
        "Answer queries at a Unix socket, for its user and group, without certificates",
        "(default: ${DEFAULT-VALUE})."
      })
  private String socket;

  @Option(
      names = {"-query-access", "--query-access"},
      paramLabel = "FILE",
      description = {
        "Who may ask for what: a line each, NAME or sha256:FINGERPRINT of the certificate, and a",
        "condition for all of his queries (default: everybody with a certificate, everything)."
      })
  private Path access;

  @Option(
      names = {"-query-limit-time", "--query-limit-time"},
      paramLabel = "DURATION",
      defaultValue = "15m",
      converter = GoDuration.class,
      description = "Longest time of a query (default: ${DEFAULT-VALUE}).")
  private Duration limitTime;

  QuerySettings settings(Checks checks, Settings.Output output) {
    QuerySettings settings = settings(checks);
    if (!settings.isOff() && output.toStandardOutput()) {
      throw checks.refusal(
          "write=-: packets go to standard output, where no query finds them; give a folder");
    }
    return settings;
  }

  /**
   * The settings that the options make.
   *
   * @param line that they stand in
   * @throws picocli.CommandLine.ParameterException if a value is wrong
   */
  public QuerySettings settings(CommandLine line) {
    return settings(new Checks(line));
  }

  private QuerySettings settings(Checks checks) {
    checks.positive("query-limit-time", limitTime);
    return new QuerySettings(
        address(checks), keys, socket(checks), Optional.ofNullable(access), limitTime);
  }

  private Optional<InetSocketAddress> address(Checks checks) {
    return isOff(address)
        ? Optional.empty()
        : Optional.of(checks.address("query-address", address));
  }

  private Optional<Path> socket(Checks checks) {
    if (isOff(socket)) {
      return Optional.empty();
    }
    if (Path.of(socket).toString().getBytes().length > LONGEST_SOCKET) {
      throw checks.refusal(
          "query-socket=%s: longer than %d bytes".formatted(socket, LONGEST_SOCKET));
    }
    return Optional.of(Path.of(socket));
  }

  private static boolean isOff(String value) {
    return value.equals(OFF) || value.isEmpty();
  }
}
