package org.gotm.app.cli;

import java.util.Map;
import java.util.Stack;
import picocli.CommandLine.IParameterPreprocessor;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

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
      arguments.push(((OptionSpec) option).fallbackValue());
    }
    return false;
  }
}
