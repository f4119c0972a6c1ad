package org.gotm.app.cli;

import static picocli.CommandLine.Model.UsageMessageSpec.SECTION_KEY_OPTION_LIST;
import static picocli.CommandLine.Model.UsageMessageSpec.SECTION_KEY_OPTION_LIST_HEADING;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.ZonedDateTime;
import java.util.Locale;
import org.gotm.app.daemon.ExitCodes;
import org.gotm.app.daemon.LogFormat;
import org.gotm.app.daemon.LogStyle;
import org.gotm.app.daemon.StartException;
import org.gotm.core.failure.Reason;
import org.gotm.core.source.PacketSourceException;
import org.gotm.ffm.pcap.FilterException;
import org.gotm.store.api.RecordingException;
import picocli.CommandLine;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
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
    prepare();
    System.exit(run(new StartArguments(StartArguments.DEFAULT_FILE, args)));
  }

  /** What each program of gotm begins with. */
  public static void prepare() {
    Locale.setDefault(Locale.ROOT); // logs are read by programs: no other digits or separators
    nameProcess();
  }

  private static int run(StartArguments start) {
    try {
      CommandLine line = commandLine();
      GotmCommand command = line.getCommand();
      String[] arguments = start.all();
      command.hearsOf(new ConfigChanges(start), start.overridden());
      return line.execute(arguments);
    } catch (ConfigException e) {
      e.problems().forEach(Main::print);
      return ExitCodes.USAGE;
    }
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
    CommandLine line = lineOf(new GotmCommand());
    line.getHelpSectionMap().put(SECTION_KEY_OPTION_LIST_HEADING, help -> "");
    line.getHelpSectionMap().put(SECTION_KEY_OPTION_LIST, new OptionTopics());
    return line;
  }

  /**
   * The command line of a program of gotm: options as they are spelt here, and failures as one line
   * with the exit codes of all of them.
   */
  public static CommandLine lineOf(Object program) {
    return new CommandLine(program)
        .setOverwrittenOptionsAllowed(true)
        .setPosixClusteredShortOptionsAllowed(false)
        .setUsageHelpAutoWidth(true)
        .setParameterExceptionHandler(Main::onUsageError)
        .setExecutionExceptionHandler((e, command, result) -> onFailure(e, command));
  }

  private static int onUsageError(ParameterException e, String[] args) {
    CommandSpec command = e.getCommandLine().getCommandSpec();
    print("%s; see %s --help".formatted(usageMessage(e), command.qualifiedName()));
    return ExitCodes.USAGE;
  }

  static void print(String message) {
    print(message, LogStyle.of(LogFormat.TEXT, System.getenv()));
  }

  private static void print(String message, LogStyle style) {
    String line = "gotm: " + message.replaceAll("\\R", " ");
    System.err.println(style.lastLine(ZonedDateTime.now(), line));
  }

  /** The style of the log that a command has written; text if it writes none. */
  private static LogStyle style(CommandLine command) {
    LogFormat format =
        command.getCommand() instanceof GotmCommand gotm
            ? gotm.settings().process().logFormat()
            : LogFormat.TEXT;
    return LogStyle.of(format, System.getenv());
  }

  static String usageMessage(ParameterException e) {
    ArgSpec argument = e.getArgSpec();
    if (argument instanceof OptionSpec option && e.getValue() != null) {
      String message = e.getMessage();
      String reason =
          message
              .substring(message.indexOf(": ") + 2)
              .replaceFirst("' is not an? (int|long)$", "' is not a whole number");
      return "%s=%s: %s".formatted(option.names()[0].substring(1), e.getValue(), reason);
    }
    if (e instanceof UnmatchedArgumentException unmatched) {
      return unmatchedMessage(unmatched);
    }
    return e.getMessage().replaceFirst("\\.$", "");
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

  private static int onFailure(Exception e, CommandLine command) {
    LogStyle style = style(command);
    if (e instanceof FilterException) {
      print(e.getMessage(), style);
      return ExitCodes.USAGE;
    }
    if (e instanceof PacketSourceException
        || e instanceof RecordingException
        || e instanceof StartException) {
      print(e.getMessage(), style);
      return ExitCodes.FAILED;
    }
    if (e instanceof IOException) {
      print(Reason.withFile(e), style);
      return ExitCodes.FAILED;
    }
    print("failed unexpectedly, please report this: " + e, style);
    e.printStackTrace();
    return ExitCodes.FAILED;
  }
}
