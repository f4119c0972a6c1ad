package org.gotm.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A disk that does not let a complete file have its name for a while. */
class RenameFaultTest {
  @TempDir Path parent;

  @BeforeAll
  static void requireTools() {
    Tool.require("gcc", "tcpdump");
  }

  @Test
  void shouldMoveLaterWithoutReadingWhenAFileCannotBeMoved() throws Exception {
    List<String> lines = DiskFaults.run(parent, "norename");

    assertThat(lines.get(0)).contains("cannot move en0_current.pcap.tmp: No space left on device");
    assertThat(lines.get(1)).contains("written=100", "lost_write_error=0", "balanced=yes");
    assertThat(lines.get(2)).isEqualTo("moved meanwhile: 0");
    assertThat(lines)
        .contains("error: null", "log cannot move: 1", "log leftover: 0")
        .filteredOn(line -> line.startsWith("finished: "))
        .containsExactly("finished: 100", "finished: 50", "finished: 0");
    assertThat(lines)
        .filteredOn(line -> line.startsWith("at last: "))
        .allMatch(line -> line.contains("written=150") && line.contains("balanced=yes"));
    assertAllThere();
  }

  @Test
  void shouldTellOfTheFileAndSayWhatIsWrongWhenItsFolderCannotBeSynced() throws Exception {
    List<String> lines = DiskFaults.run(parent, "folder");

    assertThat(lines.get(0)).contains("cannot sync the folder of en0_current.pcap.tmp");
    assertThat(lines.get(1)).contains("written=100", "lost_write_error=0", "balanced=yes");
    assertThat(lines)
        .contains("error: null", "log cannot move: 0", "log leftover: 0")
        .filteredOn(line -> line.startsWith("finished: "))
        .containsExactly("finished: 0", "finished: 100", "finished: 50", "finished: 0");
    assertAllThere();
  }

  private void assertAllThere() {
    Path out = parent.resolve("out");
    assertThat(Tool.finished(out).stream().mapToInt(Tool::count).sum()).isEqualTo(150);
    assertThat(Tool.files(out, ".*current.*")).isEmpty();
  }
}
