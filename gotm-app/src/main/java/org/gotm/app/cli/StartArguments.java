package org.gotm.app.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;

/**
 * The arguments that gotm starts with: those of the command line, and in front of them what the
 * configuration file says of options that are not given there. So each line of the file is taken
 * and refused as the same option on the command line is, repeated ones and flags, too, which
 * picocli's defaults cannot be.
 *
 * <p>The file may be read again; the command line stays.
 */
final class StartArguments {
  /** What is read if no file is given, packets come from interfaces, and it is there. */
  static final Path DEFAULT_FILE = Path.of("/etc/gotm/gotm.conf");

  private final String[] given;
  private final Path defaultFile;
  private final Optional<ParseResult> parsed;

  StartArguments(Path defaultFile, String... given) {
    this.defaultFile = defaultFile;
    this.given = given.clone();
    this.parsed = parse(given);
  }

  /**
   * All arguments, by what the file says now.
   *
   * @throws ConfigException if something is wrong with the file
   */
  String[] all() {
    Optional<ConfigFile> file = file().map(ConfigFile::read);
    if (file.isEmpty()) {
      return given.clone();
    }
    List<ConfigFile.Entry> entries = new ConfigCheck(file.get()).entries();
    List<String> arguments = new ArrayList<>();
    for (ConfigFile.Entry entry : entries) {
      if (!isGiven(entry)) {
        arguments.add(entry.argument());
      }
    }
    arguments.addAll(List.of(given));
    String[] all = arguments.toArray(String[]::new);
    new ConfigCheck(file.get()).checkTogether(all);
    return all;
  }

  /**
   * What the file says of each option that it decides, by the option's first name, now.
   *
   * @throws ConfigException if something is wrong with the file
   */
  Map<String, List<String>> configured() {
    Map<String, List<String>> values = new LinkedHashMap<>();
    Optional<ConfigFile> file = file().map(ConfigFile::read);
    for (ConfigFile.Entry entry : file.map(ConfigFile::entries).orElse(List.of())) {
      OptionSpec option = ConfigCheck.option(entry);
      if (option != null && !isGiven(entry)) {
        values
            .computeIfAbsent(option.names()[0].substring(1), name -> new ArrayList<>())
            .add(entry.argument());
      }
    }
    return values;
  }

  /**
   * What the file says, now, and the command line says otherwise, a line each.
   *
   * @throws ConfigException if the file cannot be read
   */
  List<String> overridden() {
    List<String> lines = new ArrayList<>();
    file()
        .map(ConfigFile::read)
        .ifPresent(
            file ->
                file.entries().stream()
                    .filter(entry -> ConfigCheck.option(entry) != null && isGiven(entry))
                    .forEach(entry -> addOverridden(lines, file, entry)));
    return lines;
  }

  private void addOverridden(List<String> lines, ConfigFile file, ConfigFile.Entry entry) {
    OptionSpec given = parsed.orElseThrow().matchedOption(ConfigCheck.option(entry).names()[0]);
    List<String> values = given.originalStringValues();
    if (!values.contains(entry.value() == null ? given.fallbackValue() : entry.value())) {
      String words = "%s does not count, as the command line says %s=%s";
      String line = entry.argument().replaceFirst("^--?", "");
      lines.add(file.at(entry, words.formatted(line, given.names()[0], values.getLast())));
    }
  }

  /** The file that counts, if any. */
  Optional<Path> file() {
    return parsed.flatMap(this::path);
  }

  /** The command line alone; none if it is wrong, which shows when it is executed. */
  private static Optional<ParseResult> parse(String... given) {
    try {
      return Optional.of(Main.commandLine().parseArgs(given));
    } catch (ParameterException e) {
      return Optional.empty();
    }
  }

  private Optional<Path> path(ParseResult line) {
    if (line.hasSubcommand() || line.isUsageHelpRequested() || line.isVersionHelpRequested()) {
      return Optional.empty();
    }
    Path path = line.matchedOptionValue("-config", null);
    if (path != null) {
      return Optional.of(path);
    }
    boolean records = !line.hasMatchedOption("-r") && !line.hasMatchedOption("-D");
    return records && Files.exists(defaultFile) ? Optional.of(defaultFile) : Optional.empty();
  }

  private boolean isGiven(ConfigFile.Entry entry) {
    return parsed.orElseThrow().hasMatchedOption(ConfigCheck.option(entry).names()[0]);
  }
}
