package org.gotm.fleet.cli;

import org.gotm.fleet.lake.ConvertCommand;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** What {@code gotm flows} can do in this program. */
@Command(
    name = "flows",
    description = "Works on flow records.",
    mixinStandardHelpOptions = true,
    subcommands = ConvertCommand.class)
final class FlowsCommand implements Runnable {
  @Spec private CommandSpec spec;

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "a command is missing, such as convert");
  }
}
