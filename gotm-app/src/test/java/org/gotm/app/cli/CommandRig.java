package org.gotm.app.cli;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
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

  /** What is written to standard error meanwhile. */
  static String errorsOf(Runnable action) {
    ByteArrayOutputStream written = new ByteArrayOutputStream();
    PrintStream before = System.err;
    System.setErr(new PrintStream(written, true, StandardCharsets.UTF_8));
    try {
      action.run();
    } finally {
      System.setErr(before);
    }
    return written.toString(StandardCharsets.UTF_8);
  }
}
