package org.gotm.fleet.spark;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.gotm.ffm.VethPair;

/** A gotm that has recorded all of what came in a network of its own, and answers queries. */
final class TestSensor implements AutoCloseable {
  static final Path REPOSITORY = Path.of("").toAbsolutePath().resolve("../..").normalize();
  private static final String GOTM = REPOSITORY.resolve("gotm").toString();

  final String name;
  final Path folder;
  private Process process;

  /** Records captures that are sent, and then answers. */
  TestSensor(String name, Path folder, List<Path> captures) throws Exception {
    this.name = name;
    this.folder = folder;
    try (VethPair link = VethPair.inNamespace()) {
      List<String> command = new ArrayList<>(link.inside());
      command.addAll(List.of(GOTM, "-metrics-address=off", "-interface", link.name()));
      command.addAll(List.of("-filter", "", "-write", output().toString(), "-flows"));
      command.addAll(List.of("-packetcutoff=0", "-bytecutoff=0"));
      start(command, "Starting worker 0");
      captures.forEach(link::send);
      end();
    }
    start(
        List.of(
            GOTM,
            "-metrics-address=off",
            "-r",
            "-",
            "-write",
            output().toString(),
            "-query-socket",
            socket()),
        "Answering queries at ");
  }

  Path output() {
    return folder.resolve(name);
  }

  String socket() {
    return folder.resolve(name + ".sock").toString();
  }

  private void start(List<String> command, String ready) throws IOException {
    process =
        new ProcessBuilder(command).redirectErrorStream(true).directory(folder.toFile()).start();
    BufferedReader lines = process.inputReader();
    String line;
    do {
      line = lines.readLine();
      System.out.println(name + ": " + line);
    } while (line != null && !line.contains(ready));
    if (line == null) {
      throw new IOException(name + " has ended");
    }
    Thread.ofVirtual()
        .start(() -> lines.lines().forEach(rest -> System.out.println(name + ": " + rest)));
  }

  private void end() {
    process.destroy();
    try {
      if (!process.waitFor(60, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  static int gotm(String... arguments) throws Exception {
    List<String> command = new ArrayList<>(List.of(GOTM));
    command.addAll(List.of(arguments));
    return new ProcessBuilder(command).inheritIO().start().waitFor();
  }

  @Override
  public void close() {
    end();
  }
}
