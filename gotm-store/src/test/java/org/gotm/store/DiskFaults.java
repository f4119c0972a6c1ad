package org.gotm.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** A {@link DiskFaultProgram} on a disk whose faults a test chooses; needs gcc. */
final class DiskFaults {
  private DiskFaults() {}

  /** Runs the program in {@code parent}, its output folder being {@code out}; what it prints. */
  static List<String> run(Path parent, String fault, String... more)
      throws IOException, InterruptedException {
    Path library = parent.resolve("disk_faults.so");
    Tool.run(
        "gcc -O2 -Wall -Wextra -Werror -shared -fPIC -o \"$2\" \"$1\" -ldl",
        Path.of("src/test/c/disk_faults.c").toAbsolutePath(),
        library);
    Path faults = Files.writeString(parent.resolve("faults"), "");
    ProcessBuilder program =
        new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Xmx64m",
            "--enable-native-access=ALL-UNNAMED",
            "-cp",
            System.getProperty("java.class.path"),
            DiskFaultProgram.class.getName(),
            parent.resolve("out").toString(),
            faults.toString(),
            fault);
    program.command().addAll(List.of(more));
    program.environment().put("LD_PRELOAD", library.toString());
    program.environment().put("GOTM_FAULTS", faults.toString());
    Process process = program.redirectError(ProcessBuilder.Redirect.INHERIT).start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).isZero();
    return output.lines().toList();
  }
}
