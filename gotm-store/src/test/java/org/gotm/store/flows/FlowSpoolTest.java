package org.gotm.store.flows;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.gotm.store.api.RecordingException;
import org.gotm.store.file.Doorbell;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Records of flows on their way from the table to files, and who finds them there. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class FlowSpoolTest {
  private static final Duration HOUR = Duration.ofHours(1);
  private static final FileTime LONG_AGO = FileTime.from(Instant.parse("1999-12-31T00:00:00Z"));

  @TempDir Path output;
  private Path folder;

  @BeforeEach
  void nameFolder() {
    folder = SpoolNames.folder(output);
  }

  /** Names of all files, without their seconds, which depend on when the thread looks. */
  private List<String> files() throws IOException {
    return paths().stream()
        .map(file -> file.getFileName().toString().replaceAll("-[0-9]{2}Z", "-S"))
        .toList();
  }

  private List<Path> paths() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.sorted().toList();
    }
  }

  private static void endOne(FlowBed bed, int flow) {
    bed.send(flow);
    bed.endFlows();
    bed.awaitWritten();
  }

  /** Whoever removes them loses what was in there, and no more. */
  @Test
  void shouldGoOnWhenSomebodyRemovesItsFiles() throws IOException {
    try (FlowBed bed = new FlowBed(output, "eth0")) {
      endOne(bed, 5);
      for (Path file : paths()) {
        Files.delete(file);
      }
      FlowBed.await(() -> bed.spool().error() != null);
      assertThat(bed.spool().error()).contains("_eth0.flows.tmp was removed");
      Files.delete(folder);
      FlowBed.await(
          () -> {
            endOne(bed, 6);
            return bed.spool().error() == null;
          });

      assertThat(FlowBed.ends(FlowBed.lines(output, ""))).containsOnly("10.0.0.6 idle");
      assertThat(bed.log)
          .anyMatch(line -> line.contains("was removed"))
          .endsWith("flows: records are written again");
    }
  }

  @Test
  void shouldFindFlowsWhileTheirFileIsWrittenAndAfterwards() throws IOException {
    try (FlowBed bed = new FlowBed(output, "eth0")) {
      endOne(bed, 5);
      assertThat(files()).containsExactly("2026-11-28T13-00-S_eth0.flows.tmp", "eth0.sock");
      String line = FlowBed.lines(output, "").getFirst();
      assertThat(line)
          .isEqualTo(
              "start=2026-11-28T13:00:00.000000000Z duration=0.000000s proto=UDP src=10.0.0.5"
                  + " sport=1000 dst=11.0.0.1 dport=53 packets=1/0 bytes=50/0 kept=1/0 class=rest"
                  + " end=idle interface=eth0 community-id=1:"
                  + line.replaceAll(".*=1:", ""));
      bed.spool().finish();

      assertThat(FlowBed.lines(output, "")).containsExactly(line);
    }
    assertThat(files()).containsExactly("2026-11-28T13-00-S_eth0.flows");
  }

  @Test
  void shouldBeginAFileWithEachHour() throws IOException {
    try (FlowBed bed = new FlowBed(output, "eth0")) {
      endOne(bed, 5);
      bed.pass(HOUR);
      endOne(bed, 6);
      bed.spool().finish();

      assertThat(files())
          .containsExactly(
              "2026-11-28T13-00-S_eth0.flows", "2026-11-28T14-00-S_eth0.flows", "eth0.sock");
      assertThat(FlowBed.ends(FlowBed.lines(output, "")))
          .containsExactly("10.0.0.5 idle", "10.0.0.6 idle");
    }
  }

  @Test
  void shouldCallClassesWhatTheyWereCalledThen() throws IOException {
    try (FlowBed bed = new FlowBed(output, "eth0")) {
      endOne(bed, 5);
      bed.header = new SpoolHeader(List.of("eth0"), List.of("all"));
      endOne(bed, 6);

      assertThat(FlowBed.lines(output, "host 10.0.0.5").getFirst()).contains(" class=rest ");
      assertThat(FlowBed.lines(output, "host 10.0.0.6").getFirst()).contains(" class=all ");
    }
  }

  @Test
  void shouldDeleteFilesThatAreTooOldAndNoOthers() throws IOException {
    Path other = Files.createDirectories(folder).resolve("notes.txt");
    Files.writeString(other, "keep");
    try (FlowBed bed = new FlowBed(output, "eth0", 64, Duration.ofDays(20 * 365))) {
      endOne(bed, 5);
      bed.pass(HOUR);
      endOne(bed, 6);
      Path old = paths().getFirst();
      assertThat(old.toString()).endsWith("Z_eth0.flows");
      Files.setLastModifiedTime(old, LONG_AGO);
      Files.setLastModifiedTime(other, LONG_AGO);
      bed.pass(HOUR);
      FlowBed.await(() -> Files.notExists(old));
      FlowBed.await(() -> bed.log.contains("flows: deleted 1 files older than flowsage"));
      endOne(bed, 7);

      assertThat(other).exists();
      assertThat(FlowBed.ends(FlowBed.lines(output, "")))
          .containsExactly("10.0.0.6 idle", "10.0.0.7 idle");
    }
  }

  private static List<String> show(FlowBed bed, Path output) throws IOException {
    List<String> notes = new ArrayList<>();
    CompletableFuture<List<String>> answer =
        CompletableFuture.supplyAsync(
            () -> {
              try {
                return FlowBed.lines(output, "", bed.spool()::showIn, notes);
              } catch (IOException e) {
                throw new AssertionError(e);
              }
            });
    while (!answer.isDone()) {
      bed.expire();
    }
    assertThat(notes).isEmpty();
    return FlowBed.ends(answer.join());
  }

  /** A small table is shown before the spool's thread looks again. */
  @Test
  void shouldShowFlowsThatGoOnEachTimeItIsAsked() throws IOException {
    try (FlowBed bed = new FlowBed(output, "eth0")) {
      endOne(bed, 5);
      for (int flow = 6; flow < 9; flow++) {
        bed.send(flow);
        List<String> expected = new ArrayList<>(List.of("10.0.0.5 idle"));
        for (int live = 6; live <= flow; live++) {
          expected.add("10.0.0.%d none".formatted(live));
        }
        assertThat(show(bed, output)).containsExactlyInAnyOrderElementsOf(expected);
      }
      assertThat(bed.spool().error()).isNull();
    }
  }

  @Test
  void shouldAnswerWhenAllFlowsHaveEnded() throws IOException {
    try (FlowBed bed = new FlowBed(output, "eth0")) {
      bed.send(5);
      bed.end();
      assertThat(FlowBed.ends(FlowBed.lines(output, "", bed.spool()::showIn, new ArrayList<>())))
          .containsExactly("10.0.0.5 stop");
      bed.spool().finish();
      assertThat(bed.spool().error()).isNull();
      assertThat(FlowBed.ends(FlowBed.lines(output, ""))).containsExactly("10.0.0.5 stop");
    }
  }

  /**
   * The capture thread does not answer: what there is without it is told, and that it is missing.
   */
  @Test
  void shouldSayThatFlowsAreMissingWhenTheTableDoesNotAnswer() throws IOException {
    try (FlowBed bed = new FlowBed(output, "eth0")) {
      endOne(bed, 5);
      bed.send(6);
      assertThat(FlowBed.ends(FlowBed.lines(output, "", bed.spool()::showIn, new ArrayList<>())))
          .containsExactly("10.0.0.5 idle");
      assertThat(bed.log).anyMatch(line -> line.contains("missing in an answer"));

      assertThat(show(bed, output)).containsExactly("10.0.0.5 idle", "10.0.0.6 none");
    }
  }

  /** Two recorders, one folder: another process rings at both. */
  @Test
  void shouldShowTheFlowsOfAllRecordersOfAFolder() throws IOException {
    try (FlowBed one = new FlowBed(output, "eth0");
        FlowBed two = new FlowBed(output, "eth1")) {
      endOne(one, 5);
      endOne(two, 6);
      one.send(7);
      two.send(8);
      CompletableFuture<List<String>> answer = CompletableFuture.supplyAsync(() -> ring(output));
      while (!answer.isDone()) {
        one.expire();
        two.expire();
      }
      assertThat(answer.join())
          .containsExactlyInAnyOrder(
              "10.0.0.5 idle", "10.0.0.6 idle", "10.0.0.7 none", "10.0.0.8 none");
    }
  }

  private static List<String> ring(Path output) {
    List<String> notes = new ArrayList<>();
    FlowSearch.Show bells =
        folder ->
            Doorbell.ringAll(folder, "*.sock", notes::add).stream().map(SpoolNames::live).toList();
    try {
      List<String> lines = FlowBed.lines(output, "", bells, notes);
      assertThat(notes).isEmpty();
      return FlowBed.ends(lines);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void shouldNotStartWhereItCannotWrite() throws IOException {
    Files.writeString(folder, "a file");
    assertThatThrownBy(() -> new FlowBed(output, "eth0"))
        .isInstanceOf(RecordingException.class)
        .hasMessageStartingWith("flows=true: " + folder + " cannot be written to: ");
  }
}
