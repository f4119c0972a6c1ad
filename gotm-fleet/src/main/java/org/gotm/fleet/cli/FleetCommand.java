package org.gotm.fleet.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The command {@code gotm fleet}. */
@Command(
    name = "fleet",
    description = "Works on many sensors.",
    mixinStandardHelpOptions = true,
    subcommands = ServeCommand.class)
final class FleetCommand implements Runnable {
  @Spec private CommandSpec spec;

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "a command is missing, such as serve");
  }
}
