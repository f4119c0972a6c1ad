package org.gotm.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A disk that does not keep what was written to it, or takes long for it. */
class SyncFaultTest {
  @TempDir Path parent;

  @BeforeAll
  static void requireTools() {
    Tool.require("gcc", "tcpdump");
  }

  @Test
  void shouldBookAsLostWhatTheDiskDoesNotKeep() throws Exception {
    Path out = parent.resolve("out");

    List<String> lines = DiskFaults.run(parent, "eio");

    assertThat(lines.get(0)).contains("cannot sync en0_current.pcap.tmp: Input/output error");
    assertThat(lines.get(1)).contains("written=0", "lost_write_error=100", "balanced=yes");
    assertThat(lines.get(3)).isEqualTo("error: null");
    assertThat(lines.get(4)).contains("written=50", "lost_write_error=100", "balanced=yes");
    assertThat(lines.subList(7, lines.size())).containsExactly("finished: 50", "finished: 0");
    assertThat(Tool.files(out, ".*leftover")).hasSize(1);
    assertThat(Tool.finished(out).stream().mapToInt(Tool::count).sum()).isEqualTo(50);

    try (Rig next = new Rig(out).open()) {
      next.recording.finish();
      assertThat(next.finished).singleElement().matches(file -> file.packets() == 100);
    }
    assertThat(Tool.files(out, ".*leftover")).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "eio,now,0,100",
    "hang,now,0,100",
    "hang,closing,0,150",
    "eio,dead,0,100",
    "nothing,now,100,0",
    "nothing,closing,150,0"
  })
  void shouldCallWrittenOnlyWhatTheDiskKeepsWhenEndedInHaste(
      String fault, String how, long written, long lost) throws Exception {
    List<String> lines = DiskFaults.run(parent, fault, how);

    assertThat(lines.get(0))
        .contains(" written=" + written + " ", " lost_write_error=" + lost + " ", "balanced=yes");
    assertThat(lines.get(1)).isEqualTo("unsynced: 0");
  }

  @Test
  void shouldWriteOnWhileTheDiskTakesLong() throws Exception {
    List<String> lines = DiskFaults.run(parent, "hang");

    assertThat(lines.get(0)).isEqualTo("moved meanwhile: 0");
    assertThat(lines.get(1)).isEqualTo("error: null");
    assertThat(lines.get(2)).contains("written=150", "lost_write_error=0", "balanced=yes");
    assertThat(lines.subList(5, lines.size()))
        .containsExactly("finished: 100", "finished: 50", "finished: 0");
  }
}
