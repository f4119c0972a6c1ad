package org.gotm.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * A program on a disk whose faults a test chooses, by a library that comes before C's; needs gcc.
 */
final class DiskFaults {
  private DiskFaults() {}

  /**
   * Runs a {@link DiskFaultProgram} in {@code parent}, its output folder being {@code out}; what it
   * prints.
   */
  static List<String> run(Path parent, String fault, String... more)
      throws IOException, InterruptedException {
    return run(parent, "disk_faults", DiskFaultProgram.class, "out", fault, more);
  }

  /**
   * Runs a program, which gets a folder, the file that says which fault is on, and its arguments.
   *
   * @param library name of the C source
   */
  static List<String> run(
      Path parent, String library, Class<?> main, String out, String argument, String... more)
      throws IOException, InterruptedException {
    Path object = parent.resolve(library + ".so");
    Tool.run(
        "gcc -O2 -Wall -Wextra -Werror -shared -fPIC -o \"$2\" \"$1\" -ldl",
        Path.of("src/test/c", library + ".c").toAbsolutePath(),
        object);
    Path faults = Files.writeString(parent.resolve("faults"), "");
    ProcessBuilder program =
        new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Xmx64m",
            "--enable-native-access=ALL-UNNAMED",
            "-cp",
            System.getProperty("java.class.path"),
            main.getName(),
            parent.resolve(out).toString(),
            faults.toString(),
            argument);
    program.command().addAll(List.of(more));
    program.environment().put("LD_PRELOAD", object.toString());
    program.environment().put("GOTM_FAULTS", faults.toString());
    Process process = program.redirectError(ProcessBuilder.Redirect.INHERIT).start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).isZero();
    return output.lines().toList();
  }
}
