package org.gotm.app.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import picocli.CommandLine;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/**
 * Says what is wrong in a configuration file, each line of it on its own.
 *
 * @param file that is looked at
 */
record ConfigCheck(ConfigFile file) {
  /** What only a command line can ask for. */
  private static final Set<String> NOT_HERE = Set.of("-config", "-r", "-D", "-h", "-V");

  /**
   * The lines of the file.
   *
   * @throws ConfigException if some are no options, or have values that are none
   */
  List<ConfigFile.Entry> entries() {
    List<String> problems = new ArrayList<>();
    for (ConfigFile.Entry entry : file.entries()) {
      String problem = problem(entry, false);
      if (problem != null) {
        problems.add(file.at(entry, problem));
      }
    }
    refuse(problems);
    return file.entries();
  }

  /**
   * Looks whether all arguments of a start, of which lines of the file are some, go together.
   *
   * @throws ConfigException if not; it names the lines that are wrong on their own, if any are
   */
  void checkTogether(String... arguments) {
    String problem = problem(arguments, true);
    if (problem == null) {
      return;
    }
    List<String> problems = new ArrayList<>();
    for (ConfigFile.Entry entry : file.entries()) {
      String own = problem(entry, true);
      if (own != null) {
        problems.add(file.at(entry, own));
      }
    }
    refuse(problems.isEmpty() ? List.of("%s: %s".formatted(file.path(), problem)) : problems);
  }

  private static void refuse(List<String> problems) {
    if (!problems.isEmpty()) {
      throw new ConfigException(problems);
    }
  }

  /** The option that a line is about, or null if there is none of that name. */
  static OptionSpec option(ConfigFile.Entry entry) {
    Map<String, OptionSpec> options = Main.commandLine().getCommandSpec().optionsMap();
    return options.get("-" + entry.key());
  }

  private static String problem(ConfigFile.Entry entry, boolean inRange) {
    OptionSpec option = option(entry);
    if (option == null) {
      return unknown(entry.key());
    }
    for (String name : option.names()) {
      if (NOT_HERE.contains(name)) {
        return "%s: is for the command line only".formatted(entry.key());
      }
    }
    return problem(new String[] {entry.argument()}, inRange);
  }

  private static String unknown(String key) {
    try {
      Main.commandLine().parseArgs("-" + key);
      return "%s: no such option".formatted(key);
    } catch (UnmatchedArgumentException e) {
      return e.getSuggestions().stream()
          .filter(name -> name.startsWith("-"))
          .findFirst()
          .map(name -> " (did you mean %s?)".formatted(name.replaceFirst("^--?", "")))
          .map(advice -> "%s: no such option%s".formatted(key, advice))
          .orElse("%s: no such option; see gotm --help".formatted(key));
    } catch (ParameterException e) {
      return "%s: no such option; see gotm --help".formatted(key);
    }
  }

  private static String problem(String[] arguments, boolean inRange) {
    CommandLine line = Main.commandLine();
    try {
      line.parseArgs(arguments);
      if (inRange) {
        GotmCommand command = line.getCommand();
        command.settings();
      }
      return null;
    } catch (ParameterException e) {
      return Main.usageMessage(e);
    }
  }
}
