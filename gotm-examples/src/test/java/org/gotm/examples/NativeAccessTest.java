package org.gotm.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What a program says that was started without the JVM's option for native access. */
class NativeAccessTest {
  private static final Path JAVA = Path.of(System.getProperty("java.home"), "bin", "java");

  @Test
  void shouldCountWhenNativeAccessIsEnabled() throws Exception {
    assertThat(keptPackets("--enable-native-access=org.gotm.core"))
        .containsExactly("464 packets, 57942 bytes");
  }

  @Test
  void shouldNameTheMissingOptionWhenNativeAccessIsDenied() throws Exception {
    assertThat(keptPackets())
        .anyMatch(line -> line.contains("--enable-native-access=org.gotm.core"))
        .noneMatch(line -> line.contains("NoClassDefFoundError"));
  }

  private static List<String> keptPackets(String... options)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.addAll(List.of(JAVA.toString(), "--illegal-native-access=deny"));
    command.addAll(List.of(options));
    command.addAll(List.of("--module-path", System.getProperty("jdk.module.path")));
    command.addAll(List.of("--module", "org.gotm.examples/" + KeptPackets.class.getName()));
    command.add(ModulePathTest.CAPTURE.toString());
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    byte[] output = process.getInputStream().readAllBytes();
    process.waitFor();
    return new String(output, StandardCharsets.UTF_8).lines().toList();
  }
}
