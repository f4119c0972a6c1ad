package org.gotm.app.process;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.gotm.ffm.Command;

/**
 * A gotm that runs as a process of its own; see {@link GotmLaunch}. Closing ends it at once if it
 * still runs.
 */
final class GotmProcess implements AutoCloseable {
  private static final long PATIENCE_SECONDS = 120;

  private final Process process;
  private final List<String> outLines = new ArrayList<>();
  private final List<String> errorLines = new ArrayList<>();
  private final Thread outReader;
  private final Thread errorReader;
  private int seen;
  private boolean errorsEnded;

  GotmProcess(Process process) {
    this.process = process;
    outReader = read(process.getInputStream(), outLines);
    errorReader = read(process.getErrorStream(), errorLines);
  }

  private Thread read(InputStream stream, List<String> lines) {
    return Thread.ofPlatform()
        .daemon()
        .start(
            () -> {
              var reader =
                  new BufferedReader(new InputStreamReader(stream, StandardCharsets.UTF_8));
              reader.lines().forEach(line -> add(lines, line));
              end(lines);
            });
  }

  private synchronized void add(List<String> lines, String line) {
    lines.add(line);
    notifyAll();
  }

  private synchronized void end(List<String> lines) {
    errorsEnded |= lines == errorLines;
    notifyAll();
  }

  /**
   * Waits for a line of the log, behind the line that was awaited last.
   *
   * @param part what is in the line
   * @return the whole line
   */
  synchronized String awaitLine(String part) {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
    while (true) {
      while (seen < errorLines.size()) {
        String line = errorLines.get(seen++);
        if (line.contains(part)) {
          return line;
        }
      }
      long left = deadline - System.nanoTime();
      if (errorsEnded || left <= 0) {
        throw new AssertionError("no line with '%s' in:%n%s".formatted(part, errors()));
      }
      try {
        TimeUnit.NANOSECONDS.timedWait(this, left);
      } catch (InterruptedException e) {
        throw new AssertionError("interrupted", e);
      }
    }
  }

  /** Its number. */
  long pid() {
    return process.pid();
  }

  /** Sends a signal. */
  void signal(String name) {
    Command.check("sh", "-c", "kill -%s %d".formatted(name, process.pid()));
  }

  /** Waits for the end of the process. */
  Ended awaitExit() {
    try {
      if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
        throw new AssertionError("does not end:\n" + errors());
      }
      outReader.join();
      errorReader.join();
    } catch (InterruptedException e) {
      throw new AssertionError("interrupted", e);
    }
    synchronized (this) {
      return new Ended(process.exitValue(), List.copyOf(outLines), List.copyOf(errorLines));
    }
  }

  /** Stops it with a signal and waits for the end. */
  Ended stop(String signal) {
    signal(signal);
    return awaitExit();
  }

  /** Whether the process still runs. */
  boolean isRunning() {
    return process.isAlive();
  }

  /** Its standard input, if it was launched with a pipe. */
  OutputStream input() {
    return process.getOutputStream();
  }

  private synchronized String errors() {
    return String.join("\n", errorLines);
  }

  @Override
  public void close() {
    try {
      process.destroyForcibly().waitFor();
      process.getOutputStream().close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw new AssertionError("interrupted", e);
    }
  }

  /**
   * How it ended.
   *
   * @param exitCode its exit status
   * @param out lines on standard output
   * @param log lines on standard error
   */
  record Ended(int exitCode, List<String> out, List<String> log) {
    /** The account of all workers. */
    LedgerLine ledger() {
      return LedgerLine.of(logLine("ledger total "));
    }

    /** The first line of the log with this in it. */
    String logLine(String part) {
      return log.stream()
          .filter(line -> line.contains(part))
          .findFirst()
          .orElseThrow(() -> new AssertionError("no line with '%s' in %s".formatted(part, this)));
    }

    @Override
    public String toString() {
      return "exit %d%n%s%n%s".formatted(exitCode, String.join("\n", out), String.join("\n", log));
    }
  }
}
