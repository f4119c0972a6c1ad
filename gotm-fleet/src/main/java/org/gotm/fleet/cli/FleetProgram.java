package org.gotm.fleet.cli;

import org.gotm.app.help.HelpOptions;
import picocli.CommandLine.Command;
import picocli.CommandLine.HelpCommand;
import picocli.CommandLine.Mixin;

/** The word {@code gotm}, with those commands behind it that are for many sensors. */
@Command(
    name = "gotm",
    description = "Commands for many sensors.",
    subcommands = {FleetCommand.class, FlowsCommand.class, HelpCommand.class})
final class FleetProgram extends CommandGroup {
  @Mixin private HelpOptions help;

  FleetProgram() {
    super("fleet");
  }
}
