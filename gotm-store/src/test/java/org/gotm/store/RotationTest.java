package org.gotm.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import org.gotm.core.packet.LinkType;
import org.gotm.store.api.Compression;
import org.gotm.store.file.RotationSchedule;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** When a new file begins. */
class RotationTest {
  @TempDir Path folder;

  static List<Compression> compressions() {
    return List.of(new Compression.None(), new Compression.Gzip(1), new Compression.Zstd(1));
  }

  @BeforeAll
  static void requireTools() {
    Tool.require("tcpdump", "capinfos", "gzip", "zstd");
  }

  @Test
  void shouldSayWhatTheOriginalSaysWhenTheIntervalIsOver() {
    try (Rig rig = new Rig(folder).rotation(60 * Rig.SECOND, 0).open()) {
      rig.expectedWorker(0);
      rig.clock.addAndGet(60 * Rig.SECOND);
      rig.log.await("Opening", 2);
      rig.log.await("moved", 1); // by the closer, while the next file is open already
      assertThat(rig.log.lines())
          .containsExactlyInAnyOrder(
              "Opening new pcap file en0_current.pcap.tmp",
              "Rotating",
              "moved en0_current.pcap.tmp to %s/2017/08/29/2017-08-29T17-46-58.pcap"
                  .formatted(folder),
              "Opening new pcap file en0_current.pcap.tmp")
          .startsWith("Opening new pcap file en0_current.pcap.tmp", "Rotating");
      assertThat(rig.recording.rotations()).isEqualTo(1);
    }
  }

  @Test
  void shouldMakeAFileForEachIntervalWhenNothingComes() {
    try (Rig rig = new Rig(folder).rotation(60 * Rig.SECOND, 0).open()) {
      rig.expectedWorker(0);
      for (int i = 1; i <= 3; i++) {
        rig.clock.addAndGet(60 * Rig.SECOND);
        rig.log.await("Opening", 1 + i);
      }
      rig.clock.addAndGet(10 * Rig.SECOND);
      rig.recording.finish();
      List<Path> files = Tool.finished(folder);
      assertThat(files)
          .extracting(f -> f.getFileName().toString())
          .containsExactly(
              "2017-08-29T17-46-58.pcap",
              "2017-08-29T17-47-58.pcap",
              "2017-08-29T17-48-58.pcap",
              "2017-08-29T17-49-08.pcap");
      files.forEach(Tool::check);
    }
  }

  @Test
  void shouldRemoveFilesWithoutAPacketWhenAskedTo() {
    try (Recording recording = Recording.into(folder).name("en0").skipEmpty(true).open();
        RecordedPackets packets = recording.packets(LinkType.ETHERNET)) {
      packets.add(new byte[60], Rig.START);
      packets.flush();
      recording.rotate();
    }

    List<Path> files = Tool.finished(folder);
    assertThat(files).hasSize(1);
    assertThat(Tool.packets(files.getFirst())).hasSize(1);
    assertThat(Tool.files(folder, ".*current.*")).isEmpty();
  }

  @ParameterizedTest
  @MethodSource("compressions")
  void shouldSplitPacketsByFileWhenRotatedByTheClock(Compression compression) {
    try (Rig rig = new Rig(folder).compression(compression).rotation(60 * Rig.SECOND, 0).open()) {
      TestWorker worker = rig.expectedWorker(0);
      for (int i = 0; i < 3; i++) {
        worker.sendMany(100 + i, rig.clock.get(), 500);
        worker.flush();
        awaitEmptyPool(rig);
        awaitEmptyPool(rig);
        rig.clock.addAndGet(60 * Rig.SECOND);
        rig.log.await("Opening", 2 + i);
      }
      rig.recording.finish();
      List<Path> files = Tool.finished(folder);
      files.forEach(Tool::check);
      assertThat(files.stream().flatMap(f -> Tool.packets(f).stream()))
          .extracting(Tool.Packet::number)
          .containsExactlyElementsOf(IntStream.range(0, 303).boxed().toList());
      assertThat(worker.ledger.isBalanced()).isTrue();
    }
  }

  private static void awaitEmptyPool(Rig rig) {
    while (rig.pool.inUse() > 0) {
      Thread.onSpinWait();
    }
  }

  @ParameterizedTest
  @MethodSource("compressions")
  void shouldNotExceedTheSizeWhenRotatedBySize(Compression compression) throws IOException {
    int size = 1_200_000;
    try (Rig rig = new Rig(folder).compression(compression).rotation(0, size).open()) {
      TestWorker worker = rig.expectedWorker(0);
      worker.sendMany(4000, Rig.START, 1400);
      worker.flush();
      rig.recording.finish();
      List<Path> files = Tool.finished(folder);
      assertThat(files).allSatisfy(f -> assertThat(Files.size(f)).isLessThanOrEqualTo(size));
      if (compression instanceof Compression.None) {
        assertThat(files).hasSize(6);
      }
      assertThat(files.stream().mapToLong(Tool::count).sum()).isEqualTo(4000);
      assertThat(worker.ledger.isBalanced()).isTrue();
    }
  }

  @ParameterizedTest
  @MethodSource("compressions")
  void shouldNotExceedTheSizeWhenWorkersAreMerged(Compression compression) {
    int size = 1_200_000;
    try (Rig rig = new Rig(folder).compression(compression).rotation(0, size).open()) {
      TestWorker first = rig.expectedWorker(0);
      TestWorker second = rig.expectedWorker(1);
      for (int i = 0; i < 2000; i++) {
        first.send(Rig.START + i * 1000L, 1400);
        second.send(Rig.START + i * 1000L + 500, 1000);
      }
      first.flush();
      second.flush();
      rig.recording.finish();
      List<Path> files = Tool.finished(folder);
      assertThat(files).allSatisfy(f -> assertThat(Files.size(f)).isLessThanOrEqualTo(size));
      assertThat(files.stream().mapToLong(Tool::count).sum()).isEqualTo(4000);
      assertThat(first.ledger.isBalanced()).isTrue();
      assertThat(second.ledger.isBalanced()).isTrue();
    }
  }

  @Test
  void shouldPutAChunkIntoAFileOfItsOwnWhenItAloneExceedsTheSize() {
    try (Rig rig = new Rig(folder).rotation(0, 1000).open()) {
      TestWorker worker = rig.expectedWorker(0);
      for (int i = 0; i < 3; i++) {
        worker.sendMany(10, Rig.START, 1000);
        worker.flush();
      }
      rig.recording.finish();
      assertThat(Tool.finished(folder)).hasSize(3).allMatch(f -> Tool.count(f) == 10);
    }
  }

  @ParameterizedTest
  @MethodSource("compressions")
  void shouldFollowThePacketTimesWhenChunksStartFiles(Compression compression) {
    try (Rig rig = new Rig(folder).compression(compression).byPacketTime().open()) {
      TestWorker worker = rig.worker(0, LinkType.ETHERNET, 60 * Rig.SECOND);
      for (int second = 0; second < 180; second++) {
        worker.sendMany(10, Rig.START + second * Rig.SECOND, 300);
      }
      worker.flush();
      rig.recording.finish();
      assertThat(Tool.finished(folder))
          .extracting(f -> f.getFileName().toString().substring(0, 19), Tool::count)
          .containsExactly(
              tuple("2017-08-29T17-46-57", 600),
              tuple("2017-08-29T17-47-57", 600),
              tuple("2017-08-29T17-48-57", 600));
    }
  }

  @Test
  void shouldStartOneFileForAllWhenEachWorkerSaysThatOneIsDue() {
    try (Rig rig = new Rig(folder).byPacketTime().open()) {
      TestWorker first = rig.worker(0, LinkType.ETHERNET, 60 * Rig.SECOND);
      TestWorker second = rig.worker(1, LinkType.ETHERNET, 60 * Rig.SECOND);
      rig.recording.expect(0, LinkType.ETHERNET, first.ledger);
      rig.recording.expect(1, LinkType.ETHERNET, second.ledger);
      for (int i = 0; i < 120; i++) {
        first.send(Rig.START + i * Rig.SECOND, 100);
        second.send(Rig.START + i * Rig.SECOND, 100);
      }
      first.flush();
      second.flush();
      rig.recording.finish();
      assertThat(Tool.finished(folder)).hasSize(2).allMatch(f -> Tool.count(f) == 120);
    }
  }

  @Test
  void shouldRotateAllSeriesWhenAsked() {
    try (Rig rig = new Rig(folder).perWorker().open()) {
      TestWorker first = rig.expectedWorker(0);
      TestWorker second = rig.expectedWorker(1);
      first.sendMany(10, Rig.START, 100);
      first.flush();
      second.sendMany(20, Rig.START, 100);
      second.flush();
      awaitEmptyPool(rig);
      rig.clock.addAndGet(Rig.SECOND);
      rig.recording.rotate();
      rig.log.await("moved", 2);
      assertThat(Tool.count(rig.path("2017/08/29/2017-08-29T17-45-59_w0.pcap"))).isEqualTo(10);
      assertThat(Tool.count(rig.path("2017/08/29/2017-08-29T17-45-59_w1.pcap"))).isEqualTo(20);
      assertThat(rig.log.count("Rotating")).isEqualTo(2);
      rig.recording.finish();
      assertThat(rig.recording.rotations()).isEqualTo(2);
    }
  }

  @Test
  void shouldKeepTheIntervalWhenTheClockIsSetBack() {
    try (Rig rig = new Rig(folder).rotation(60 * Rig.SECOND, 0).open()) {
      rig.expectedWorker(0);
      RotationSchedule schedule = new RotationSchedule(Rig.START, 60, Rig.START);
      assertThat(schedule.takeDue(Rig.START + 59)).isFalse();
      assertThat(schedule.takeDue(Rig.START + 60)).isTrue();
      assertThat(schedule.takeDue(Rig.START - 3600)).isFalse();
      assertThat(schedule.dueIn(Rig.START - 3600)).isEqualTo(60);
      assertThat(schedule.takeDue(Rig.START - 3540)).isTrue();
    }
  }

  @Test
  void shouldRotateOnceWhenIntervalsWereMissed() {
    RotationSchedule schedule = new RotationSchedule(Rig.START, 60, Rig.START);
    assertThat(schedule.takeDue(Rig.START + 250)).isTrue();
    assertThat(schedule.takeDue(Rig.START + 251)).isFalse();
    assertThat(schedule.takeDue(Rig.START + 300)).isTrue();
  }
}
