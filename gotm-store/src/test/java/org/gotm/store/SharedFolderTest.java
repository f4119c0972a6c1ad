package org.gotm.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.BufferedReader;
import java.nio.file.Files;
import java.nio.file.Path;
import org.gotm.store.api.RecordingException;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Several recorders that write to one folder: one of each name, and none touches another's. */
@Timeout(60)
class SharedFolderTest {
  @TempDir Path folder;

  @BeforeAll
  static void requireTools() {
    Tool.require("tcpdump");
  }

  @Test
  void shouldRecordBesideAnotherOfAnotherNameAndLeaveItsFileAlone() throws Exception {
    Process other = EndlessWriter.start(folder, "none");
    try (BufferedReader output = other.inputReader()) {
      assertThat(output.readLine()).isEqualTo("ready");
      Files.writeString(folder.resolve("en2_current.pcap.tmp"), "");
      try (Rig rig = new Rig(folder).baseName("en1").open()) {
        TestWorker worker = rig.expectedWorker(0);
        worker.sendMany(100, Rig.START, 500);
        worker.flush();
        rig.recording.finish();
        assertThat(worker.ledger.written()).isEqualTo(100);
        assertThat(rig.recording.error()).isNull();
        assertThat(rig.log.count("en2_current.pcap.tmp.leftover has no packet")).isEqualTo(1);
        assertThat(rig.log.count("en0_current")).isZero();
      }
      assertThat(folder.resolve("en0_current.pcap.tmp")).exists();
      assertThat(Tool.finished(folder)).extracting(Tool::count).containsExactly(100);
    } finally {
      other.destroyForcibly().waitFor();
    }
  }

  @Test
  void shouldRefuseTheNameOfAnotherAlsoWhenAScriptHasRemovedTheLock() throws Exception {
    Process other = EndlessWriter.start(folder, "none");
    try (BufferedReader output = other.inputReader()) {
      assertThat(output.readLine()).isEqualTo("ready");
      Files.delete(folder.resolve(".gotm.lock"));
      assertThatThrownBy(() -> new Rig(folder).open())
          .isInstanceOf(RecordingException.class)
          .hasMessage(
              "write=%s: another gotm (pid %d) writes en0 to this folder; stop it or choose another folder with -write"
                  .formatted(folder, other.pid()));
      assertThat(folder.resolve("en0_current.pcap.tmp")).exists();
    } finally {
      other.destroyForcibly().waitFor();
    }
  }

  @Test
  void shouldGiveEachFileANameOfItsOwnWhenTwoFinishInOneSecond() {
    try (Rig first = new Rig(folder).open();
        Rig second = new Rig(folder).baseName("en1").open()) {
      for (Rig rig : new Rig[] {first, second}) {
        TestWorker worker = rig.expectedWorker(0);
        worker.sendMany(10, Rig.START, 500);
        worker.flush();
      }
      first.recording.finish();
      second.recording.finish();
    }
    assertThat(Tool.finished(folder)).extracting(Tool::count).containsExactly(10, 10);
  }

  @Test
  void shouldWriteNothingToTheLock() {
    try (Rig rig = new Rig(folder).open()) {
      assertThat(rig.path(".gotm.lock")).isEmptyFile();
    }
  }
}
