package org.gotm.fleet.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.HelpCommand;

/** The word {@code gotm}, with those commands behind it that are for many sensors. */
@Command(
    name = "gotm",
    description = "Commands for many sensors.",
    mixinStandardHelpOptions = true,
    subcommands = {FleetCommand.class, FlowsCommand.class, HelpCommand.class})
final class FleetProgram extends CommandGroup {
  FleetProgram() {
    super("fleet");
  }
}
