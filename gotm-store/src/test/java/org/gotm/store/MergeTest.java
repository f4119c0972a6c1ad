package org.gotm.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.gotm.core.capture.Counter;
import org.gotm.store.api.Compression;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The order of packets in a file that several workers share. */
class MergeTest {
  @TempDir Path folder;

  static List<Compression> compressions() {
    return List.of(new Compression.None(), new Compression.Gzip(1), new Compression.Zstd(1));
  }

  @BeforeAll
  static void requireTools() {
    Tool.require("tcpdump", "gzip", "zstd");
  }

  private List<Tool.Packet> finish(Rig rig) {
    rig.recording.finish();
    return Tool.packets(Tool.finished(folder).getFirst());
  }

  /** Orders as the merge must: by time, by worker, by the worker's own order. */
  private static void sortStable(List<Tool.Packet> packets) {
    packets.sort(
        (a, b) ->
            a.timestampNanos() != b.timestampNanos()
                ? Long.compare(a.timestampNanos(), b.timestampNanos())
                : a.worker() != b.worker()
                    ? Integer.compare(a.worker(), b.worker())
                    : Integer.compare(a.number(), b.number()));
  }

  @ParameterizedTest
  @MethodSource("compressions")
  void shouldOrderByTimeThenWorkerWhenWorkersAreRandom(Compression compression) {
    long seed = System.nanoTime();
    System.out.println("MergeTest seed=" + seed);
    Random random = new Random(seed);
    int workerCount = 2 + random.nextInt(6);
    try (Rig rig =
        new Rig(folder, 64).compression(compression).flushNanos(30 * Rig.SECOND).open()) {
      List<TestWorker> workers = new ArrayList<>();
      for (int i = 0; i < workerCount; i++) {
        workers.add(rig.expectedWorker(i));
      }
      List<Tool.Packet> sent = new ArrayList<>();
      long time = Rig.START;
      for (int i = 0; i < 10000; i++) {
        TestWorker worker = workers.get(random.nextInt(workerCount));
        time += random.nextInt(3);
        int length = 60 + random.nextInt(1400);
        sent.add(new Tool.Packet(time, worker.number(), worker.sent(), length));
        worker.send(time, length);
        if (random.nextInt(500) == 0) {
          worker.flush();
        }
      }
      workers.forEach(TestWorker::flush);
      List<Tool.Packet> written = finish(rig);
      sortStable(sent);
      assertThat(written).containsExactlyElementsOf(sent);
      assertThat(workers).allMatch(w -> w.ledger.isBalanced());
      assertThat(rig.pool.inUse()).isZero();
    }
  }

  @Test
  void shouldKeepAWorkersOwnOrderWhenItsTimeGoesBack() {
    try (Rig rig = new Rig(folder).open()) {
      TestWorker first = rig.expectedWorker(0);
      TestWorker second = rig.expectedWorker(1);
      long[] times = {10, 50, 20, 30, 60};
      for (long time : times) {
        first.send(Rig.START + time, 100);
      }
      for (int i = 0; i < 7; i++) {
        second.send(Rig.START + i * 10L, 100);
      }
      first.flush();
      second.flush();
      List<Tool.Packet> written = finish(rig);
      assertThat(written.stream().filter(p -> p.worker() == 0))
          .extracting(Tool.Packet::number)
          .containsExactly(0, 1, 2, 3, 4);
      assertThat(written).hasSize(12);
    }
  }

  @Test
  void shouldOrderAcrossTheSecondWhenPrecisionIsNano() {
    try (Rig rig = new Rig(folder).open()) {
      TestWorker first = rig.expectedWorker(0);
      TestWorker second = rig.expectedWorker(1);
      first.send(Rig.START + 999_999_999, 100);
      first.send(Rig.START + 1_000_000_001, 100);
      second.send(Rig.START + 1_000_000_000, 100);
      first.flush();
      second.flush();
      assertThat(finish(rig)).extracting(Tool.Packet::worker).containsExactly(0, 1, 0);
    }
  }

  @Test
  void shouldWriteWithoutAQuietWorkerWhenTheWindowIsOver() {
    try (Rig rig = new Rig(folder).flushNanos(50_000_000).open()) {
      TestWorker busy = rig.expectedWorker(0);
      TestWorker quiet = rig.expectedWorker(1);
      quiet.ledger.add(Counter.KEPT, 1); // has a packet that it never hands over
      busy.sendMany(10, Rig.START, 100);
      busy.flush();
      while (busy.ledger.get(Counter.WRITTEN) < 10) {
        Thread.onSpinWait();
      }
      assertThat(Tool.packets(rig.path("en0_current.pcap.tmp"))).hasSize(10);
    }
  }

  @Test
  void shouldNotWaitTheWholeWindowWhenTheOtherWorkerHasNothing() {
    try (Rig rig = new Rig(folder).flushNanos(3600 * Rig.SECOND).open()) {
      TestWorker busy = rig.expectedWorker(0);
      rig.expectedWorker(1);
      busy.sendMany(10, Rig.START, 100);
      busy.flush();
      while (rig.pool.inUse() > 0) {
        Thread.onSpinWait();
      }
      assertThat(finish(rig)).hasSize(10);
    }
  }

  @Test
  void shouldWaitForAWorkerWhenItHasPacketsInMemory() {
    try (Rig rig = new Rig(folder).flushNanos(3600 * Rig.SECOND).open()) {
      TestWorker early = rig.expectedWorker(0);
      TestWorker late = rig.expectedWorker(1);
      late.send(Rig.START, 100);
      early.sendMany(10, Rig.START + 1000, 100);
      early.flush();
      late.flush();
      assertThat(finish(rig)).extracting(Tool.Packet::worker).startsWith(1, 0).hasSize(11);
    }
  }

  @Test
  void shouldGoOnWithoutAWorkerWhenChunksRunShort() {
    try (Rig rig = new Rig(folder, 8).flushNanos(3600 * Rig.SECOND).open()) {
      TestWorker busy = rig.expectedWorker(0);
      TestWorker stuck = rig.expectedWorker(1);
      stuck.send(Rig.START, 100);
      busy.sendMany(20 * 500, Rig.START, 1000); // twenty chunks through a pool of eight
      busy.flush();
      stuck.flush();
      assertThat(finish(rig)).hasSize(10001);
    }
  }

  @Test
  void shouldMergeWhenASecondWorkerAppearsThatNobodyExpected() {
    try (Rig rig = new Rig(folder).open()) {
      TestWorker first = rig.worker(0);
      TestWorker second = rig.worker(1);
      first.sendMany(10, Rig.START, 100);
      first.flush();
      while (rig.pool.inUse() > 0) {
        Thread.onSpinWait();
      }
      for (int i = 0; i < 100; i++) {
        first.send(Rig.START + Rig.SECOND + i * 20L, 100);
        second.send(Rig.START + Rig.SECOND + i * 20L + 10, 100);
      }
      second.flush();
      first.flush();
      List<Tool.Packet> written = finish(rig);
      List<Tool.Packet> sorted = new ArrayList<>(written);
      sortStable(sorted);
      assertThat(written).hasSize(210).isEqualTo(sorted);
    }
  }
}
