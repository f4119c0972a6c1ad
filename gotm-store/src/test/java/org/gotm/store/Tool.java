package org.gotm.store;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Assumptions;

/** Programs of others that judge our files. */
public final class Tool {

  /**
   * A packet as tcpdump shows it.
   *
   * @param timestampNanos nanoseconds since 1970
   * @param worker number of the {@link TestWorker}
   * @param number of the packet among those of its worker
   * @param length on the wire
   */
  record Packet(long timestampNanos, int worker, int number, int length) {}

  private Tool() {}

  /** Ends the test if a program is missing: as a failure on CI, else as not applicable. */
  public static void require(String... programs) {
    for (String program : programs) {
      boolean found =
          Stream.of(System.getenv("PATH").split(":"))
              .anyMatch(folder -> Files.isExecutable(Path.of(folder, program)));
      if (!found && "true".equals(System.getenv("CI"))) {
        Assertions.fail(program + " is not installed");
      }
      Assumptions.assumeTrue(found, program + " is not installed");
    }
  }

  /** Ends the test unless root runs it: as a failure on CI, else as not applicable. */
  static void requireRoot(String reason) {
    boolean root = run("id -u").trim().equals("0");
    if (!root && "true".equals(System.getenv("CI"))) {
      Assertions.fail(reason);
    }
    Assumptions.assumeTrue(root, reason);
  }

  /** What a shell command prints; it must succeed. */
  public static String run(String command, Object... arguments) {
    List<String> words = new ArrayList<>(List.of("bash", "-c", "set -o pipefail; " + command, "-"));
    Stream.of(arguments).map(Object::toString).forEach(words::add);
    try {
      Path errors = Files.createTempFile("tool", ".err");
      try {
        Process process = new ProcessBuilder(words).redirectError(errors.toFile()).start();
        process.getOutputStream().close();
        String output =
            new String(process.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
        int exit = process.waitFor();
        if (exit != 0) {
          Assertions.fail("%s: exit %d: %s".formatted(words, exit, Files.readString(errors)));
        }
        return output;
      } finally {
        Files.delete(errors);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw new AssertionError("interrupted", e);
    }
  }

  /**
   * Fails unless gzip, zstd, capinfos and tcpdump find the file sound, and a finished one can be
   * read from its middle. Capinfos is not asked about zstd: Wireshark 4.0 loses its way where the
   * second frame begins.
   */
  static void check(Path file) {
    String name = file.toString();
    if (name.endsWith(".zst")) {
      run("zstd -tq < \"$1\"", file);
    } else {
      run("capinfos \"$1\" >/dev/null", file);
    }
    if (name.endsWith(".gz")) {
      run("gzip -t < \"$1\"", file);
    }
    if (!name.contains("_current")) {
      checkSeekable(List.of(file));
    }
    run(cat(file) + " < \"$1\" | tcpdump -r - -w /dev/null", file);
  }

  /**
   * Fails unless all .zst files end with a table of their frames, and all .gz files are whole BGZF
   * files, if that is what they begin as.
   */
  static void checkSeekable(List<Path> files) {
    String script = Path.of("src/test/resources/seekable.py").toAbsolutePath().toString();
    String list = files.stream().map(Path::toString).collect(Collectors.joining("\n"));
    run("{ grep 'zst$' <<< \"$2\" || true; } | xargs -r python3 \"$1\" check", script, list);
    run(
        "{ grep 'gz$' <<< \"$1\" || true; } | while read -r f; do "
            + "cmp -s <(printf '\\x1f\\x8b\\x08\\x04') <(head -c 4 \"$f\") || continue; "
            + "bgzip -t \"$f\" || exit 1; "
            + "cmp <(base64 -d <<< H4sIBAAAAAAA/wYAQkMCABsAAwAAAAAAAAAAAA==) <(tail -c 28 \"$f\")"
            + " || exit 1; done",
        list);
  }

  private static String cat(Path file) {
    String name = file.toString();
    return name.contains(".gz") ? "zcat" : name.contains(".zst") ? "zstd -dcq" : "cat";
  }

  /** The packets of {@link TestWorker}s in a file, in its order, by tcpdump. */
  static List<Packet> packets(Path file) {
    String text =
        run(
            cat(file)
                + " < \"$1\" | tcpdump -r - -tt --time-stamp-precision=nano -n -e -x 2>/dev/null"
                + " | { grep -E '^[0-9]|0x0000:' || true; }",
            file);
    List<Packet> packets = new ArrayList<>();
    String[] lines = text.split("\n");
    for (int i = 0; i + 1 < lines.length; i++) {
      if (lines[i + 1].startsWith("\t0x0000:")) {
        packets.add(packet(lines[i], lines[i + 1]));
      }
    }
    return packets;
  }

  private static Packet packet(String header, String hex) {
    String[] words = header.split("[ :,]+");
    String[] time = words[0].split("\\.");
    String payload = hex.substring(hex.indexOf(':') + 1).replace(" ", "");
    int length = Integer.parseInt(header.replaceFirst(".*?, length (\\d+):.*", "$1"));
    return new Packet(
        Long.parseLong(time[0]) * 1_000_000_000 + Long.parseLong(time[1]),
        Integer.parseUnsignedInt(payload.substring(0, 8), 16),
        Integer.parseUnsignedInt(payload.substring(8, 16), 16),
        length);
  }

  /** The number of packets in a file, by tcpdump. */
  static int count(Path file) {
    return Integer.parseInt(
        run(cat(file) + " < \"$1\" | tcpdump -r - --count -n 2>/dev/null", file).split(" ")[0]);
  }

  /** All files below a folder with a finished name, in the order of their names. */
  static List<Path> finished(Path folder) {
    return files(folder, "\\d{4}-\\d\\d-\\d\\dT\\d\\d-\\d\\d-\\d\\d.*\\.pcap(\\.gz|\\.zst)?");
  }

  /** All files below a folder whose names match. */
  public static List<Path> files(Path folder, String pattern) {
    try (Stream<Path> all = Files.walk(folder)) {
      return all.filter(f -> f.getFileName().toString().matches(pattern)).sorted().toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
