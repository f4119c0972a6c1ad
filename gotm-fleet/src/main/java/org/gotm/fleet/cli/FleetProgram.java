package org.gotm.fleet.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The word {@code gotm}, with those commands behind it that are for many sensors. */
@Command(
    name = "gotm",
    description = "Commands for many sensors.",
    mixinStandardHelpOptions = true,
    subcommands = {FleetCommand.class, FlowsCommand.class})
final class FleetProgram implements Runnable {
  @Spec private CommandSpec spec;

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "a command is missing, such as fleet");
  }
}
