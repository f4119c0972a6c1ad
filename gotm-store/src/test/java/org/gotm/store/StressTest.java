package org.gotm.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.gotm.core.capture.Counter;
import org.gotm.core.packet.LinkType;
import org.gotm.core.pcapfile.TimestampPrecision;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Four workers at full speed, with rotations of all kinds under way. */
class StressTest {
  private static final int WORKERS = 4;
  private static final int PACKETS = 40_000;

  @TempDir Path folder;

  @BeforeAll
  static void requireTools() {
    Tool.require("tcpdump", "gzip", "zstd");
  }

  @ParameterizedTest
  @CsvSource({
    "none,false,true", "none,false,false", "none,true,false", "zstd,false,true",
    "zstd,false,false", "zstd,true,false", "gzip,false,true", "gzip,true,false"
  })
  void shouldAccountForEveryPacketWhenWorkersRace(String name, boolean perWorker, boolean waits)
      throws InterruptedException {
    Rig settings = new Rig(folder, 12).compression(Rig.compressionNamed(name));
    settings.rotation(Rig.SECOND, 20_000_000).flushNanos(5_000_000);
    try (Rig rig = perWorker ? settings.perWorker().open() : settings.open()) {
      List<TestWorker> workers = new ArrayList<>();
      List<Thread> threads = new ArrayList<>();
      for (int i = 0; i < WORKERS; i++) {
        TestWorker worker = worker(i, rig, waits);
        workers.add(worker);
        threads.add(Thread.ofPlatform().unstarted(() -> send(worker, rig)));
      }
      threads.forEach(Thread::start);
      for (Thread thread : threads) {
        thread.join();
      }
      rig.recording.finish();
      assertBalanced(rig, workers, waits);
    }
  }

  private static TestWorker worker(int number, Rig rig, boolean waits) {
    TestWorker worker =
        new TestWorker(
            number, rig.pool, rig.recording, LinkType.ETHERNET, 0, waits, TimestampPrecision.NANO);
    rig.recording.expect(number, LinkType.ETHERNET, worker.ledger);
    return worker;
  }

  private static void send(TestWorker worker, Rig rig) {
    for (int i = 0; i < PACKETS; i++) {
      worker.send(Rig.START + i * 1000L, 60 + i % 1400);
      if (i % 1000 == worker.number()) {
        worker.flush();
        rig.clock.addAndGet(Rig.SECOND / 20);
      }
      if (i % 9000 == 0) {
        rig.recording.rotate();
      }
    }
    worker.flush();
  }

  private void assertBalanced(Rig rig, List<TestWorker> workers, boolean waits) {
    assertThat(workers).allMatch(w -> w.ledger.isBalanced());
    assertThat(workers).allMatch(w -> w.ledger.get(Counter.LOST_WRITE_ERROR) == 0);
    assertThat(rig.pool.inUse()).isZero();
    long written = workers.stream().mapToLong(w -> w.ledger.get(Counter.WRITTEN)).sum();
    List<Path> files = Tool.finished(folder);
    assertThat(files.stream().mapToLong(Tool::count).sum()).isEqualTo(written);
    assertThat(Tool.files(folder, ".*_current.*")).isEmpty();
    if (waits) {
      assertThat(written).isEqualTo((long) WORKERS * PACKETS);
      assertThat(files.size()).isGreaterThan(4);
    }
  }
}
