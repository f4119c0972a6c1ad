package org.gotm.app.cli;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Supplier;
import org.gotm.app.daemon.Settings;
import org.gotm.app.daemon.SettingsChange;
import org.gotm.app.daemon.StartException;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;

/** Reads the configuration file again and says what is not as it was at the start. */
final class ConfigChanges implements Supplier<Optional<SettingsChange>> {
  private final StartArguments start;
  private final Map<String, List<String>> first;

  /** Changes from what the file says now on. */
  ConfigChanges(StartArguments start) {
    this.start = start;
    this.first = start.configured();
  }

  @Override
  public Optional<SettingsChange> get() {
    try {
      return start.file().map(this::read);
    } catch (ConfigException | ParameterException e) {
      throw new StartException(e.getMessage(), e);
    }
  }

  private SettingsChange read(Path file) {
    CommandLine line = Main.commandLine();
    line.parseArgs(start.all());
    GotmCommand command = line.getCommand();
    Settings settings = command.settings();
    return new SettingsChange(file, settings, changed(start.configured()), start.overridden());
  }

  private Map<String, String> changed(Map<String, List<String>> now) {
    TreeSet<String> options = new TreeSet<>(first.keySet());
    options.addAll(now.keySet());
    Map<String, String> changed = new TreeMap<>();
    for (String option : options) {
      List<String> values = now.getOrDefault(option, List.of());
      if (!values.equals(first.getOrDefault(option, List.of()))) {
        changed.put(option, values.isEmpty() ? "" : value(values.getLast()));
      }
    }
    return changed;
  }

  private static String value(String argument) {
    return argument.substring(argument.indexOf('=') + 1);
  }
}
