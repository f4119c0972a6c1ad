package org.gotm.fleet.cli;

import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** A word of the command line that does nothing without the name of a command behind it. */
abstract class CommandGroup implements Runnable {
  private final String example;

  @Spec private CommandSpec spec;

  /**
   * A word that is not run yet.
   *
   * @param example a command that may follow
   */
  CommandGroup(String example) {
    this.example = example;
  }

  @Override
  public void run() {
    throw new ParameterException(
        spec.commandLine(), "a command is missing, such as %s".formatted(example));
  }
}
