package org.gotm.fleet;

import java.util.ArrayList;
import java.util.List;

/** Programs of this class path, each to be a process of its own. */
public final class JavaProgram {
  private JavaProgram() {}

  /** The command that runs a program, for arguments to be added. */
  public static List<String> command(Class<?> main, String... jvmOptions) {
    List<String> command = new ArrayList<>();
    command.add(ProcessHandle.current().info().command().orElseThrow());
    command.addAll(List.of("-XX:TieredStopAtLevel=1", "--enable-native-access=ALL-UNNAMED"));
    command.addAll(List.of(jvmOptions));
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), main.getName()));
    return command;
  }
}
