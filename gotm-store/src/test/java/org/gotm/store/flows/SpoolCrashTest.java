package org.gotm.store.flows;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a crash left in the folder, and what others put there. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class SpoolCrashTest {
  private static final String CURRENT = "2026-11-28T12-00-00Z_eth0.flows.tmp";

  @TempDir Path output;
  private Path folder;

  @BeforeEach
  void nameFolder() throws IOException {
    folder = Files.createDirectories(SpoolNames.folder(output));
  }

  /** A recorder writes a record of each flow, and ends as if it was killed. */
  private Path crash(int... flows) throws IOException {
    try (FlowBed bed = new FlowBed(output, "eth0")) {
      for (int flow : flows) {
        bed.send(flow);
        bed.endFlows();
      }
      bed.awaitWritten();
    }
    List<Path> left = SpoolNames.spools(folder);
    assertThat(left).hasSize(1);
    return left.getFirst();
  }

  @Test
  void shouldMendAFileWithATornRecord() throws IOException {
    Path left = crash(5, 6);
    Files.write(left, new byte[100], StandardOpenOption.APPEND);
    assertThat(FlowBed.ends(FlowBed.lines(output, "")))
        .as("before it is mended, too")
        .containsExactly("10.0.0.5 idle", "10.0.0.6 idle");
    try (FlowBed bed = new FlowBed(output, "eth0")) {
      bed.send(7);
      bed.endFlows();
      bed.awaitWritten();
      assertThat(bed.log).contains("flows: mended " + SpoolNames.finished(left));
      assertThat(left).doesNotExist();
      assertThat(FlowBed.ends(FlowBed.lines(output, "")))
          .containsExactlyInAnyOrder("10.0.0.5 idle", "10.0.0.6 idle", "10.0.0.7 idle");
    }
  }

  /** The file got longer, and what was written never came to the disk. */
  @Test
  void shouldPassOverPlacesThatTheDiskNeverGot() throws IOException {
    Path left = crash(5);
    Files.write(left, new byte[192 * 3], StandardOpenOption.APPEND);
    new FlowBed(output, "eth0").close();

    assertThat(FlowBed.ends(FlowBed.lines(output, ""))).containsExactly("10.0.0.5 idle");
  }

  @Test
  void shouldPutAsideWhatIsNoFileOfRecords() throws IOException {
    Files.writeString(folder.resolve(CURRENT), "GOTMFLW1 and no more");
    try (FlowBed bed = new FlowBed(output, "eth0")) {
      assertThat(bed.log).anyMatch(line -> line.endsWith("; put aside"));
      assertThat(folder.resolve(CURRENT)).doesNotExist();
      assertThat(folder.resolve(CURRENT + ".damaged")).exists();
      assertThat(FlowBed.lines(output, "")).isEmpty();
    }
  }

  @Test
  void shouldLeaveFilesOfOtherRecordersAlone() throws IOException {
    Path others = folder.resolve("2026-11-28T12-00-00Z_eth1.flows.tmp");
    Path like = folder.resolve("2026-11-28T12-00-00Z_eth0-eth1.flows.tmp");
    Files.writeString(others, "x");
    Files.writeString(like, "x");
    new FlowBed(output, "eth0").close();

    assertThat(others).exists();
    assertThat(like).exists();
  }

  @Test
  void shouldFollowNoLinks() throws IOException {
    Path secret = Files.writeString(output.resolve("secret"), "precious");
    Path link = Files.createSymbolicLink(folder.resolve(CURRENT), secret);
    Path live = Files.createSymbolicLink(folder.resolve("eth0.live"), secret);
    Path liveToBe = Files.createSymbolicLink(folder.resolve("eth0.live.tmp"), secret);
    try (FlowBed bed = new FlowBed(output, "eth0")) {
      bed.send(5);
      Thread asker = Thread.ofVirtual().start(() -> bed.spool().showIn(folder));
      while (asker.isAlive()) {
        bed.expire();
      }
      assertThat(Files.isRegularFile(live, LinkOption.NOFOLLOW_LINKS)).isTrue();
    }
    assertThat(secret).hasContent("precious");
    assertThat(link).isSymbolicLink();
    assertThat(liveToBe).doesNotExist();
    List<String> notes = new ArrayList<>();
    FlowBed.lines(output, "", unused -> List.of(), notes);
    assertThat(notes).hasSize(1).allMatch(note -> note.contains(CURRENT));
  }

  /**
   * A folder is where flows that go on are to be written: records of those that end are not hurt.
   */
  @Test
  void shouldGoOnWhenFlowsThatGoOnCannotBeShown() throws IOException {
    try (FlowBed bed = new FlowBed(output, "eth0")) {
      Files.createDirectories(folder.resolve("eth0.live.tmp/full"));
      bed.send(5);
      Thread asker = Thread.ofVirtual().start(() -> bed.spool().showIn(folder));
      while (asker.isAlive()) {
        bed.expire();
      }
      bed.endFlows();
      bed.awaitWritten();
      FlowBed.await(() -> bed.spool().error() == null);

      assertThat(FlowBed.ends(FlowBed.lines(output, ""))).containsExactly("10.0.0.5 idle");
    }
  }
}
