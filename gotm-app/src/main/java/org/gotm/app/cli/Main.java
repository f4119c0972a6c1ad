package org.gotm.app.cli;

import static picocli.CommandLine.Model.UsageMessageSpec.SECTION_KEY_OPTION_LIST;
import static picocli.CommandLine.Model.UsageMessageSpec.SECTION_KEY_OPTION_LIST_HEADING;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import org.gotm.app.daemon.ExitCodes;
import org.gotm.app.daemon.StartException;
import org.gotm.core.source.PacketSourceException;
import org.gotm.ffm.pcap.FilterException;
import org.gotm.store.api.RecordingException;
import picocli.CommandLine;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.TraceLevel;
import picocli.CommandLine.UnmatchedArgumentException;

/** Where the process begins: parses the command line, runs the command, and makes the exit code. */
public final class Main {
  private Main() {}

  /**
   * Runs gotm; exits with 0 after a clean stop, 1 after a failure, 2 if the command line is wrong.
   */
  public static void main(String[] args) {
    Locale.setDefault(Locale.ROOT); // logs are read by programs: no other digits or separators
    nameProcess();
    System.exit(commandLine().execute(args));
  }

  /**
   * Has ps, pgrep and top say gotm instead of java. The file names the thread that the process
   * began with, which is theirs to show; main runs on another.
   */
  private static void nameProcess() {
    try {
      Files.writeString(Path.of("/proc/self/comm"), "gotm");
    } catch (IOException e) {
      // without /proc there is no ps either
    }
  }

  static CommandLine commandLine() {
    CommandLine.tracer().setLevel(TraceLevel.OFF); // it would tell of options given twice
    CommandLine line = new CommandLine(new GotmCommand());
    line.getHelpSectionMap().put(SECTION_KEY_OPTION_LIST_HEADING, help -> "");
    line.getHelpSectionMap().put(SECTION_KEY_OPTION_LIST, new OptionTopics());
    return line.setOverwrittenOptionsAllowed(true)
        .setPosixClusteredShortOptionsAllowed(false)
        .setUsageHelpAutoWidth(true)
        .setParameterExceptionHandler(Main::onUsageError)
        .setExecutionExceptionHandler((e, command, result) -> onFailure(e));
  }

  private static int onUsageError(ParameterException e, String[] args) {
    print(usageMessage(e) + "; see gotm --help");
    return ExitCodes.USAGE;
  }

  static void print(String message) {
    System.err.println("gotm: " + message.replaceAll("\\R", " "));
  }

  static String usageMessage(ParameterException e) {
    ArgSpec argument = e.getArgSpec();
    if (argument instanceof OptionSpec option && e.getValue() != null) {
      String message = e.getMessage();
      String reason = message.substring(message.indexOf(": ") + 2);
      return "%s=%s: %s".formatted(option.names()[0].substring(1), e.getValue(), reason);
    }
    if (e instanceof UnmatchedArgumentException unmatched) {
      return unmatchedMessage(unmatched);
    }
    return e.getMessage();
  }

  private static String unmatchedMessage(UnmatchedArgumentException e) {
    String first = e.getUnmatched().getFirst();
    if (first.startsWith("@")) {
      return first + ": there is no such file of arguments to read";
    }
    boolean hasTwoDashes = first.startsWith("--");
    return e.getSuggestions().stream()
        .filter(name -> name.startsWith("--") == hasTwoDashes)
        .findFirst()
        .map(name -> "%s (did you mean %s?)".formatted(e.getMessage(), name))
        .orElse(e.getMessage());
  }

  private static int onFailure(Exception e) {
    if (e instanceof FilterException) {
      print(e.getMessage());
      return ExitCodes.USAGE;
    }
    if (e instanceof PacketSourceException
        || e instanceof RecordingException
        || e instanceof StartException) {
      print(e.getMessage());
      return ExitCodes.FAILED;
    }
    print("failed unexpectedly, please report this: " + e);
    e.printStackTrace();
    return ExitCodes.FAILED;
  }
}
