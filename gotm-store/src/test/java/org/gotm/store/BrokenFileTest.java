package org.gotm.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A file that can neither be written any further nor cut back. */
@Timeout(120)
class BrokenFileTest {
  @TempDir Path parent;

  @BeforeAll
  static void requireTools() {
    Tool.require("gcc", "tcpdump");
  }

  private static long value(String line, String name) {
    return Long.parseLong(line.replaceFirst(".*\\b" + name + "=(\\d+).*", "$1"));
  }

  private long inFiles() {
    return Tool.finished(parent.resolve("out")).stream().mapToLong(Tool::count).sum();
  }

  @Test
  void shouldHoldWhatTheAccountSaysWhenWritingAndCuttingFail() throws Exception {
    List<String> lines = DiskFaults.run(parent, "quota");

    String last = lines.getLast();
    assertThat(last).contains("at last: ", "balanced=yes");
    assertThat(value(last, "lost_write_error")).isPositive();
    assertThat(value(last, "written")).isGreaterThanOrEqualTo(150).isEqualTo(inFiles());
    assertThat(Tool.files(parent.resolve("out"), ".*current.*")).isEmpty();
  }

  @Test
  void shouldNotCallWrittenWhatWasNotSyncedWhenTheFileSystemHasAborted() throws Exception {
    List<String> lines = DiskFaults.run(parent, "abort");

    assertThat(lines.getFirst())
        .contains("then: ", " written=0 ", "lost_write_error=3100", "balanced=yes");
    assertThat(lines.getLast()).contains("balanced=yes");
    assertThat(value(lines.getLast(), "written")).isGreaterThanOrEqualTo(50);
  }

  /** Nothing is half written and nothing needs to be cut: only the sync can tell. */
  @Test
  void shouldNotCallWrittenWhatWasNotSyncedWhenEveryWriteFailsBeforeTheNextRotation()
      throws Exception {
    List<String> lines = DiskFaults.run(parent, "readonly");

    assertThat(lines.getFirst())
        .contains("then: ", " written=0 ", "lost_write_error=3100", "balanced=yes");
    assertThat(lines.getLast()).contains("balanced=yes");
    assertThat(value(lines.getLast(), "written")).isGreaterThanOrEqualTo(50);
  }
}
