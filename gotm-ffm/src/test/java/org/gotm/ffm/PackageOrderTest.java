package org.gotm.ffm;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The packages of this module need each other one way only. */
class PackageOrderTest {
  private static final Path SOURCES = Path.of("src/main/java/org/gotm/ffm");
  private static final Pattern NEEDED =
      Pattern.compile("(?m)^import (?:static )?org\\.gotm\\.ffm\\.([a-z]+)\\.");
  private static final Map<String, Set<String>> MAY_NEED =
      Map.of(
          "linux", Set.of(),
          "bpf", Set.of("linux"),
          "ebpf", Set.of("linux", "bpf"),
          "fanout", Set.of("linux", "bpf", "ebpf"),
          "kernelcut", Set.of("linux", "bpf", "ebpf"),
          "afpacket", Set.of("linux", "bpf", "ebpf", "fanout", "kernelcut"),
          "pcap", Set.of("linux", "bpf"),
          "snf", Set.of("linux"));

  @ParameterizedTest
  @ValueSource(strings = {"linux", "bpf", "ebpf", "fanout", "kernelcut", "afpacket", "pcap", "snf"})
  void shouldNeedNothingAboveItself(String name) throws IOException {
    Set<String> needed = new TreeSet<>();
    try (Stream<Path> files = Files.list(SOURCES.resolve(name))) {
      files
          .filter(file -> file.toString().endsWith(".java"))
          .forEach(file -> needed.addAll(neededBy(file)));
    }
    needed.remove(name);

    assertThat(MAY_NEED.get(name)).containsAll(needed);
  }

  private static Set<String> neededBy(Path file) {
    try {
      Set<String> needed = new TreeSet<>();
      Matcher matcher = NEEDED.matcher(Files.readString(file));
      while (matcher.find()) {
        needed.add(matcher.group(1));
      }
      return needed;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void shouldKnowEveryPackageThereIs() throws IOException {
    try (Stream<Path> folders = Files.list(SOURCES)) {
      assertThat(folders.filter(Files::isDirectory).map(folder -> folder.getFileName().toString()))
          .containsExactlyInAnyOrderElementsOf(MAY_NEED.keySet());
    }
  }
}
