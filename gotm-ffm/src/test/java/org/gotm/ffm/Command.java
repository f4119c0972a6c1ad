package org.gotm.ffm;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Runs programs of the system to their end. */
public final class Command {
  private static final long PATIENCE_SECONDS = 120;

  private Command() {}

  /**
   * What a program did.
   *
   * @param exitCode its exit status
   * @param output what it wrote to standard output and standard error
   */
  public record Result(int exitCode, String output) {}

  /** Runs a program to its end; fails if it does not end. */
  public static Result run(List<String> command) {
    try {
      Path output = Files.createTempFile("gotm-command", ".txt");
      try {
        Process process =
            new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
                .redirectOutput(output.toFile())
                .start();
        if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
          process.destroyForcibly();
          throw new AssertionError("does not end: " + String.join(" ", command));
        }
        return new Result(
            process.exitValue(), Files.readString(output, StandardCharsets.ISO_8859_1));
      } finally {
        Files.delete(output);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(String.join(" ", command), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted: " + String.join(" ", command), e);
    }
  }

  /** Runs a program that has to succeed, and gives what it wrote. */
  public static String check(List<String> command) {
    Result result = run(command);
    if (result.exitCode() != 0) {
      throw new AssertionError(
          "exit %d: %s: %s"
              .formatted(result.exitCode(), String.join(" ", command), result.output()));
    }
    return result.output();
  }

  /** Runs a program that has to succeed, and gives what it wrote. */
  public static String check(String... command) {
    return check(List.of(command));
  }
}
