package org.gotm.store.retain;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** One pass over several folders. */
class CleanupTest {
  private static final long NOW = Instant.parse("2026-03-10T12:00:00Z").getEpochSecond();

  @TempDir Path parent;
  private final List<String> lines = new ArrayList<>();
  private final List<String> problems = new ArrayList<>();
  private RetainBed one;
  private RetainBed two;

  @BeforeEach
  void makeFolders() throws IOException {
    one = new RetainBed(Files.createDirectory(parent.resolve("one")));
    two = new RetainBed(Files.createDirectory(parent.resolve("two")));
    for (int day = 1; day <= 4; day++) {
      one.capture("2026-03-0%dT00-00-00".formatted(day), 1000);
      two.capture("2026-03-0%dT12-00-00".formatted(day), 1000);
    }
  }

  private boolean clean(Retention retention, boolean dry) throws IOException {
    Cleanup cleanup =
        new Cleanup(
            new Cleanup.Options(retention, ZoneOffset.UTC, dry, () -> NOW * RetainBed.SECOND),
            lines::add,
            problems::add);
    boolean done = cleanup.run(List.of(one.folder, two.folder));
    lines.add(cleanup.total());
    return done;
  }

  @Test
  void shouldDeleteWhatIsTooOldInTheOrderOfTime() throws IOException {
    assertThat(clean(Retention.none().withMaxAge(Duration.ofDays(8)), false)).isTrue();

    assertThat(lines)
        .containsExactly(
            "maxage 1000 " + one.folder + "/2026/03/01/2026-03-01T00-00-00.pcap",
            "maxage 1000 " + two.folder + "/2026/03/01/2026-03-01T12-00-00.pcap",
            "maxage 1000 " + one.folder + "/2026/03/02/2026-03-02T00-00-00.pcap",
            "deleted 3 files, 3000 bytes (2.9 KiB)");
    assertThat(one.folders()).containsExactly("2026", "2026/03", "2026/03/03", "2026/03/04");
    assertThat(two.files()).hasSize(3);
  }

  @Test
  void shouldHoldTheBudgetOfEachFolder() throws IOException {
    one.file("2026/03/04/2026-03-04T00-00-00.pcap.json", 500);

    assertThat(clean(Retention.none().withDiskBudget(2500), false)).isTrue();

    assertThat(one.files())
        .containsExactly(
            "2026/03/03/2026-03-03T00-00-00.pcap",
            "2026/03/04/2026-03-04T00-00-00.pcap",
            "2026/03/04/2026-03-04T00-00-00.pcap.json");
    assertThat(two.files()).hasSize(2);
  }

  @ParameterizedTest
  @ValueSource(longs = {2500, 1})
  void shouldChangeNothingWhenDry(long budget) throws IOException {
    clean(Retention.none().withDiskBudget(budget).withMaxAge(Duration.ofDays(8)), true);
    List<String> foretold = List.copyOf(lines.subList(0, lines.size() - 1));
    assertThat(lines.getLast()).startsWith("would delete " + foretold.size() + " files");
    assertThat(one.files()).hasSize(4);
    assertThat(two.files()).hasSize(4);
    assertThat(one.folders()).hasSize(6);
    lines.clear();

    clean(Retention.none().withDiskBudget(budget).withMaxAge(Duration.ofDays(8)), false);

    assertThat(lines.subList(0, lines.size() - 1)).isEqualTo(foretold);
    assertThat(lines.getLast()).startsWith("deleted " + foretold.size() + " files");
  }

  @Test
  void shouldDeleteTheOldestOfAllFoldersUntilEnoughIsFree() throws IOException {
    long all = Disk.of(one.folder).space().sizeBytes();

    boolean done = clean(Retention.none().withDiskFree(new DiskFree.Bytes(all)), false);

    assertThat(done).isFalse();
    assertThat(problems)
        .singleElement()
        .asString()
        .startsWith("write=" + one.folder + ": less is free than diskfree=");
    assertThat(lines.getFirst()).startsWith("diskfree 1000 ").endsWith("03-01T00-00-00.pcap");
    assertThat(lines.get(1)).endsWith("03-01T12-00-00.pcap");
    assertThat(lines).hasSize(9);
    assertThat(one.files()).isEmpty();
    assertThat(one.folders()).isEmpty();
  }

  @Test
  void shouldSayThatABudgetCannotBeKeptWhenFilesArePinned() throws IOException {
    one.file("2026/03/04/2026-03-04T00-00-00.pcap.keep", 0);

    assertThat(clean(Retention.none().withDiskBudget(500), false)).isFalse();

    assertThat(one.files()).hasSize(2);
    assertThat(problems)
        .containsExactly(
            "write=%s: files take more than diskbudget=500 bytes, and none is left that may be deleted"
                .formatted(one.folder));
  }
}
