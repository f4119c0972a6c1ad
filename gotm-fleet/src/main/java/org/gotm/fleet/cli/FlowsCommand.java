package org.gotm.fleet.cli;

import org.gotm.fleet.lake.ConvertCommand;
import picocli.CommandLine.Command;

/** What {@code gotm flows} can do in this program. */
@Command(
    name = "flows",
    description = "Works on flow records.",
    mixinStandardHelpOptions = true,
    subcommands = ConvertCommand.class)
final class FlowsCommand extends CommandGroup {
  FlowsCommand() {
    super("convert");
  }
}
