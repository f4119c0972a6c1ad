package org.gotm.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.gotm.core.pcapfile.Captures;
import org.gotm.core.pcapfile.PcapFileSource;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every way into gotm-core of a JVM that refuses native access says which option is missing, the
 * first time and the second, and leaves nothing open.
 */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class NativeAccessTest {
  private static final String REFUSED =
      "java.lang.IllegalStateException: gotm reads packets in native memory, which this JVM"
          + " refuses: start it with --enable-native-access=";
  private static final Path JAVA = Path.of(System.getProperty("java.home"), "bin", "java");

  @TempDir Path folder;

  /** Each way in, and how often two tries close what was given to it. */
  private static List<Arguments> doors() {
    return List.of(
        Arguments.of("file", 0),
        Arguments.of("stream", 2),
        Arguments.of("memory", 0),
        Arguments.of("cutter", 0),
        Arguments.of("decoder", 0),
        Arguments.of("pool", 0),
        Arguments.of("capture", 2));
  }

  @ParameterizedTest
  @MethodSource("doors")
  void shouldNameTheOptionWhenOnTheClassPath(String door, int closings) throws Exception {
    assertThat(enter(door, classPath("--illegal-native-access=deny")))
        .containsExactly(REFUSED + "ALL-UNNAMED", REFUSED + "ALL-UNNAMED", "closed=" + closings);
  }

  @ParameterizedTest
  @MethodSource("doors")
  void shouldNameTheOptionWhenOnTheModulePath(String door, int closings) throws Exception {
    assertThat(enter(door, modulePath("--illegal-native-access=deny")))
        .containsExactly(
            REFUSED + "org.gotm.core", REFUSED + "org.gotm.core", "closed=" + closings);
  }

  @ParameterizedTest
  @MethodSource("doors")
  void shouldEnterWithTheOptionThatWasNamed(String door, int closings) throws Exception {
    String deny = "--illegal-native-access=deny";
    String[] entered = {"entered", "entered", "closed=" + closings};

    assertThat(enter(door, classPath(deny, "--enable-native-access=ALL-UNNAMED")))
        .containsExactly(entered);
    assertThat(enter(door, modulePath(deny, "--enable-native-access=org.gotm.core")))
        .containsExactly(entered);
  }

  private static List<String> classPath(String... options) throws URISyntaxException {
    List<String> command = new ArrayList<>(List.of(options));
    String separator = System.getProperty("path.separator");
    command.addAll(List.of("-cp", classes() + separator + testClasses()));
    return command;
  }

  private static List<String> modulePath(String... options) throws URISyntaxException {
    List<String> command = new ArrayList<>(List.of(options));
    command.addAll(List.of("-p", classes(), "--add-modules", "org.gotm.core"));
    command.addAll(List.of("-cp", testClasses()));
    return command;
  }

  private static String classes() throws URISyntaxException {
    return location(PcapFileSource.class);
  }

  private static String testClasses() throws URISyntaxException {
    return location(EntryPoints.class);
  }

  private static String location(Class<?> type) throws URISyntaxException {
    return Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI()).toString();
  }

  private List<String> enter(String door, List<String> options)
      throws IOException, InterruptedException {
    Path pcap = Captures.extract("eth-udp-dns.pcap", folder);
    List<String> command = new ArrayList<>();
    command.addAll(List.of(JAVA.toString(), "-Xmx64m", "-XX:TieredStopAtLevel=1"));
    command.addAll(options);
    command.addAll(List.of(EntryPoints.class.getName(), door, pcap.toString()));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    byte[] output = process.getInputStream().readAllBytes();
    process.waitFor();
    return new String(output, StandardCharsets.UTF_8).lines().toList();
  }
}
