package org.gotm.fleet.cli;

import org.gotm.app.help.HelpOptions;
import org.gotm.fleet.lake.ConvertCommand;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** What {@code gotm flows} can do in this program. */
@Command(name = "flows", description = "Works on flow records.", subcommands = ConvertCommand.class)
final class FlowsCommand extends CommandGroup {
  @Mixin private HelpOptions help;

  FlowsCommand() {
    super("convert");
  }
}
