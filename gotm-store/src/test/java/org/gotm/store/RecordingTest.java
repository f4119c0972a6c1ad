package org.gotm.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.ZoneId;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.gotm.core.capture.Counter;
import org.gotm.core.packet.LinkType;
import org.gotm.core.pcapfile.TimestampPrecision;
import org.gotm.store.api.Compression;
import org.gotm.store.api.RecordingException;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What ends up in files, and how they are called. */
class RecordingTest {
  @TempDir Path folder;

  static List<Compression> compressions() {
    return List.of(
        new Compression.None(),
        new Compression.Gzip(1),
        new Compression.Gzip(6),
        new Compression.Zstd(1),
        new Compression.Zstd(19));
  }

  @BeforeAll
  static void requireTools() {
    Tool.require("tcpdump", "capinfos", "gzip", "zstd");
  }

  private static void assertAllThere(List<Tool.Packet> packets, TestWorker worker) {
    assertThat(packets)
        .extracting(Tool.Packet::number)
        .containsExactlyElementsOf(IntStream.range(0, worker.sent()).boxed().toList());
  }

  @ParameterizedTest
  @MethodSource("compressions")
  void shouldWriteEveryPacketOnceWhenChunksFillAndStop(Compression compression) {
    try (Rig rig = new Rig(folder).compression(compression).open()) {
      TestWorker worker = rig.expectedWorker(0);
      worker.sendMany(3000, Rig.START, 1400);
      worker.flush();
      rig.recording.finish();

      Path file = Tool.finished(folder).getFirst();
      Tool.check(file);
      List<Tool.Packet> packets = Tool.packets(file);
      assertAllThere(packets, worker);
      assertThat(packets).allMatch(p -> p.length() == 1400);
      assertThat(packets).allMatch(p -> p.timestampNanos() == Rig.START + p.number() * 1000L);
      assertThat(worker.ledger.get(Counter.WRITTEN)).isEqualTo(3000);
      assertThat(worker.ledger.isBalanced()).isTrue();
      assertThat(rig.pool.inUse()).isZero();
    }
  }

  @ParameterizedTest
  @MethodSource("compressions")
  void shouldNameFilesAsTheOriginalWhenStopped(Compression compression) {
    try (Rig rig = new Rig(folder).compression(compression).open()) {
      String end = compression.extension();
      rig.expectedWorker(0);
      assertThat(rig.path("en0_current.pcap.tmp" + end)).exists();
      rig.clock.addAndGet(60 * Rig.SECOND);
      rig.recording.finish();

      Path finished = rig.path("2017/08/29/2017-08-29T17-46-58.pcap" + end);
      assertThat(Tool.finished(folder)).containsExactly(finished);
      assertThat(rig.log.lines())
          .containsExactly(
              "Opening new pcap file en0_current.pcap.tmp" + end,
              "moved en0_current.pcap.tmp%s to %s".formatted(end, finished));
      Tool.check(finished);
      assertThat(Tool.count(finished)).isZero();
    }
  }

  @Test
  void shouldShowPathsAsTheUserGaveThemWhenTheFolderIsRelative() throws IOException {
    Path relative = Path.of("").toAbsolutePath().relativize(folder.toRealPath().resolve("out"));
    try (Rig rig = new Rig(relative).open()) {
      rig.expectedWorker(0);
      rig.recording.finish();
      assertThat(rig.log.lines())
          .contains(
              "moved en0_current.pcap.tmp to " + relative + "/2017/08/29/2017-08-29T17-45-58.pcap");
    }
  }

  @Test
  void shouldWriteMicrosecondsWhenAsked() {
    try (Rig rig = new Rig(folder).precision(TimestampPrecision.MICRO).open()) {
      TestWorker worker = rig.expectedWorker(0);
      worker.send(Rig.START + 1_234_567, 100);
      worker.flush();
      rig.recording.finish();

      Path file = Tool.finished(folder).getFirst();
      assertThat(Tool.run("capinfos \"$1\"", file)).contains("microsecond");
      assertThat(Tool.packets(file))
          .containsExactly(new Tool.Packet(Rig.START + 1_234_000, 0, 0, 100));
    }
  }

  @Test
  void shouldUseLocalTimeForNamesWhenAZoneIsGiven() {
    try (Rig rig = new Rig(folder).zone(ZoneId.of("Asia/Tokyo")).open()) {
      rig.expectedWorker(0);
      rig.recording.finish();
      assertThat(rig.path("2017/08/30/2017-08-30T02-45-58.pcap")).exists();
    }
  }

  @Test
  void shouldNameByTheLastPacketWhenTrafficIsRecorded() {
    try (Rig rig = new Rig(folder).byPacketTime().open()) {
      TestWorker worker = rig.expectedWorker(0);
      worker.send(Rig.START - 86400 * Rig.SECOND, 100);
      worker.send(Rig.START - 86000 * Rig.SECOND, 100);
      worker.flush();
      rig.recording.finish();
      assertThat(rig.path("2017/08/28/2017-08-28T17-52-38.pcap")).exists();
    }
  }

  @Test
  void shouldNeverOverwriteWhenANameIsTaken() throws IOException {
    Files.createDirectories(folder.resolve("2017/08/29"));
    Path taken = Files.writeString(folder.resolve("2017/08/29/2017-08-29T17-45-58.pcap"), "mine");
    Files.writeString(folder.resolve("2017/08/29/2017-08-29T17-45-58x001.pcap"), "mine too");
    try (Rig rig = new Rig(folder).open()) {
      rig.expectedWorker(0);
      rig.recording.finish();
      assertThat(rig.path("2017/08/29/2017-08-29T17-45-58x002.pcap")).exists();
      assertThat(taken).hasContent("mine");
    }
  }

  @Test
  void shouldStayInTheFolderWhenAnInterfaceHasAStrangeName() {
    try (Rig rig = new Rig(folder.resolve("out")).baseName("../../etc/pass\nwd,en0").open()) {
      rig.expectedWorker(0);
      assertThat(rig.path("__.._etc_pass_wd,en0_current.pcap.tmp")).exists();
      rig.recording.finish();
      assertThat(Tool.finished(rig.folder)).hasSize(1);
    }
  }

  @Test
  void shouldMakeASeriesForEachLinkTypeWhenWorkersDiffer() {
    List<Integer> linkTypes =
        Stream.concat(
                Stream.of(LinkType.ETHERNET, LinkType.RAW, LinkType.LINUX_SLL, LinkType.NULL),
                IntStream.range(147, 163).boxed())
            .toList();
    try (Rig rig = new Rig(folder, 64).open()) {
      rig.expectedWorker(0);
      for (int i = 0; i < linkTypes.size(); i++) {
        TestWorker worker = rig.worker(i, linkTypes.get(i), 0);
        worker.sendMany(10 + i, Rig.START, 200);
        worker.flush();
      }
      rig.recording.finish();

      assertThat(Tool.finished(folder)).hasSize(linkTypes.size());
      Path main = rig.path("2017/08/29/2017-08-29T17-45-58.pcap");
      assertThat(Tool.count(main)).isEqualTo(10);
      Path raw = rig.path("2017/08/29/2017-08-29T17-45-58_linktype101.pcap");
      assertThat(Tool.count(raw)).isEqualTo(11);
      assertThat(Tool.run("capinfos -TmE \"$1\"", raw)).contains("rawip");
    }
  }

  @Test
  void shouldMakeASeriesForEachWorkerWhenAsked() {
    try (Rig rig = new Rig(folder).perWorker().open()) {
      TestWorker first = rig.expectedWorker(0);
      TestWorker second = rig.expectedWorker(1);
      assertThat(rig.path("en0_w0_current.pcap.tmp")).exists();
      assertThat(rig.path("en0_w1_current.pcap.tmp")).exists();
      first.sendMany(5, Rig.START, 100);
      second.sendMany(7, Rig.START, 100);
      first.flush();
      second.flush();
      rig.recording.finish();

      assertAllThere(Tool.packets(rig.path("2017/08/29/2017-08-29T17-45-58_w0.pcap")), first);
      assertAllThere(Tool.packets(rig.path("2017/08/29/2017-08-29T17-45-58_w1.pcap")), second);
    }
  }

  @ParameterizedTest
  @MethodSource("compressions")
  void shouldShowPacketsToOthersWhenTheLinkIsQuiet(Compression compression) throws Exception {
    try (Rig rig = new Rig(folder).compression(compression).open()) {
      TestWorker worker = rig.expectedWorker(0);
      worker.sendMany(3, Rig.START, 100);
      worker.flush();
      Path current = rig.path("en0_current.pcap.tmp" + compression.extension());
      awaitWritten(worker, 3);
      assertAllThere(Tool.packets(current), worker);
      worker.sendMany(400, Rig.START, 100);
      worker.flush();
      awaitWritten(worker, 403);
      assertAllThere(Tool.packets(current), worker);
    }
  }

  private static void awaitWritten(TestWorker worker, long packets) throws InterruptedException {
    long deadline = System.nanoTime() + 30 * Rig.SECOND;
    while (worker.ledger.get(Counter.WRITTEN) < packets) {
      assertThat(System.nanoTime()).isLessThan(deadline);
      Thread.sleep(1);
    }
  }

  @Test
  void shouldLeaveNothingBehindWhenClosedBeforeAnyPacket() {
    try (Rig rig = new Rig(folder).open()) {
      rig.expectedWorker(0);
      rig.recording.abandon();
      rig.recording.close();
      assertThat(Tool.files(folder, ".*pcap.*")).isEmpty();
    }
  }

  @ParameterizedTest
  @MethodSource("compressions")
  void shouldLeaveALeftoverThatTheNextStartMovesWhenAbandoned(Compression compression) {
    try (Rig rig = new Rig(folder).compression(compression).open()) {
      TestWorker worker = rig.expectedWorker(0);
      worker.sendMany(1000, Rig.START, 1000);
      worker.flush();
      rig.recording.abandon();
      worker.sendMany(10, Rig.START, 1000);
      worker.flush();
      assertThat(worker.ledger.isBalanced()).isTrue();
      assertThat(rig.pool.inUse()).isZero();
      assertThat(Tool.finished(folder)).isEmpty();
      rig.recording.abandon();
      rig.recording.close();

      rig.open();
      rig.recording.finish();
      long written = worker.ledger.get(Counter.WRITTEN);
      List<Path> files = Tool.finished(folder);
      assertThat(files.stream().mapToLong(Tool::count).sum()).isEqualTo(written);
    }
  }

  @Test
  void shouldRefuseWhenTheFolderCannotBeMade() throws IOException {
    Path file = Files.writeString(folder.resolve("file"), "");
    assertThatThrownBy(() -> new Rig(file.resolve("out")).open())
        .isInstanceOf(RecordingException.class)
        .hasMessageStartingWith("write=" + file.resolve("out") + ": cannot be written to: ")
        .hasMessageNotContaining("\n");
  }

  @Test
  void shouldRefuseWhenAnotherOutputHasTheFolder() {
    try (Rig rig = new Rig(folder).open()) {
      assertThat(rig.path(".gotm.lock")).exists();
      assertThatThrownBy(() -> new Rig(folder).open())
          .isInstanceOf(RecordingException.class)
          .hasMessage(
              "write=%s: another gotm (pid %d) writes en0 to this folder; stop it or choose another folder with -write"
                  .formatted(folder, ProcessHandle.current().pid()));
    }
  }

  @Test
  void shouldTakeTheFolderWhenTheOtherHasEnded() {
    try (Rig rig = new Rig(folder).open()) {
      rig.expectedWorker(0);
      rig.recording.finish();
    }
    try (Rig rig = new Rig(folder).open()) {
      rig.expectedWorker(0);
      assertThat(rig.path("en0_current.pcap.tmp")).exists();
    }
  }

  @Test
  void shouldCountWhatIsWrittenWhenAsked() throws IOException {
    try (Rig rig = new Rig(folder).compression(new Compression.Zstd(1)).open()) {
      TestWorker worker = rig.expectedWorker(0);
      worker.sendMany(2000, Rig.START, 1000);
      worker.flush();
      rig.recording.finish();
      assertThat(rig.recording.bytesWritten())
          .isEqualTo(Files.size(Tool.finished(folder).getFirst()));
      assertThat(rig.recording.compressorNanos()).isPositive();
      assertThat(rig.recording.queueDepth()).isZero();
      assertThat(rig.recording.error()).isNull();
      assertThat(rig.recording.writeErrors()).isZero();
      assertThat(rig.recording.rotations()).isZero();
    }
  }
}
