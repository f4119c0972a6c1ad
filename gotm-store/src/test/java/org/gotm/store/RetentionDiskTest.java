package org.gotm.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.gotm.core.capture.Counter;
import org.gotm.store.retain.DiskFree;
import org.gotm.store.retain.Retention;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A small disk that is written to many times over: it is never full, and no packet is lost. */
@Tag("live")
@Timeout(300)
class RetentionDiskTest {
  private static final int DISK_MEBIBYTES = 48;
  private static final int FILE_BYTES = 1 << 20;
  private static final int PACKET_LENGTH = 8000;
  private static final int PACKETS_A_STEP = 50;
  private static final double LIMIT_PERCENT = 40;

  /** Far below the limit, far above a full disk. */
  private static final double LOWEST_PERCENT = 20;

  private static final long PATIENCE_NANOS = 60_000_000_000L;

  @TempDir Path folder;

  @BeforeAll
  static void requireTools() {
    Tool.require("tcpdump", "mount", "umount", "mkfs.ext4", "chattr");
  }

  private static Rig open(Path output) {
    Rig rig = new Rig(output, 32).rotation(0, FILE_BYTES).flushNanos(1_000_000);
    rig.retention = Retention.none().withDiskFree(new DiskFree.Percent(LIMIT_PERCENT));
    return rig.open();
  }

  private static double freePercent(Path disk) throws IOException {
    var store = Files.getFileStore(disk);
    return 100.0 * store.getUsableSpace() / store.getTotalSpace();
  }

  /** Sends some packets, waits until they are in files, and while the disk is nearly full. */
  private static void step(Rig rig, TestWorker worker) throws IOException {
    worker.sendMany(PACKETS_A_STEP, Rig.START + worker.sent() * 1000L, PACKET_LENGTH);
    worker.flush();
    long deadline = System.nanoTime() + PATIENCE_NANOS;
    while (worker.ledger.inMemory() > 0 || freePercent(rig.folder) < LOWEST_PERCENT) {
      assertThat(System.nanoTime()).as("%s", rig.log.lines()).isLessThan(deadline);
      Thread.onSpinWait();
    }
    rig.clock.addAndGet(3600 * Rig.SECOND);
  }

  private static void write(Rig rig, TestWorker worker, int mebibytes) throws IOException {
    long end = worker.sent() + ((long) mebibytes << 20) / PACKET_LENGTH;
    while (worker.sent() < end) {
      step(rig, worker);
    }
  }

  private static void awaitFree(Path disk, double percent) throws IOException {
    long deadline = System.nanoTime() + PATIENCE_NANOS;
    while (freePercent(disk) < percent) {
      assertThat(System.nanoTime()).isLessThan(deadline);
      Thread.onSpinWait();
    }
  }

  /** Everything was written, and what is there is the end of it without a gap. */
  private static void assertNewestAreThere(Rig rig, TestWorker worker) {
    assertThat(worker.ledger.isBalanced()).isTrue();
    assertThat(worker.ledger.get(Counter.WRITTEN)).isEqualTo(worker.sent());
    List<Integer> numbers = new ArrayList<>();
    for (Path file : Tool.finished(rig.folder)) {
      Tool.packets(file).forEach(packet -> numbers.add(packet.number()));
    }
    assertThat(numbers).isNotEmpty().hasSizeLessThan(worker.sent());
    for (int i = 0; i < numbers.size(); i++) {
      assertThat(numbers.get(i)).isEqualTo(worker.sent() - numbers.size() + i);
    }
  }

  @Test
  void shouldLoseNothingWhenADiskIsWrittenToManyTimesOver() throws Exception {
    try (SmallFileSystem disk = SmallFileSystem.mount("ext4", DISK_MEBIBYTES, folder);
        Rig rig = open(disk.folder().resolve("out"))) {
      TestWorker worker = rig.expectedWorker(0);
      write(rig, worker, 3 * DISK_MEBIBYTES);
      rig.recording.finish();

      assertNewestAreThere(rig, worker);
      assertThat(rig.recording.writeErrors()).isZero();
      assertThat(rig.log.count("No space left")).isZero();
      assertThat(rig.recording.retainer().orElseThrow().deletedFiles()).isGreaterThan(50);
      assertThat(Tool.files(rig.folder, "\\d\\d")) // folders of days whose files have gone
          .allSatisfy(day -> assertThat(day).isNotEmptyDirectory());
    }
  }

  @Test
  void shouldMakeRoomWhenAnotherProgramFillsTheDiskAndAfterARestart() throws Exception {
    try (SmallFileSystem disk = SmallFileSystem.mount("ext4", DISK_MEBIBYTES, folder)) {
      Path output = disk.folder().resolve("out");
      Path first;
      try (Rig rig = open(output)) {
        write(rig, rig.expectedWorker(0), 20);
        rig.recording.finish();
        first = Tool.finished(output).getFirst();
      }
      Tool.run("head -c 15M /dev/zero > \"$1\"; sync \"$1\"", disk.folder().resolve("filler"));
      assertThat(freePercent(disk.folder())).isLessThan(LIMIT_PERCENT);
      try (Rig rig = open(output)) {
        awaitFree(disk.folder(), LIMIT_PERCENT);
        assertThat(first).doesNotExist();
        assertThat(Tool.finished(output)).isNotEmpty();
        Tool.run("head -c 5M /dev/zero > \"$1\"; sync \"$1\"", disk.folder().resolve("filler2"));
        awaitFree(disk.folder(), LIMIT_PERCENT);
        assertThat(rig.recording.retainer().orElseThrow().error()).isNull();
      }
      assertThat(freePercent(disk.folder())).isLessThan(LIMIT_PERCENT + 15);
    }
  }

  @Test
  void shouldLeaveEachItsShareWhenTwoRecordToOneDisk() throws Exception {
    try (SmallFileSystem disk = SmallFileSystem.mount("ext4", DISK_MEBIBYTES, folder);
        Rig one = open(disk.folder().resolve("one"));
        Rig two = open(disk.folder().resolve("two"))) {
      TestWorker worker = one.expectedWorker(0);
      TestWorker other = two.expectedWorker(0);
      for (int i = 0; i < DISK_MEBIBYTES; i++) {
        write(one, worker, 1);
        write(two, other, 1);
      }
      one.recording.finish();
      two.recording.finish();

      assertNewestAreThere(one, worker);
      assertNewestAreThere(two, other);
      assertThat(one.recording.writeErrors() + two.recording.writeErrors()).isZero();
      assertThat(one.recording.retainer().orElseThrow().deletedFiles()).isPositive();
      assertThat(two.recording.retainer().orElseThrow().deletedFiles()).isPositive();
      assertThat(freePercent(disk.folder())).isLessThan(LIMIT_PERCENT + 30);
    }
  }

  @Test
  void shouldGoOnWithOthersAndSaySoWhenAFileCannotBeDeleted() throws Exception {
    try (SmallFileSystem disk = SmallFileSystem.mount("ext4", DISK_MEBIBYTES, folder);
        Rig rig = open(disk.folder().resolve("out"))) {
      TestWorker worker = rig.expectedWorker(0);
      write(rig, worker, 5);
      Path first = Tool.finished(rig.folder).getFirst();
      Tool.run("chattr +i \"$1\"", first);
      write(rig, worker, DISK_MEBIBYTES);

      assertThat(first).exists();
      assertThat(rig.recording.retainer().orElseThrow().error())
          .isEqualTo(
              "write=%s: cannot delete %s: Operation not permitted".formatted(rig.folder, first));
      assertThat(rig.recording.error()).isNull();
      assertThat(rig.recording.writeErrors()).isZero();
    }
  }
}
