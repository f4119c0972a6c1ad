package org.gotm.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.gotm.store.api.RecordingException;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Somebody removes or moves the current file, or the whole output folder, while it is written. */
@Timeout(60)
class VanishedFileTest {
  @TempDir Path parent;

  @BeforeAll
  static void requireTools() {
    Tool.require("tcpdump", "rm", "mv", "touch");
  }

  private static void send(Rig rig, TestWorker worker, int packets) {
    worker.sendMany(packets, Rig.START, 500);
    worker.flush();
    while (rig.pool.inUse() > 0 || worker.ledger.inMemory() > 0) {
      Thread.onSpinWait();
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "rm -r out",
        "mv out elsewhere",
        "rm out/en0_current.pcap.tmp",
        "mv out/en0_current.pcap.tmp out/mine",
        "rm out/en0_current.pcap.tmp; touch out/en0_current.pcap.tmp"
      })
  void shouldSaySoBookItAndGoOnInANewFile(String command) {
    try (Rig rig = new Rig(parent.resolve("out")).flushNanos(1_000_000).open()) {
      TestWorker worker = rig.expectedWorker(0);
      send(rig, worker, 200);
      Tool.run("cd \"$1\" && " + command, parent);
      send(rig, worker, 100); // at the latest with these it is noticed
      rig.log.await("cannot find en0_current.pcap.tmp: it was removed or moved away", 1);
      rig.log.await("Opening new pcap file", 2);
      assertThat(rig.recording.error()).contains("cannot find en0_current.pcap.tmp");
      long lost = worker.ledger.lostToWriteErrors();
      assertThat(lost).isBetween(200L, 300L);
      send(rig, worker, 400);
      rig.recording.finish();

      assertThat(rig.log.count("cannot ")).isEqualTo(1);
      assertThat(worker.ledger.lostToWriteErrors()).isEqualTo(lost);
      assertThat(worker.ledger.written()).isEqualTo(700 - lost);
      assertThat(worker.ledger.isBalanced()).isTrue();
      assertThat(Tool.finished(rig.folder).stream().mapToLong(Tool::count).sum())
          .isEqualTo(worker.ledger.written());
    }
  }

  @Test
  void shouldNotMoveSomebodyElsesFileWhenTheCurrentOneWasReplaced() throws IOException {
    try (Rig rig = new Rig(parent.resolve("out")).flushNanos(60 * Rig.SECOND).open()) {
      TestWorker worker = rig.expectedWorker(0);
      Path path = rig.path("en0_current.pcap.tmp");
      Files.delete(path);
      Files.writeString(path, "mine");
      worker.sendMany(10, Rig.START, 500);
      worker.flush();
      rig.recording.finish();

      assertThat(worker.ledger.written()).isZero();
      assertThat(worker.ledger.lostToWriteErrors()).isEqualTo(10);
      assertThat(Tool.finished(rig.folder)).isEmpty();
    }
  }

  @Test
  void shouldHoldTheLockOfTheFolderThatIsWrittenWhenTheOtherWasMovedAway() throws IOException {
    Path out = parent.resolve("out");
    try (Rig rig = new Rig(out).flushNanos(1_000_000).open()) {
      TestWorker worker = rig.expectedWorker(0);
      send(rig, worker, 10);
      Files.move(out, parent.resolve("elsewhere"));
      send(rig, worker, 10);
      rig.log.await("Opening new pcap file", 2);
      assertThatThrownBy(() -> new Rig(out).open())
          .isInstanceOf(RecordingException.class)
          .hasMessageContaining("another gotm (pid ");
      try (Rig other = new Rig(parent.resolve("elsewhere")).open()) {
        other.expectedWorker(0);
        assertThat(other.path("en0_current.pcap.tmp")).exists();
      }
    }
  }
}
