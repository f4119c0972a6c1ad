package org.gotm.app.cli;

import java.util.Map;
import java.util.Stack;
import picocli.CommandLine.IParameterPreprocessor;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;

/**
 * Reads an option as Go reads a flag that may stand alone: a value only ever comes after an equals
 * sign, the next argument is never taken for it. Alone it has its fallback value.
 *
 * <p>Such an option must have an initial value instead of a default: defaults come this way too.
 */
final class GoFlag implements IParameterPreprocessor {
  @Override
  public boolean preprocess(
      Stack<String> arguments, CommandSpec command, ArgSpec option, Map<String, Object> how) {
    if (!"=".equals(how.get("separator"))) {
      OptionSpec flag = (OptionSpec) option;
      if (!arguments.isEmpty() && isStray(arguments.peek(), command)) {
        throw new ParameterException(command.commandLine(), advice(flag, arguments.peek()));
      }
      arguments.push(flag.fallbackValue());
    }
    return false;
  }

  /** True if the command can have no use for an argument: gotm takes nothing but options. */
  private static boolean isStray(String argument, CommandSpec command) {
    return !argument.startsWith("-")
        && !argument.startsWith("@")
        && !command.subcommands().containsKey(argument);
  }

  private static String advice(OptionSpec flag, String value) {
    String name = flag.names()[0];
    return "%s %s: a value goes behind an equals sign: %s=%s"
        .formatted(name.substring(1), value, name, takes(flag, value) ? value : flag.paramLabel());
  }

  private static boolean takes(OptionSpec flag, String value) {
    try {
      flag.converters()[0].convert(value);
      return true;
    } catch (Exception e) {
      return false; // then the label says what it takes
    }
  }
}
