package org.gotm.app.cli;

import java.util.List;

/** What is wrong with a configuration file, a line each. */
final class ConfigException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final transient List<String> problems;

  ConfigException(List<String> problems) {
    super(String.join("; ", problems));
    this.problems = problems;
  }

  ConfigException(String problem) {
    this(List.of(problem));
  }

  List<String> problems() {
    return problems;
  }
}
