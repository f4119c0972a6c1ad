package org.gotm.app.cli;

import java.util.Locale;
import org.gotm.app.daemon.ExitCodes;
import org.gotm.app.daemon.StartException;
import org.gotm.core.source.PacketSourceException;
import org.gotm.ffm.pcap.FilterException;
import org.gotm.store.RecordingException;
import picocli.CommandLine;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/** Where the process begins: parses the command line, runs the command, and makes the exit code. */
public final class Main {
  private Main() {}

  /**
   * Runs gotm; exits with 0 after a clean stop, 1 after a failure, 2 if the command line is wrong.
   */
  public static void main(String[] args) {
    Locale.setDefault(Locale.ROOT); // logs are read by programs: no other digits or separators
    System.exit(commandLine().execute(args));
  }

  static CommandLine commandLine() {
    return new CommandLine(new GotmCommand())
        .setPosixClusteredShortOptionsAllowed(false)
        .setUsageHelpAutoWidth(true)
        .setParameterExceptionHandler(Main::onUsageError)
        .setExecutionExceptionHandler((e, command, result) -> onFailure(e));
  }

  private static int onUsageError(ParameterException e, String[] args) {
    print(usageMessage(e) + "; see gotm --help");
    return ExitCodes.USAGE;
  }

  private static void print(String message) {
    System.err.println("gotm: " + message.replaceAll("\\R", " "));
  }

  static String usageMessage(ParameterException e) {
    ArgSpec argument = e.getArgSpec();
    if (argument instanceof OptionSpec option && e.getValue() != null) {
      String message = e.getMessage();
      String reason = message.substring(message.indexOf(": ") + 2);
      return "%s=%s: %s".formatted(option.names()[0].substring(1), e.getValue(), reason);
    }
    if (e instanceof UnmatchedArgumentException unmatched
        && unmatched.getUnmatched().getFirst().startsWith("@")) {
      return unmatched.getUnmatched().getFirst() + ": there is no such file of arguments to read";
    }
    return e.getMessage();
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
