package org.gotm.ffm;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Runs a main class in a JVM of its own with the class path of this one: where a library that is
 * loaded stays loaded, or rights that this process has are to be missing.
 */
public final class ChildJvm {
  private ChildJvm() {}

  /** Runs a main class to its end. */
  public static Command.Result run(Class<?> main, List<String> jvmOptions, String... arguments) {
    return Command.run(command(main, jvmOptions, arguments));
  }

  /** The command line that runs a main class. */
  public static List<String> command(Class<?> main, List<String> jvmOptions, String... arguments) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(
        List.of("-Xmx64m", "-XX:TieredStopAtLevel=1", "--enable-native-access=ALL-UNNAMED"));
    command.addAll(jvmOptions);
    command.addAll(List.of("-cp", classPath(), main.getName()));
    command.addAll(List.of(arguments));
    return command;
  }

  private static String classPath() {
    return System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
  }
}
