package org.gotm.store.retain;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What goes, what stays, and in which order. */
class KeeperTest {
  @TempDir Path parent;
  private RetainBed bed;

  @BeforeEach
  void makeBed() throws IOException {
    bed = new RetainBed(Files.createDirectory(parent.resolve("out")));
  }

  private void keepFree(long bytes) {
    bed.retention = Retention.none().withDiskFree(new DiskFree.Bytes(bytes));
  }

  /** Ten captures of 100,000 bytes, on five days of two months: the disk is full. */
  private void fillDisk() {
    for (String day : List.of("02-26", "02-27", "02-28", "03-01", "03-02")) {
      bed.capture("2026-" + day + "T10-00-00", 100_000);
      bed.capture("2026-" + day + "T11-00-00", 100_000);
    }
  }

  @Test
  void shouldDeleteTheOldestUntilEnoughIsFree() {
    fillDisk();
    keepFree(250_000);

    bed.look();

    assertThat(bed.files()).hasSize(7).first().isEqualTo("2026/02/27/2026-02-27T11-00-00.pcap");
    assertThat(bed.keeper().deletedFiles()).isEqualTo(3);
    assertThat(bed.keeper().deletedBytes()).isEqualTo(300_000);
    assertThat(bed.log)
        .containsExactly(
            "retention: deleted 3 files, 293.0 KiB, up to 2026/02/27/2026-02-27T10-00-00.pcap, for diskfree");
  }

  @Test
  void shouldKeepAPartOfTheDiskFree() {
    fillDisk();
    bed.retention = Retention.none().withDiskFree(new DiskFree.Percent(12.5));

    bed.look();

    assertThat(bed.files()).hasSize(8);
  }

  @Test
  void shouldDeleteNothingWhenEnoughIsFree() {
    fillDisk();
    bed.diskBytes = 2_000_000;
    keepFree(250_000);

    bed.look();

    assertThat(bed.files()).hasSize(10);
    assertThat(bed.log).isEmpty();
  }

  @Test
  void shouldMakeRoomWhenAnotherProgramFillsTheDisk() {
    fillDisk();
    bed.diskBytes = 2_000_000;
    keepFree(250_000);
    bed.look();
    bed.othersBytes = 950_000;

    bed.look();

    assertThat(bed.files()).hasSize(8);
  }

  @Test
  void shouldGoOnWhereItWasWhenTheDiskFillsAgain() {
    fillDisk();
    keepFree(50_000);
    bed.look();
    assertThat(bed.files()).hasSize(9);
    bed.finish("2026-03-10T12-00-00", 50_000);
    bed.finish("2026-03-10T12-01-00", 50_000);

    bed.look();

    assertThat(bed.files()).hasSize(10).first().isEqualTo("2026/02/27/2026-02-27T10-00-00.pcap");
    assertThat(bed.space().freeBytes()).isEqualTo(100_000);
  }

  @Test
  void shouldDeleteWhatTheRecordingWroteBeforeTheLimitIsReached() {
    fillDisk();
    bed.diskBytes = 1_300_000;
    keepFree(200_000);
    bed.look();
    assertThat(bed.files()).hasSize(10);
    bed.finish("2026-03-10T12-00-00", 90_000); // 210,000 are free now, a file from the limit

    bed.look();

    assertThat(bed.files()).hasSize(10).doesNotContain("2026/02/26/2026-02-26T10-00-00.pcap");
  }

  @Test
  void shouldLeaveItToOthersToDeleteWhatTheyWriteBeforeTheLimitIsReached() {
    fillDisk();
    bed.diskBytes = 1_300_000;
    keepFree(200_000);
    bed.finish("2026-03-10T12-00-00", 10);
    bed.look();
    bed.othersBytes = 90_000;

    bed.look();

    assertThat(bed.files()).hasSize(11);
  }

  @Test
  void shouldDeleteWhatLiesBesideACaptureWithIt() {
    bed.capture("2026-03-01T00-00-00", 500_000);
    bed.file("2026/03/01/2026-03-01T00-00-00.pcap.json", 100_000);
    bed.file("2026/03/01/2026-03-01T00-00-00.pcap.idx.part", 100_000);
    bed.capture("2026-03-01T00-00-01", 200_000);
    keepFree(600_000);

    bed.look();

    assertThat(bed.files()).containsExactly("2026/03/01/2026-03-01T00-00-01.pcap");
    assertThat(bed.keeper().deletedFiles()).isEqualTo(1);
    assertThat(bed.keeper().deletedBytes()).isEqualTo(700_000);
  }

  @Test
  void shouldDeleteWhatLaysBesideACaptureThatHasGone() {
    bed.file("2026/03/01/2026-03-01T00-00-00.pcap.zst.json", 100_000);
    bed.capture("2026-03-01T00-00-01", 900_000);
    keepFree(100_000);

    bed.look();

    assertThat(bed.files()).containsExactly("2026/03/01/2026-03-01T00-00-01.pcap");
  }

  @Test
  void shouldKeepWhatIsPinned() {
    fillDisk();
    bed.file("2026/02/26/2026-02-26T10-00-00.pcap.keep", 0);
    bed.file("2026/02/26/2026-02-26T10-00-00.pcap.json", 0);
    keepFree(100_000);

    bed.look();

    assertThat(bed.files())
        .hasSize(11)
        .contains(
            "2026/02/26/2026-02-26T10-00-00.pcap",
            "2026/02/26/2026-02-26T10-00-00.pcap.keep",
            "2026/02/26/2026-02-26T10-00-00.pcap.json")
        .doesNotContain("2026/02/26/2026-02-26T11-00-00.pcap");
  }

  @Test
  void shouldKeepWhatIsPinnedAfterItsFolderWasListed() {
    fillDisk();
    keepFree(50_000);
    bed.look();
    bed.file("2026/02/26/2026-02-26T11-00-00.pcap.keep", 0);
    bed.othersBytes = 100_000;

    bed.look();

    assertThat(bed.files())
        .contains("2026/02/26/2026-02-26T11-00-00.pcap")
        .doesNotContain("2026/02/27/2026-02-27T10-00-00.pcap");
  }

  @Test
  void shouldDeleteWhatIsNoLongerPinnedWithinTheHour() throws IOException {
    fillDisk();
    Path pin = bed.file("2026/02/26/2026-02-26T10-00-00.pcap.keep", 0);
    keepFree(50_000);
    bed.look();
    Files.delete(pin);
    bed.othersBytes = 100_000;
    bed.nowNanos += RetainBed.HOUR;
    bed.epochNanos += RetainBed.HOUR;

    bed.look();

    assertThat(bed.files())
        .doesNotContain("2026/02/26/2026-02-26T10-00-00.pcap")
        .contains("2026/02/27/2026-02-27T10-00-00.pcap");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "kept/2026/01/01/2026-01-01T00-00-00.pcap",
        "2026/kept/2026-01-01T00-00-00.pcap",
        "2026/01/01/kept/2026-01-01T00-00-00.pcap",
        "en0_current.pcap.tmp",
        "2026-01-01T00-00-00.pcap",
        "2026/01/2026-01-01T00-00-00.pcap",
        "2026/01/01/2026-01-02T00-00-00.pcap",
        "2026/01/01/en0.pcap",
        "2026/01/01/2026-01-01T00-00-00.pcapx",
        "2026/01/01/2026-01-01T00-00-00.txt",
        "2026/01/01/2026-01-01T00-00-00-copy.pcap",
        "2026/01/01/.2026-01-01T00-00-00.reserved",
        "2026/01/01/2026-01-01T00-00-00.pcap.gz/inside",
        "20260101/2026-01-01T00-00-00.pcap"
      })
  void shouldNotTouchWhatIsNoCaptureInItsPlace(String path) {
    bed.file(path, 500_000);
    bed.capture("2026-03-01T00-00-00", 500_000);
    keepFree(1_000_000);

    bed.look();

    assertThat(bed.files()).containsExactly(path);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "2026-01-01T00-00-00.pcap.gz",
        "2026-01-01T00-00-00.pcap.zst",
        "2026-01-01T00-00-00.pcapng",
        "2026-01-01T00-00-00.pcapng.zst",
        "2026-01-01T00-00-00_w3.pcap",
        "2026-01-01T00-00-00_w3_linktype101x001.pcap.gz",
        "2026-01-01T00-00-00xx1000.pcap"
      })
  void shouldKnowAllNamesThatFinishedFilesHave(String name) {
    bed.file("2026/01/01/" + name, 500_000);
    keepFree(1_000_000);

    bed.look();

    assertThat(bed.files()).isEmpty();
  }

  @Test
  void shouldNotFollowLinksNorDeleteThem() throws IOException {
    Path elsewhere = parent.resolve("elsewhere");
    Path victim = elsewhere.resolve("01/01/2025-01-01T00-00-00.pcap");
    Files.createDirectories(victim.getParent());
    Files.write(victim, new byte[100_000]);
    Files.createSymbolicLink(bed.folder.resolve("2025"), elsewhere);
    Files.createDirectories(bed.folder.resolve("2024/01"));
    Files.createSymbolicLink(bed.folder.resolve("2024/01/01"), victim.getParent());
    bed.capture("2026-03-01T00-00-00", 1_000_000);
    Path link = bed.folder.resolve("2026/03/01/2026-03-01T00-00-01.pcap");
    Files.createSymbolicLink(link, victim);
    Path sidecar = bed.folder.resolve("2026/03/01/2026-03-01T00-00-00.pcap.json");
    Files.createSymbolicLink(sidecar, victim);
    keepFree(1_000_000);

    bed.look();

    assertThat(bed.folder.resolve("2026/03/01/2026-03-01T00-00-00.pcap")).doesNotExist();
    assertThat(victim).exists();
    assertThat(link).isSymbolicLink();
    assertThat(sidecar).isSymbolicLink();
    assertThat(bed.folder.resolve("2024/01/01")).isSymbolicLink();
  }

  @Test
  void shouldLeaveACaptureWhoseDeletionWouldFreeNothing() throws IOException {
    Path capture = bed.capture("2026-03-01T00-00-00", 1_000_000);
    Files.createLink(parent.resolve("snapshot.pcap"), capture);
    keepFree(1_000_000);

    bed.look();

    assertThat(capture).exists();
  }

  @Test
  void shouldDeleteFoldersThatAreEmptyAndNoOthers() throws IOException {
    fillDisk();
    bed.file("2026/02/27/notes.txt", 0);
    Files.createDirectories(bed.folder.resolve("2025/12/31"));
    keepFree(600_000);

    bed.look();
    bed.othersBytes = 50_000; // what is left of a day is seen when the next one's turn has come
    bed.look();

    assertThat(bed.folders())
        .containsExactly("2026", "2026/02", "2026/02/27", "2026/03", "2026/03/01", "2026/03/02");
  }

  @Test
  void shouldLeaveTheFolderOfTodayWhenNothingIsLeftInIt() {
    bed.capture("2026-03-10T11-00-00", 1_000_000);
    keepFree(1_000_000);

    bed.look();

    assertThat(bed.files()).isEmpty();
    assertThat(bed.folders()).contains("2026/03/10");
  }

  @Test
  void shouldTakeFilesOfOneSecondInTheirOrder() {
    for (String end : List.of("x1000", "x010", "x002", "x001", "")) {
      bed.capture("2026-03-01T00-00-00" + end.replace("x1000", "xx1000"), 200_000);
    }
    keepFree(500_000);

    bed.look();

    assertThat(bed.files())
        .containsExactly(
            "2026/03/01/2026-03-01T00-00-00x010.pcap", "2026/03/01/2026-03-01T00-00-00xx1000.pcap");
  }

  @Test
  void shouldDeleteNoMoreWhenAnotherInstanceHasMadeRoom() throws IOException {
    fillDisk();
    keepFree(50_000);
    bed.look();
    Files.delete(bed.folder.resolve("2026/02/26/2026-02-26T11-00-00.pcap"));
    bed.othersBytes = 150_000;

    bed.look();

    assertThat(bed.files()).hasSize(8);
    bed.othersBytes = 160_000;
    bed.look();
    assertThat(bed.files()).hasSize(7);
    assertThat(bed.error()).isNull();
    assertThat(bed.keeper().deletedFiles()).isEqualTo(2);
  }

  @Test
  void shouldSayThatNothingIsLeftUntilThereIsRoom() {
    bed.othersBytes = 950_000;
    keepFree(100_000);

    bed.look();

    assertThat(bed.error()).contains("less is free than diskfree=97.7 KiB, and no file is left");
    bed.look();
    assertThat(bed.log).hasSize(1);
    bed.othersBytes = 0;
    bed.nowNanos += 10 * RetainBed.SECOND;
    bed.look();
    assertThat(bed.error()).isNull();
    assertThat(bed.log).hasSize(2).last().asString().startsWith("retention: no longer: ");
  }

  @Test
  void shouldDeleteNothingWhenNoLimitIsGiven() throws IOException {
    fillDisk();
    Files.createDirectories(bed.folder.resolve("2025/12/31"));

    bed.look();

    assertThat(bed.files()).hasSize(10);
    assertThat(bed.folders()).contains("2025/12/31");
  }

  @Test
  void shouldSayWhenTheDiskWillBeFullWhenNoLimitIsGiven() {
    bed.diskBytes = 100_000_000;
    for (int i = 0; i <= 30; i++) {
      bed.othersBytes += 20_000;
      bed.look();
    }

    assertThat(bed.log)
        .containsExactly(
            "retention: at the rate of the last minute, 9.8 KiB a second, the disk is full in 2h45m");
    assertThat(bed.keeper().fullInSeconds()).isBetween(9937.0, 9939.0);
  }

  @Test
  void shouldHoldABudgetWithWhatLiesBesideCaptures() {
    fillDisk();
    bed.file("2026/03/02/2026-03-02T11-00-00.pcap.json", 50_000);
    bed.file("2026/03/02/notes.txt", 50_000);
    bed.diskBytes = 5_000_000;
    bed.retention = Retention.none().withDiskBudget(650_000);

    bed.look();

    assertThat(bed.files()).hasSize(8).first().isEqualTo("2026/02/28/2026-02-28T10-00-00.pcap");
    bed.finish("2026-03-10T12-00-00", 100_000);
    bed.look();
    assertThat(bed.files()).hasSize(7); // the next file is to find room, too
  }

  @Test
  void shouldHoldABudgetWhenOthersAddToTheFolderAndTakeFromIt() throws IOException {
    fillDisk();
    bed.diskBytes = 5_000_000;
    bed.retention = Retention.none().withDiskBudget(950_000);
    bed.look();
    assertThat(bed.files()).hasSize(9);
    Files.delete(bed.folder.resolve("2026/02/26/2026-02-26T11-00-00.pcap"));
    bed.finish("2026-03-10T12-00-00", 10);
    bed.finish("2026-03-10T12-00-01", 100_000); // 800,000 and these, but 900,000 are known of

    bed.look();
    bed.look();

    assertThat(bed.files()).contains("2026/02/27/2026-02-27T11-00-00.pcap");
    bed.capture("2026-03-10T12-00-02", 300_000); // by another instance
    bed.nowNanos += 600 * RetainBed.SECOND;
    bed.look();
    bed.look();
    assertThat(bed.files()).doesNotContain("2026/02/27/2026-02-27T11-00-00.pcap");
    assertThat(bed.error()).isNull();
  }

  @Test
  void shouldDeleteWhatIsTooOldByItsName() {
    fillDisk();
    bed.diskBytes = 5_000_000;
    bed.retention = Retention.none().withMaxAge(Duration.ofDays(10).minusHours(1));

    bed.look(); // 2026-03-10T12:00

    assertThat(bed.files()).first().isEqualTo("2026/03/01/2026-03-01T10-00-00.pcap");
    bed.retention = Retention.none().withMaxAge(Duration.ofDays(9));
    bed.restart();
    bed.look();
    assertThat(bed.files()).first().isEqualTo("2026/03/02/2026-03-02T10-00-00.pcap");
  }

  @Test
  void shouldReadNamesInTheirTimeZone() {
    bed.capture("2026-03-10T10-30-00", 1);
    bed.zone = ZoneId.of("Asia/Tokyo"); // there it is 21:00
    bed.retention = Retention.none().withMaxAge(Duration.ofHours(12));

    bed.look();

    assertThat(bed.files()).hasSize(1);
    bed.retention = Retention.none().withMaxAge(Duration.ofHours(10));
    bed.restart();
    bed.look();
    assertThat(bed.files()).isEmpty();
  }

  @Test
  void shouldNotDeleteForItsAgeWhatAWrongClockMakesLookOld() {
    fillDisk();
    bed.diskBytes = 5_000_000;
    bed.retention = Retention.none().withMaxAge(Duration.ofDays(30));
    bed.look();
    bed.epochNanos = Instant.parse("2036-01-01T00:00:00Z").getEpochSecond() * RetainBed.SECOND;

    bed.look();

    assertThat(bed.files()).hasSize(10);
    assertThat(bed.log).hasSize(1).first().asString().contains("the clock was set forward");
    bed.epochNanos = Instant.parse("2026-03-10T13:00:00Z").getEpochSecond() * RetainBed.SECOND;
    bed.look();
    bed.nowNanos += 2 * RetainBed.HOUR;
    bed.epochNanos += 2 * RetainBed.HOUR;
    bed.look();
    assertThat(bed.files()).hasSize(10);
  }

  @Test
  void shouldTellTheTimeOfTheOldestFileThatIsNotPinned() {
    fillDisk();
    bed.file("2026/02/26/2026-02-26T10-00-00.pcap.keep", 0);

    bed.look();

    assertThat(bed.keeper().oldestSeconds())
        .isEqualTo(Instant.parse("2026-02-26T11:00:00Z").getEpochSecond());
  }

  @Test
  void shouldSeeFilesThatAreFinishedWithAnEarlierName() {
    fillDisk();
    keepFree(50_000);
    bed.look();
    bed.finish("2026-02-25T00-00-00", 100_000); // a leftover was repaired

    bed.look();

    assertThat(bed.files()).doesNotContain("2026/02/25/2026-02-25T00-00-00.pcap");
  }

  @Test
  void shouldWaitUntilTheDiskShowsWhatWasDeleted() {
    fillDisk();
    bed.diskBytes = 1_100_000;
    keepFree(100_000);
    bed.finish("2026-03-10T12-00-00", 100_000);
    bed.look();
    assertThat(bed.keeper().waitNanos()).isLessThan(RetentionPlan.LOOK_NANOS);
    bed.finish("2026-03-10T12-00-01", 100_000);
    bed.lateBytes = 200_000; // a file system that frees blocks when it has time

    bed.look();

    assertThat(bed.keeper().waitNanos()).isEqualTo(RetentionPlan.LOOK_NANOS);
  }
}
