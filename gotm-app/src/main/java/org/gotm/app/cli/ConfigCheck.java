package org.gotm.app.cli;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;

/**
 * Says what is wrong in a configuration file, each line of it on its own.
 *
 * @param file that is looked at
 */
record ConfigCheck(ConfigFile file) {
  /** What only a command line can ask for. */
  private static final Set<String> NOT_HERE = Set.of("-config", "-r", "-D", "-h", "-V");

  private static final Pattern REFUSED = Pattern.compile("[a-z]+=\"(.+?)\": ");

  /** What is more than this away from a name was hardly meant to be it. */
  private static final int FARTHEST = 2;

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

  /**
   * The place of what a compiler, or whoever reads other files, refused, in front of its message.
   *
   * @param message beginning with {@code name=value}; the value may be a part of the line's, quoted
   */
  String placed(String message) {
    Matcher refused = REFUSED.matcher(message);
    for (ConfigFile.Entry entry : file.entries()) {
      boolean isIt =
          entry.value() != null
              && (message.startsWith(entry.key() + "=" + entry.value())
                  || refused.lookingAt() && entry.value().contains(refused.group(1)));
      if (isIt) {
        return file.at(entry, message);
      }
    }
    return message;
  }

  /** The option that a line is about, or null if there is none of that name. */
  static OptionSpec option(ConfigFile.Entry entry) {
    Map<String, OptionSpec> options = Main.commandLine().getCommandSpec().optionsMap();
    return options.get(entry.name());
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
    return Main.commandLine().getCommandSpec().optionsMap().keySet().stream()
        .map(name -> name.replaceFirst("^--?", ""))
        .filter(name -> name.length() > 1 && distance(key, name) <= FARTHEST)
        .min(Comparator.comparingInt(name -> distance(key, name)))
        .map(name -> "%s: no such option (did you mean %s?)".formatted(key, name))
        .orElse("%s: no such option; see gotm --help".formatted(key));
  }

  /** How many letters are to be added, removed or changed, or swapped with the next one. */
  private static int distance(String from, String to) {
    int[][] least = new int[from.length() + 1][to.length() + 1];
    for (int i = 0; i <= from.length(); i++) {
      for (int j = 0; j <= to.length(); j++) {
        least[i][j] = i == 0 || j == 0 ? i + j : step(least, from, to, i, j);
      }
    }
    return least[from.length()][to.length()];
  }

  private static int step(int[][] least, String from, String to, int i, int j) {
    boolean isSame = from.charAt(i - 1) == to.charAt(j - 1);
    int steps =
        Math.min(
            least[i - 1][j - 1] + (isSame ? 0 : 1), 1 + Math.min(least[i - 1][j], least[i][j - 1]));
    boolean isSwapped =
        i > 1
            && j > 1
            && from.charAt(i - 1) == to.charAt(j - 2)
            && from.charAt(i - 2) == to.charAt(j - 1);
    return isSwapped ? Math.min(steps, least[i - 2][j - 2] + 1) : steps;
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
