package org.gotm.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Arrays;
import org.gotm.core.capture.Counter;
import org.gotm.store.api.Compression;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What others have put into an output folder that they may write to: it is never touched. */
@Timeout(60)
class PlantedLinkTest {
  @TempDir Path parent;
  private Path out;
  private Path elsewhere;

  @BeforeAll
  static void requireTools() {
    Tool.require("tcpdump");
  }

  @BeforeEach
  void makeFolders() throws IOException {
    out = Files.createDirectory(parent.resolve("out"));
    elsewhere = Files.createDirectory(parent.resolve("elsewhere"));
  }

  /** A capture whose last record is cut off. */
  private byte[] torn(Compression compression) throws IOException {
    try (Rig rig = new Rig(parent.resolve("made")).compression(compression).open()) {
      TestWorker worker = rig.expectedWorker(0);
      worker.sendMany(400, Rig.START, 1000);
      worker.flush();
      rig.recording.finish();
      byte[] whole = Files.readAllBytes(Tool.finished(rig.folder).getFirst());
      return Arrays.copyOf(whole, whole.length * 3 / 4);
    }
  }

  private LogLines record() {
    try (Rig rig = new Rig(out).open()) {
      TestWorker worker = rig.expectedWorker(0);
      worker.sendMany(10, Rig.START + 86400 * Rig.SECOND, 500);
      worker.flush();
      rig.clock.addAndGet(86400 * Rig.SECOND);
      rig.recording.finish();
      assertThat(worker.ledger.get(Counter.WRITTEN)).isEqualTo(10);
      assertThat(rig.recording.error()).isNull();
      assertThat(Tool.finished(out)).filteredOn(file -> Tool.count(file) == 10).hasSize(1);
      return rig.log;
    }
  }

  @Test
  void shouldNotWriteThroughALinkThatHasTheNameOfTheLock() throws IOException {
    Path victim = Files.writeString(elsewhere.resolve("victim"), "not a process id");
    Files.createSymbolicLink(out.resolve(".gotm.lock"), victim);

    LogLines log = record();

    assertThat(victim).hasContent("not a process id");
    assertThat(log.count(".gotm.lock is a symbolic link: it is left alone")).isEqualTo(1);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "en0_current.pcap.tmp",
        "en1_current.pcap.tmp",
        "en0_current.pcap.tmp.leftover",
        "en1_w2_current.pcap.tmp.leftover-3"
      })
  void shouldNotCutACaptureElsewhereThatALeftoverIsALinkTo(String name) throws IOException {
    byte[] torn = torn(new Compression.None());
    Path victim = Files.write(elsewhere.resolve("victim.pcap"), torn);
    Files.createSymbolicLink(out.resolve(name), victim);

    LogLines log = record();

    assertThat(victim).hasBinaryContent(torn);
    assertThat(log.count("is a symbolic link: it is left alone")).isPositive();
  }

  @Test
  void shouldNotCutACaptureThatHasAnotherNameElsewhere() throws IOException {
    byte[] torn = torn(new Compression.None());
    Path victim = Files.write(elsewhere.resolve("victim.pcap"), torn);
    Files.createLink(out.resolve("en1_current.pcap.tmp"), victim);

    LogLines log = record();

    assertThat(victim).hasBinaryContent(torn);
    assertThat(out.resolve("en1_current.pcap.tmp")).exists();
    assertThat(log.count("(a hard link): it is left alone")).isEqualTo(1);
  }

  @Test
  @Tag("live")
  void shouldLeaveALeftoverOfAnotherUserAlone() throws IOException {
    Tool.requireRoot("giving a file to another user needs root");
    byte[] torn = torn(new Compression.None());
    Path theirs = Files.write(out.resolve("en1_current.pcap.tmp"), torn);
    Tool.run("chown 12345 \"$1\"", theirs);

    LogLines log = record();

    assertThat(theirs).hasBinaryContent(torn);
    assertThat(log.count("en1_current.pcap.tmp has the name of a leftover but belongs to another"))
        .isEqualTo(1);
  }

  @Test
  void shouldRepairBesideALinkThatHasTheNameOfTheRepairedFile() throws IOException {
    Path victim = Files.writeString(elsewhere.resolve("victim"), "untouched");
    Files.write(out.resolve("en0_current.pcap.tmp.gz.leftover"), torn(Compression.gzip()));
    Path link = out.resolve("en0_current.pcap.tmp.gz.leftover.repair");
    Files.createSymbolicLink(link, victim);

    LogLines log = record();

    assertThat(victim).hasContent("untouched");
    assertThat(link).isSymbolicLink();
    assertThat(log.count("is a symbolic link: it is left alone")).isEqualTo(1);
    assertThat(Tool.finished(out)).hasSize(2);
  }

  @ParameterizedTest
  @ValueSource(strings = {"2017", "2017/08", "2017/08/30"})
  void shouldNotMoveAFileThroughALinkThatHasTheNameOfADayFolder(String name) throws IOException {
    Path link = out.resolve(name);
    Files.createDirectories(link.getParent());
    Files.createSymbolicLink(link, elsewhere);
    Files.createDirectories(elsewhere.resolve("08/30"));
    Files.createDirectories(elsewhere.resolve("30"));
    try (Rig rig = new Rig(out).open()) {
      TestWorker worker = rig.expectedWorker(0);
      worker.sendMany(10, Rig.START, 500);
      worker.flush();
      rig.clock.addAndGet(86400 * Rig.SECOND);
      rig.recording.rotate();
      rig.log.await("cannot move en0_current.pcap.tmp: ", 1);
      assertThat(rig.recording.error()).contains("is no folder but a link");
      Files.delete(link);
      rig.recording.finish();

      assertThat(worker.ledger.written()).isEqualTo(10);
      assertThat(rig.recording.error()).isNull();
    }
    assertThat(Tool.files(elsewhere, ".*pcap.*")).isEmpty();
    assertThat(Tool.finished(out).stream().mapToInt(Tool::count).sum()).isEqualTo(10);
  }

  @Test
  void shouldWriteToAnOutputFolderThatIsALink() throws IOException {
    Path link = Files.createSymbolicLink(parent.resolve("link"), out);
    try (Rig rig = new Rig(link).open()) {
      rig.expectedWorker(0);
      rig.recording.finish();
    }
    assertThat(Tool.finished(out)).hasSize(1);
    assertThat(Files.exists(out.resolve(".gotm.lock"), LinkOption.NOFOLLOW_LINKS)).isTrue();
  }
}
