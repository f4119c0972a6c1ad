package org.gotm.ffm;

import static org.junit.jupiter.api.Assumptions.abort;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
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

  /**
   * Lets a test go on only where it can run: with these programs. Elsewhere the test is skipped,
   * but fails if the environment says CI=true.
   */
  public static void require(String... programs) {
    List<String> missing =
        Arrays.stream(programs).filter(program -> !isInstalled(program)).toList();
    if (!missing.isEmpty()) {
      skip("this test needs " + String.join(", ", missing));
    }
  }

  /** Skips the test that runs, but fails if the environment says CI=true. */
  public static void skip(String reason) {
    if ("true".equals(System.getenv("CI"))) {
      throw new AssertionError(reason);
    }
    abort(reason);
  }

  /** Whether a program can be run by its name. */
  public static boolean isInstalled(String program) {
    return Arrays.stream(System.getenv("PATH").split(File.pathSeparator))
        .anyMatch(folder -> Files.isExecutable(Path.of(folder, program)));
  }

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
