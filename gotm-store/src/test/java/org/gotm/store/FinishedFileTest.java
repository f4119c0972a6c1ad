package org.gotm.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.gotm.core.capture.Counter;
import org.gotm.core.packet.LinkType;
import org.gotm.store.api.Compression;
import org.gotm.store.api.FinishedFile;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What is told of each file that got its name. */
class FinishedFileTest {
  @TempDir Path folder;

  static List<Compression> compressions() {
    return List.of(Compression.none(), Compression.gzip(), Compression.zstd());
  }

  @BeforeAll
  static void requireTools() {
    Tool.require("tcpdump", "gzip", "zstd");
  }

  private static void sendAndRotate(Rig rig, TestWorker worker, int packets, int files) {
    worker.sendMany(packets, Rig.START + worker.sent() * 1000L, 300);
    worker.flush();
    while (rig.pool.inUse() > 0 || worker.ledger.inMemory() > 0) {
      Thread.onSpinWait();
    }
    rig.clock.addAndGet(Rig.SECOND);
    rig.recording.rotate();
    rig.log.await("moved", files);
  }

  @ParameterizedTest
  @MethodSource("compressions")
  void shouldTellWhatIsInEachFile(Compression compression) throws IOException {
    try (Rig rig = new Rig(folder).compression(compression).open()) {
      TestWorker worker = rig.expectedWorker(0);
      sendAndRotate(rig, worker, 100, 1);
      sendAndRotate(rig, worker, 250, 2);
      worker.sendMany(30, Rig.START + worker.sent() * 1000L, 300);
      worker.flush();
      rig.clock.addAndGet(Rig.SECOND);
      rig.recording.finish();

      assertThat(rig.finished).extracting(FinishedFile::packets).containsExactly(100L, 250L, 30L);
      assertThat(rig.finished)
          .extracting(FinishedFile::path)
          .containsExactlyElementsOf(Tool.finished(folder));
      for (FinishedFile file : rig.finished) {
        List<Tool.Packet> packets = Tool.packets(file.path());
        assertThat(packets).hasSize((int) file.packets());
        assertThat(Files.size(file.path())).isEqualTo(file.bytes());
        assertThat(file.firstTimestampNanos()).isEqualTo(packets.getFirst().timestampNanos());
        assertThat(file.lastTimestampNanos()).isEqualTo(packets.getLast().timestampNanos());
      }
      assertThat(
              rig.finished.stream()
                  .mapToLong(file -> file.interval().orElseThrow().get(Counter.RECEIVED)))
          .containsExactly(100L, 250L, 30L);
    }
  }

  @Test
  void shouldTellOfAFileThatWasRepairedWithoutAnInterval() {
    try (Rig rig = new Rig(folder).open()) {
      TestWorker worker = rig.expectedWorker(0);
      worker.sendMany(20, Rig.START, 300);
      worker.flush();
      while (worker.ledger.inMemory() > 0) {
        Thread.onSpinWait();
      }
      rig.recording.abandon();
    }
    try (Rig rig = new Rig(folder).open()) {
      rig.recording.finish();

      FinishedFile file = rig.finished.getFirst();
      assertThat(file.packets()).isEqualTo(20);
      assertThat(file.interval()).isEmpty();
      assertThat(file.firstTimestampNanos()).isEqualTo(Rig.START);
      assertThat(file.lastTimestampNanos()).isEqualTo(Rig.START + 19_000);
    }
  }

  @Test
  void shouldGoOnWhenWhoIsToldFails() {
    try (Recording recording =
            Recording.into(folder)
                .onFinished(
                    file -> {
                      throw new IllegalStateException("not interested");
                    })
                .open();
        RecordedPackets packets = recording.packets(LinkType.ETHERNET)) {
      packets.add(new byte[60], Rig.START);
      packets.flush();
      recording.finish();

      assertThat(packets.ledger().isBalanced()).isTrue();
      assertThat(Tool.finished(folder)).hasSize(1);
      assertThat(recording.error()).isNull();
    }
  }
}
