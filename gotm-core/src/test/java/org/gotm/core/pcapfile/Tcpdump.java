package org.gotm.core.pcapfile;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Assumptions;

/** Runs tcpdump, the independent reader of pcap files. */
public final class Tcpdump {

  /**
   * What a run left behind.
   *
   * @param exit exit status
   * @param output standard output
   * @param says standard error without the line that names the file
   */
  public record Result(int exit, byte[] output, String says) {}

  private Tcpdump() {}

  /** Ends the test if there is no tcpdump: as a failure on CI, else as not applicable. */
  public static void require() {
    require("tcpdump");
  }

  /** Ends the test if there is no such command: as a failure on CI, else as not applicable. */
  public static void require(String command) {
    boolean found =
        List.of(System.getenv().getOrDefault("PATH", "/usr/bin:/usr/sbin").split(":")).stream()
            .anyMatch(folder -> Files.isExecutable(Path.of(folder, command)));
    if (!found && "true".equals(System.getenv("CI"))) {
      Assertions.fail(command + " is not installed");
    }
    Assumptions.assumeTrue(found, command + " is not installed");
  }

  /** What tcpdump reads from a file, as a pcap file with nanoseconds in this machine's order. */
  public static Result rewrite(Path file) {
    return run("tcpdump", "--time-stamp-precision=nano", "-r", file.toString(), "-w", "-");
  }

  /** Runs a command to its end. */
  public static Result run(String... command) {
    List<String> arguments = new ArrayList<>(List.of(command));
    try {
      Path errors = Files.createTempFile("tcpdump", ".stderr");
      try {
        Process process = new ProcessBuilder(arguments).redirectError(errors.toFile()).start();
        process.getOutputStream().close();
        byte[] output = process.getInputStream().readAllBytes();
        int exit = process.waitFor();
        return new Result(exit, output, Files.readString(errors, StandardCharsets.UTF_8));
      } finally {
        Files.delete(errors);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while " + arguments.getFirst() + " ran", e);
    }
  }
}
