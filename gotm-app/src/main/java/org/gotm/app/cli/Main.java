package org.gotm.app.cli;

import java.util.Set;
import org.gotm.app.daemon.StartException;
import org.gotm.app.output.OutputException;
import org.gotm.core.capture.PacketSourceException;
import org.gotm.ffm.pcap.FilterException;
import picocli.CommandLine;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;

/** Where the process begins: parses the command line, runs the command, and makes the exit code. */
public final class Main {
  private static final int FAILED = 1;
  private static final int USAGE = 2;
  private static final Set<String> FLAGS = Set.of("-compress", "-keepcontrol", "-utc");

  private Main() {}

  /**
   * Runs gotm; exits with 0 after a clean stop, 1 after a failure, 2 if the command line is wrong.
   */
  public static void main(String[] args) {
    if (args.length == 1 && args[0].matches("--?version|-V")) {
      System.out.println(Version.line()); // without building the whole command line first
      return;
    }
    System.exit(commandLine().execute(asPicocliLikes(args)));
  }

  static CommandLine commandLine() {
    return new CommandLine(new GotmCommand())
        .setPosixClusteredShortOptionsAllowed(false)
        .setUsageHelpAutoWidth(true)
        .setParameterExceptionHandler(Main::onUsageError)
        .setExecutionExceptionHandler((e, command, result) -> onFailure(e));
  }

  /**
   * Flags without a value, as Go has them, get one: an optional value would take the next argument.
   */
  static String[] asPicocliLikes(String[] args) {
    String[] likes = args.clone();
    for (int i = 0; i < likes.length; i++) {
      String name = likes[i].startsWith("--") ? likes[i].substring(1) : likes[i];
      if (FLAGS.contains(name)) {
        likes[i] += name.equals("-compress") ? "=gzip" : "=true";
      }
    }
    return likes;
  }

  private static int onUsageError(ParameterException e, String[] args) {
    System.err.println("gotm: " + usageMessage(e) + "; see gotm --help");
    return USAGE;
  }

  private static String usageMessage(ParameterException e) {
    ArgSpec argument = e.getArgSpec();
    if (argument instanceof OptionSpec option && e.getValue() != null) {
      String message = e.getMessage();
      String reason = message.substring(message.indexOf(": ") + 2);
      return "%s=%s: %s".formatted(option.names()[0].substring(1), e.getValue(), reason);
    }
    return e.getMessage().lines().findFirst().orElse("wrong usage");
  }

  private static int onFailure(Exception e) {
    if (e instanceof FilterException) {
      System.err.println("gotm: " + e.getMessage());
      return USAGE;
    }
    if (e instanceof PacketSourceException
        || e instanceof OutputException
        || e instanceof StartException) {
      System.err.println("gotm: " + e.getMessage());
      return FAILED;
    }
    System.err.println("gotm: failed unexpectedly, please report this: " + e);
    e.printStackTrace();
    return FAILED;
  }
}
