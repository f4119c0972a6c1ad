package org.gotm.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.gotm.core.capture.Counter;
import org.gotm.store.api.RecordingException;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What happens while files cannot be made or moved, and what is said of it. */
class FileErrorsTest {
  @TempDir Path parent;

  @BeforeAll
  static void requireTools() {
    Tool.require("tcpdump", "capinfos");
  }

  @Test
  void shouldLoseOnlyWhatCannotBeWrittenWhenTheFolderIsAwayForAWhile() throws IOException {
    Path folder = parent.resolve("out");
    Path away = parent.resolve("away");
    try (Rig rig = new Rig(folder).open()) {
      TestWorker worker = rig.expectedWorker(0);
      send(rig, worker, 10);
      Files.move(folder, away);
      Files.writeString(folder, "");
      rig.recording.rotate();
      rig.log.await("cannot move en0_current.pcap.tmp", 1);
      rig.log.await("cannot open en0_current.pcap.tmp", 1);
      send(rig, worker, 20);
      assertThat(rig.recording.error()).contains("write=" + folder).contains("cannot open");
      assertThat(worker.ledger.get(Counter.LOST_WRITE_ERROR)).isEqualTo(20);

      Files.delete(folder);
      Files.move(away, folder);
      while (rig.log.count("works again") == 0) {
        send(rig, worker, 1);
      }
      rig.recording.rotate();
      rig.log.await("moved", 2);
      assertThat(rig.recording.error()).isNull();
      send(rig, worker, 30);
      rig.recording.finish();

      assertThat(worker.ledger.isBalanced()).isTrue();
      assertThat(Tool.finished(folder).stream().mapToLong(Tool::count).sum())
          .isEqualTo(worker.ledger.get(Counter.WRITTEN));
      assertThat(Tool.files(folder, ".*current.*")).isEmpty();
    }
  }

  private static void send(Rig rig, TestWorker worker, int packets) {
    worker.sendMany(packets, Rig.START, 100);
    worker.flush();
    while (rig.pool.inUse() > 0) {
      Thread.onSpinWait();
    }
  }

  @Test
  void shouldOpenAllTheSameWhenSomethingHasTheNameOfTheCurrentFile() throws IOException {
    try (Rig rig = new Rig(parent.resolve("out")).open()) {
      Files.createDirectories(rig.path("en0_current.pcap.tmp"));
      Files.createDirectories(rig.path("en0_current.pcap.tmp.leftover"));
      rig.expectedWorker(0);
      assertThat(rig.path("en0_current.pcap.tmp")).isRegularFile();
    }
  }

  @Test
  void shouldRefuseWhenTheFirstFileCannotBeMade() throws IOException {
    Path folder = parent.resolve("out");
    try (Rig rig = new Rig(folder).open()) {
      Files.move(folder, parent.resolve("away"));
      assertThatThrownBy(() -> rig.expectedWorker(0))
          .isInstanceOf(RecordingException.class)
          .hasMessageStartingWith("write=%s: cannot be written to: ".formatted(folder));
    }
  }

  @Test
  void shouldGiveChunksBackAndSaySoWhenTheOutputThreadFails() {
    try (Rig rig = new Rig(parent.resolve("out")).open()) {
      TestWorker worker = rig.expectedWorker(0);
      rig.log.failAt("Rotating");
      rig.recording.rotate();
      rig.log.await("thread gotm-output has failed", 1);
      worker.sendMany(5000, Rig.START, 1000);
      worker.flush();
      rig.recording.finish();
      assertThat(rig.recording.error()).contains("has failed");
      assertThat(rig.pool.inUse()).isZero();
      assertThat(worker.ledger.get(Counter.LOST_WRITE_ERROR)).isEqualTo(5000);
    }
  }
}
