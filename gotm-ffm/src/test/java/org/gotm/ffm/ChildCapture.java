package org.gotm.ffm;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/**
 * A program that captures in a process of its own and says {@link #READY} when it has begun. It is
 * ended if it does not end by itself.
 */
public final class ChildCapture implements AutoCloseable {
  /** The line by which the program says that it captures. */
  public static final String READY = "ready";

  private static final long PATIENCE_SECONDS = 60;

  private final Process process;
  private final BufferedReader output;

  /** Starts the program and waits until it captures; fails with its output if it does not. */
  public ChildCapture(List<String> command) {
    try {
      process = new ProcessBuilder(command).redirectErrorStream(true).start();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    CompletableFuture.delayedExecutor(PATIENCE_SECONDS, TimeUnit.SECONDS)
        .execute(process::destroyForcibly);
    output = process.inputReader();
    try {
      String line = output.readLine();
      if (!READY.equals(line)) {
        throw new AssertionError("does not capture: " + line + "\n" + rest());
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private String rest() {
    return output.lines().collect(Collectors.joining("\n"));
  }

  /** Waits for the end of the program, which has to succeed, and gives the rest of its output. */
  public String awaitEnd() {
    String text = rest();
    int exitCode = process.onExit().join().exitValue();
    assertThat(exitCode).as("exit of a program that wrote: %s", text).isZero();
    return text;
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }
}
