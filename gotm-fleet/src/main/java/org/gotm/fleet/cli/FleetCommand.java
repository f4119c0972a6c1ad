package org.gotm.fleet.cli;

import org.gotm.app.help.HelpOptions;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** The command {@code gotm fleet}. */
@Command(name = "fleet", description = "Works on many sensors.", subcommands = ServeCommand.class)
final class FleetCommand extends CommandGroup {
  @Mixin private HelpOptions help;

  FleetCommand() {
    super("serve");
  }
}
