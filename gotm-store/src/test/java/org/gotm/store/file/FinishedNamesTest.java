package org.gotm.store.file;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import org.gotm.store.api.Compression;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whether finished names sort in the order in which the files were made. */
class FinishedNamesTest {
  private static final ZoneId BERLIN = ZoneId.of("Europe/Berlin");

  /** 2026-10-25 02:50 in Berlin, ten minutes before the clock goes back. */
  private static final Instant BEFORE_THE_END_OF_SUMMER_TIME =
      Instant.parse("2026-10-25T00:50:00Z");

  @TempDir Path folder;

  private Path finish(FinishedNames names, String series, Instant time, boolean inOrder)
      throws IOException {
    Path file = Files.writeString(folder.resolve("en0" + series + "_current.pcap.tmp"), "");
    return names.moveIntoPlace(
        file, series, time.getEpochSecond() * 1_000_000_000, ".pcap", inOrder);
  }

  private static void assertSorted(List<String> names) {
    assertThat(names).doesNotHaveDuplicates().isSortedAccordingTo(Comparator.naturalOrder());
    assertThat(names)
        .as("in a locale that ignores punctuation")
        .isSortedAccordingTo(Comparator.comparing(FinishedNamesTest::lettersAndDigits));
  }

  private static String lettersAndDigits(String name) {
    return name.replaceAll("[^a-zA-Z0-9]", "");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "_w3", "_linktype101"})
  void shouldSortWhenManyFilesAreOfOneSecond(String series) throws IOException {
    FinishedNames names = new FinishedNames(folder, BERLIN);
    List<String> made = new ArrayList<>();
    for (int i = 0; i < 1100; i++) {
      made.add(finish(names, series, BEFORE_THE_END_OF_SUMMER_TIME, true).getFileName().toString());
    }
    assertThat(made.getFirst()).isEqualTo("2026-10-25T02-50-00" + series + ".pcap");
    assertThat(made.get(10)).isEqualTo("2026-10-25T02-50-00" + series + "x010.pcap");
    made.add(
        finish(names, series, BEFORE_THE_END_OF_SUMMER_TIME.plusSeconds(1), true)
            .getFileName()
            .toString());
    assertSorted(made);
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void shouldSortWhenAnHourComesTwice(boolean restarts) throws IOException {
    FinishedNames names = new FinishedNames(folder, BERLIN);
    List<String> made = new ArrayList<>();
    for (int minutes = 0; minutes <= 90; minutes += 5) {
      if (restarts) {
        names = new FinishedNames(folder, BERLIN);
      }
      Instant time = BEFORE_THE_END_OF_SUMMER_TIME.plusSeconds(60L * minutes);
      made.add(finish(names, "", time, true).getFileName().toString());
    }
    assertThat(made)
        .startsWith("2026-10-25T02-50-00.pcap", "2026-10-25T02-55-00.pcap")
        .contains("2026-10-25T02-55-00x001.pcap")
        .endsWith("2026-10-25T03-15-00.pcap", "2026-10-25T03-20-00.pcap");
    assertSorted(made);
  }

  @Test
  void shouldNameByTheTimeAloneWhenOrderIsNotAskedFor() throws IOException {
    FinishedNames names = new FinishedNames(folder, BERLIN);
    finish(names, "", BEFORE_THE_END_OF_SUMMER_TIME, true);
    Path earlier = finish(names, "", BEFORE_THE_END_OF_SUMMER_TIME.minusSeconds(600), false);
    assertThat(earlier.getFileName()).hasToString("2026-10-25T02-40-00.pcap");
  }

  /** The folder of a day is deleted when it is empty, and it may have been made just then. */
  @Test
  void shouldMakeAFolderAgainThatIsDeletedBeforeTheFileIsInIt() throws Exception {
    for (int i = 0; i < 20; i++) {
      Instant time = BEFORE_THE_END_OF_SUMMER_TIME.plusSeconds(86_400L * i);
      Path day = folder.resolve(time.atZone(BERLIN).toLocalDate().toString().replace('-', '/'));
      Thread remover = Thread.ofPlatform().start(() -> deleteOnceItIsThere(day));

      Path file = finish(new FinishedNames(folder, BERLIN), "", time, true);

      assertThat(file).exists();
      remover.interrupt();
      remover.join();
    }
  }

  private static void deleteOnceItIsThere(Path day) {
    while (!Thread.currentThread().isInterrupted()) {
      if (Files.exists(day)) {
        boolean _ = day.toFile().delete(); // it may have a file in it by now
        return;
      }
    }
  }

  @Test
  void shouldLeaveNothingElseInTheFolder() throws IOException {
    FinishedNames names = new FinishedNames(folder, BERLIN);
    Path first = finish(names, "", BEFORE_THE_END_OF_SUMMER_TIME, true);
    Path second = finish(names, "", BEFORE_THE_END_OF_SUMMER_TIME, true);
    try (var all = Files.list(first.getParent())) {
      assertThat(all).containsExactlyInAnyOrder(first, second);
    }
  }

  @Test
  void shouldKeepLongNamesApartAndShortEnoughForAFile() {
    List<String> bases = new ArrayList<>();
    for (String last : List.of("a", "b")) {
      for (String unit : List.of("interface,", "schnittstelle-\u00fc,", "\ud83d\ude00")) {
        bases.add(FileNames.base(String.join("", Collections.nCopies(40, unit)) + last));
      }
    }
    assertThat(bases)
        .doesNotHaveDuplicates()
        .allSatisfy(
            base -> {
              FileNames names = new FileNames(folder, base, ".pcap", Compression.zstd());
              Path current = names.current("_w1023_linktype65535");
              Path damaged =
                  FileNames.beside(FileNames.beside(current, ".leftover-999"), ".damaged-999");
              assertThat(damaged.getFileName().toString().getBytes(StandardCharsets.UTF_8).length)
                  .isLessThanOrEqualTo(255);
            });
  }
}
