package org.gotm.app.cli;

import org.gotm.app.daemon.Settings;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;

/** Parses command lines as the process does, without running them. */
final class CommandRig {
  private CommandRig() {}

  /** The settings that a command line makes. */
  static Settings settings(String... arguments) {
    CommandLine line = Main.commandLine();
    line.parseArgs(arguments);
    return ((GotmCommand) line.getCommand()).settings();
  }

  /** The settings that a command line makes, split at spaces. */
  static Settings settingsOf(String arguments) {
    return settings(arguments.split(" +"));
  }

  /** What the user is told about a command line that is wrong. */
  static String refusal(String... arguments) {
    try {
      settings(arguments);
    } catch (ParameterException e) {
      return Main.usageMessage(e);
    }
    throw new AssertionError("not refused: " + String.join(" ", arguments));
  }
}
