package org.gotm.ffm;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.gotm.core.pcapfile.RealPackets;

/** tcpdump at work on an interface: the judge of what a filter lets through. */
public final class LiveTcpdump implements AutoCloseable {
  private static final Pattern CAPTURED = Pattern.compile("(\\d+) packets? captured");
  private static final Pattern RECEIVED = Pattern.compile("(\\d+) packets? received by filter");
  private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(20);

  private final Path file;
  private final Process process;
  private final BufferedReader messages;

  /** Starts it; it sees every packet from now on. */
  public LiveTcpdump(String interfaceName, String expression, Path file) {
    this.file = file;
    try {
      process =
          new ProcessBuilder(
                  "tcpdump",
                  "-i",
                  interfaceName,
                  "-Z",
                  "root",
                  "--immediate-mode",
                  "-U",
                  "-w",
                  file.toString(),
                  expression)
              .redirectErrorStream(true)
              .start();
      messages =
          new BufferedReader(
              new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
      awaitLine(Pattern.compile("listening on"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Matcher awaitLine(Pattern pattern) throws IOException {
    StringBuilder all = new StringBuilder();
    String line;
    while ((line = messages.readLine()) != null) {
      Matcher matcher = pattern.matcher(line);
      if (matcher.find()) {
        return matcher;
      }
      all.append(line).append('\n');
    }
    throw new AssertionError("tcpdump ended: " + all);
  }

  /** Ends it when it has written all that its filter let through, and gives the frames. */
  public List<byte[]> stop() {
    try {
      long deadline = System.nanoTime() + PATIENCE_NANOS;
      while (!hasWrittenAll()) {
        if (System.nanoTime() > deadline) {
          throw new AssertionError("tcpdump does not write what it received");
        }
      }
      signal("-INT");
      awaitLine(CAPTURED);
      return RealPackets.read(file.toString(), Files.readAllBytes(file)).packets().stream()
          .map(RealPackets.Packet::bytes)
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private boolean hasWrittenAll() throws IOException {
    signal("-USR1");
    String line = messages.readLine();
    Matcher captured = CAPTURED.matcher(line);
    Matcher received = RECEIVED.matcher(line);
    if (!captured.find() || !received.find()) {
      throw new AssertionError("tcpdump says: " + line);
    }
    return captured.group(1).equals(received.group(1));
  }

  private void signal(String signal) {
    Command.check("kill", signal, Long.toString(process.pid()));
  }

  @Override
  public void close() {
    process.destroyForcibly();
    process.onExit().join();
  }
}
