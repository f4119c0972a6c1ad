package org.gotm.app.cli;

import java.nio.file.Path;
import java.util.Optional;
import org.gotm.app.daemon.LogFormat;
import org.gotm.app.daemon.Settings;
import org.gotm.ffm.linux.UserAccount;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** What the process is to the system. */
@Command(optionListHeading = "%nProcess:%n")
final class ProcessOptions {
  @Option(
      names = {"-config", "--config"},
      paramLabel = "FILE",
      description = {
        "File of options, NAME=VALUE a line; what the command line says wins (default:",
        "/etc/gotm/gotm.conf, if it is there and interfaces are recorded)."
      })
  private Path config;

  @Option(
      names = {"-user", "--user"},
      paramLabel = "NAME",
      description = {
        "Root becomes this user when everything is open (default: gotm, if there is such a",
        "user and interfaces are recorded); root to stay root."
      })
  private String user;

  @Option(
      names = {"-filemode", "--filemode"},
      paramLabel = "OCTAL",
      defaultValue = "0640",
      converter = FileMode.class,
      description =
          "Mode of files, whatever the umask; folders get x where r is (default:"
              + " ${DEFAULT-VALUE}).")
  private int fileMask;

  @Option(
      names = {"-logformat", "--logformat"},
      paramLabel = "FORMAT",
      defaultValue = "text",
      description = "Lines of the log: text or json (default: ${DEFAULT-VALUE}).")
  private String logFormat;

  Settings.Process settings(Checks checks) {
    return new Settings.Process(
        Optional.ofNullable(user).map(name -> account(name, checks)),
        fileMask,
        checks.oneOf("logformat", logFormat, LogFormat.class));
  }

  private static UserAccount account(String name, Checks checks) {
    return UserAccount.find(name)
        .orElseThrow(
            () ->
                checks.refusal(
                    "user=%s: no such user; run: useradd --system %s".formatted(name, name)));
  }
}
