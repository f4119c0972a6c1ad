package org.gotm.core.packet;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.gotm.core.pcapfile.Tcpdump;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The guard itself: without it the truncation tests could not fail. */
class GuardedMemoryTest {

  /** What the child process does: touches one byte, at so far from the end of the packet. */
  static final class Toucher {
    private Toucher() {}

    public static void main(String[] arguments) {
      try (GuardedMemory memory = new GuardedMemory(10)) {
        long start = memory.putAtEnd(new byte[10], 10);
        byte touched = memory.segment().get(JAVA_BYTE, start + Integer.parseInt(arguments[0]));
        System.out.println("read " + touched);
      }
    }
  }

  @TempDir Path folder;

  @Test
  void shouldLetLastByteBeRead() {
    assertThat(touch(9).exit()).isZero();
  }

  @Test
  void shouldKillProcessWhenOneByteTooFarIsRead() {
    Tcpdump.Result result = touch(10);

    assertThat(result.exit()).isNotZero();
    assertThat(new String(result.output(), StandardCharsets.UTF_8)).contains("SIGSEGV");
  }

  private Tcpdump.Result touch(int offset) {
    return Tcpdump.run(
        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
        "-XX:-CreateCoredumpOnCrash",
        "-XX:ErrorFile=" + folder.resolve("error.log"),
        "-XX:TieredStopAtLevel=1",
        "--enable-native-access=ALL-UNNAMED",
        "-cp",
        System.getProperty("java.class.path"),
        Toucher.class.getName(),
        Integer.toString(offset));
  }
}
