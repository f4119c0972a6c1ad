package org.gotm.app.shunt;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.gotm.core.packet.FlowKey;

/**
 * A program that is run, without a shell, with the flow in its environment. It has 30 s, then it is
 * killed with all that it has started; what it prints is logged, up to a bound.
 */
final class CommandShunt implements Shunt {
  /** Bytes of output that are logged; the rest is thrown away. */
  static final int MAX_OUTPUT = 1000;

  private static final Duration LIMIT = Duration.ofSeconds(30);
  private static final long LOOK_MILLIS = 20;
  private static final int BUFFER = 4096;

  private final String program;
  private final Duration limit;
  private final Consumer<String> log;

  /** Runs a program, given by its path or found by its name, that logs its output here. */
  CommandShunt(String program, Consumer<String> log) {
    this(program, LIMIT, log);
  }

  CommandShunt(String program, Duration limit, Consumer<String> log) {
    this.program = program;
    this.limit = limit;
    this.log = log;
  }

  @Override
  public String name() {
    return "largeflowcommand=" + program;
  }

  @Override
  public boolean takes(LargeFlow flow) {
    return true;
  }

  @Override
  public void filter(LargeFlow flow) throws ShuntException, InterruptedException {
    Process process = start(flow);
    Output output = new Output();
    try (InputStream stream = process.getInputStream()) {
      boolean ended = awaitEnd(process, stream, output);
      output.take(stream);
      output.print();
      if (!ended) {
        throw new ShuntException("killed after %d s".formatted(limit.toSeconds()));
      }
      if (process.exitValue() != 0) {
        throw new ShuntException("exit code %d".formatted(process.exitValue()));
      }
    } catch (IOException e) {
      throw new ShuntException("its output cannot be read (%s)".formatted(e.getMessage()), e);
    } finally {
      process.descendants().forEach(ProcessHandle::destroyForcibly);
      process.destroyForcibly();
    }
  }

  private Process start(LargeFlow flow) throws ShuntException {
    ProcessBuilder builder = new ProcessBuilder(program).redirectErrorStream(true);
    builder.redirectInput(new File("/dev/null"));
    builder.environment().keySet().removeIf(name -> name.startsWith("GOTM_"));
    builder.environment().putAll(environment(flow));
    try {
      return builder.start();
    } catch (IOException e) {
      throw new ShuntException("cannot be run (%s)".formatted(e.getMessage()), e);
    }
  }

  /** The flow, a variable each; no ports where there are none. */
  static Map<String, String> environment(LargeFlow flow) {
    FlowKey key = flow.key();
    Map<String, String> variables = new LinkedHashMap<>();
    variables.put("GOTM_INTERFACE", flow.interfaceName());
    variables.put("GOTM_PROTO", flow.protocol());
    variables.put("GOTM_SRC", key.firstAddress());
    variables.put("GOTM_DST", key.secondAddress());
    if (flow.hasPorts()) {
      variables.put("GOTM_SPORT", Integer.toString(key.firstPort()));
      variables.put("GOTM_DPORT", Integer.toString(key.secondPort()));
    }
    variables.put("GOTM_BYTES", Long.toString(flow.bytes()));
    variables.put("GOTM_PACKETS", Long.toString(flow.packets()));
    return variables;
  }

  /**
   * Reads what comes, and never waits for more: a child that outlives the program may hold the pipe
   * open for ever.
   */
  private boolean awaitEnd(Process process, InputStream stream, Output output)
      throws IOException, InterruptedException {
    long deadline = System.nanoTime() + limit.toNanos();
    while (!process.waitFor(LOOK_MILLIS, TimeUnit.MILLISECONDS)) {
      output.take(stream);
      if (System.nanoTime() - deadline >= 0) {
        return false;
      }
    }
    return true;
  }

  /** The first bytes of what the program prints. */
  private final class Output {
    private final byte[] kept = new byte[MAX_OUTPUT];
    private final byte[] buffer = new byte[BUFFER];
    private int length;
    private boolean cut;

    void take(InputStream stream) throws IOException {
      int available = Math.min(stream.available(), buffer.length);
      int read = available > 0 ? stream.read(buffer, 0, available) : 0;
      int taken = Math.clamp(read, 0, kept.length - length);
      System.arraycopy(buffer, 0, kept, length, taken);
      length += taken;
      cut |= read > taken;
    }

    void print() {
      if (length > 0) {
        log.accept("%s: %s%s".formatted(name(), PrintableText.of(kept, length), cut ? " ..." : ""));
      }
    }
  }
}
