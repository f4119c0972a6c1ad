package org.gotm.fleet.cli;

import picocli.CommandLine.Command;

/** The command {@code gotm fleet}. */
@Command(
    name = "fleet",
    description = "Works on many sensors.",
    mixinStandardHelpOptions = true,
    subcommands = ServeCommand.class)
final class FleetCommand extends CommandGroup {
  FleetCommand() {
    super("serve");
  }
}
