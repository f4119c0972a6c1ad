package org.gotm.app.process;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.gotm.ffm.VethPair;

/** How a gotm is to be started: by its launcher, as a user would. */
final class GotmLaunch {
  /** The checkout; tests run in one of its modules. */
  static final Path HOME = Path.of("").toAbsolutePath().getParent();

  private final ProcessBuilder builder = new ProcessBuilder();
  private final List<String> arguments = new ArrayList<>();
  private List<String> prefix = List.of();
  private Path launcher = HOME.resolve("gotm");

  private GotmLaunch() {
    builder.redirectInput(new File("/dev/null"));
  }

  /** The command {@code ./gotm} with arguments. */
  static GotmLaunch gotm(Object... arguments) {
    return new GotmLaunch().and(arguments);
  }

  /** The same without metrics, which would take a port that others may need. */
  static GotmLaunch quiet(Object... arguments) {
    return gotm("-metrics-address=off").and(arguments);
  }

  /** With more arguments. */
  GotmLaunch and(Object... more) {
    for (Object argument : more) {
      arguments.add(argument.toString());
    }
    return this;
  }

  /** Behind another command, such as one that changes rights. */
  GotmLaunch under(String... newPrefix) {
    prefix = List.of(newPrefix);
    return this;
  }

  /** In the network namespace of a pair of interfaces. */
  GotmLaunch inside(VethPair pair) {
    return inside(pair, List.of());
  }

  /** Started by a command, such as setpriv, in the network namespace of a pair of interfaces. */
  GotmLaunch inside(VethPair pair, List<String> command) {
    prefix = pair.inside(command.toArray(String[]::new));
    return this;
  }

  /** By another launcher than that of the checkout. */
  GotmLaunch by(Path newLauncher) {
    launcher = newLauncher;
    return this;
  }

  /** With an environment variable, or without it if the value is null. */
  GotmLaunch with(String variable, String value) {
    if (value == null) {
      builder.environment().remove(variable);
    } else {
      builder.environment().put(variable, value);
    }
    return this;
  }

  /** In another folder than that of the test. */
  GotmLaunch in(Path folder) {
    builder.directory(folder.toFile());
    return this;
  }

  /** With a file as standard input. */
  GotmLaunch reading(Path file) {
    builder.redirectInput(file.toFile());
    return this;
  }

  /** With a pipe as standard input; see {@link GotmProcess#input}. */
  GotmLaunch readingPipe() {
    builder.redirectInput(ProcessBuilder.Redirect.PIPE);
    return this;
  }

  /** Starts it. */
  GotmProcess start() {
    List<String> command = new ArrayList<>(prefix);
    command.add(launcher.toString());
    command.addAll(arguments);
    try {
      return new GotmProcess(builder.command(command).start());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Starts it and waits for its end. */
  GotmProcess.Ended run() {
    try (GotmProcess process = start()) {
      return process.awaitExit();
    }
  }
}
