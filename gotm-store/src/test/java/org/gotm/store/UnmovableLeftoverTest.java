package org.gotm.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import org.gotm.store.api.Compression;
import org.gotm.store.api.FinishedFile;
import org.gotm.store.file.FileNames;
import org.gotm.store.file.FinishedNames;
import org.gotm.store.file.SeriesLock;
import org.gotm.store.repair.Leftovers;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Leftovers that cannot be moved for a while, are on another disk, or are no captures. */
@Timeout(60)
class UnmovableLeftoverTest {
  @TempDir Path parent;

  @BeforeAll
  static void requireTools() {
    Tool.require("tcpdump", "mount", "umount");
  }

  /** A capture of ten packets of a day in 2017. */
  private byte[] capture() throws IOException {
    try (Rig rig = new Rig(parent.resolve("made")).open()) {
      TestWorker worker = rig.expectedWorker(0);
      worker.sendMany(10, Rig.START, 500);
      worker.flush();
      rig.recording.finish();
      return Files.readAllBytes(Tool.finished(rig.folder).getFirst());
    }
  }

  private static void rotateNextYear(Rig rig, int files) {
    rig.clock.addAndGet(366 * 86400 * Rig.SECOND);
    rig.recording.rotate();
    rig.log.await(" to " + rig.folder, files);
  }

  @Test
  void shouldReadEachOnceAndSayOnceWhyItCannotBeMoved() throws IOException {
    byte[] capture = capture();
    Path out = Files.createDirectory(parent.resolve("out"));
    Path inTheWay = Files.writeString(out.resolve("2017"), "");
    for (int i = 1; i <= 5; i++) {
      Files.write(out.resolve("en%d_current.pcap.tmp".formatted(i)), capture);
    }
    try (Rig rig = new Rig(out).open()) {
      rig.expectedWorker(0);
      for (int i = 1; i <= 6; i++) {
        rotateNextYear(rig, i);
      }
      rig.log.await("has 10 packets", 5);
      assertThat(rig.log.count("cannot be mended now")).isEqualTo(1);
      assertThat(rig.finished).allMatch(file -> file.packets() == 0);

      Files.delete(inTheWay);
      rig.recording.finish();

      assertThat(rig.log.count("has 10 packets")).isEqualTo(5);
      assertThat(rig.log.count("cannot be mended now")).isEqualTo(1);
      assertThat(rig.finished).filteredOn(file -> file.packets() == 10).hasSize(5);
    }
    assertThat(Tool.files(out, ".*current.*")).isEmpty();
  }

  @Test
  @Tag("live")
  void shouldCopyWhenTheFolderOfTheDayIsOnAnotherDisk() throws IOException {
    byte[] capture = capture();
    Path out = Files.createDirectory(parent.resolve("out"));
    Files.write(out.resolve("en1_current.pcap.tmp"), capture);
    Path year = Files.createDirectory(out.resolve("2017"));
    try (SmallFileSystem disk = SmallFileSystem.mount("tmpfs", 8, parent)) {
      Tool.run("mount --bind \"$1\" \"$2\"", disk.folder(), year);
      try (Rig rig = new Rig(out).open()) {
        TestWorker worker = rig.expectedWorker(0);
        worker.sendMany(20, Rig.START, 500);
        worker.flush();
        rig.clock.addAndGet(Rig.SECOND);
        rig.recording.finish();
        assertThat(worker.ledger.written()).isEqualTo(20);
        assertThat(rig.recording.error()).isNull();
        assertThat(Tool.finished(out)).extracting(Tool::count).containsExactly(10, 20);
        assertThat(Tool.files(out, ".*(current|reserved).*")).isEmpty();
      } finally {
        Tool.run("umount \"$1\"", year);
      }
    }
  }

  @Test
  void shouldTakeInWhatTheOriginalProgramLeftInTheWorkingFolder() throws Exception {
    Path working = Files.createDirectory(parent.resolve("working"));
    Path out = parent.resolve("out");
    Files.write(working.resolve("en0_current.pcap.tmp"), capture());
    Files.write(working.resolve("en1_current.pcap.tmp"), capture());
    List<FinishedFile> finished = new ArrayList<>();
    LogLines log = new LogLines();
    try (SeriesLock lock = SeriesLock.take(out, "en0", log)) {
      Leftovers leftovers =
          new Leftovers(
              new FileNames(out, "en0", ".pcap", Compression.gzip()),
              new FinishedNames(out, ZoneOffset.UTC),
              lock.own(),
              working,
              log,
              finished::add,
              () -> {});
      leftovers.takeOver();
      leftovers.finish(0);
    }
    assertThat(finished).extracting(FinishedFile::packets).containsExactly(10L);
    assertThat(Tool.finished(out)).extracting(Tool::count).containsExactly(10);
    assertThat(Tool.files(working, ".*"))
        .extracting(file -> file.getFileName().toString())
        .contains("en1_current.pcap.tmp")
        .doesNotContain("en0_current.pcap.tmp");
  }

  @Test
  void shouldPutAsideUntouchedWhatTcpdumpWouldRefuse() throws IOException {
    byte[] capture = capture();
    capture[4] = 9;
    Path out = Files.createDirectory(parent.resolve("out"));
    Files.write(out.resolve("en0_current.pcap.tmp"), capture);
    try (Rig rig = new Rig(out).open()) {
      rig.recording.finish();
      assertThat(rig.log.count("cannot be read (a file header of version 9.4")).isEqualTo(1);
    }
    assertThat(Tool.finished(out)).isEmpty();
    assertThat(Tool.files(out, ".*damaged.*"))
        .singleElement()
        .satisfies(file -> assertThat(file).hasBinaryContent(capture));
  }
}
