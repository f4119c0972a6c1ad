package org.gotm.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.gotm.store.api.Compression;
import org.gotm.store.file.FileNames;
import org.gotm.store.file.FinishedNames;
import org.gotm.store.file.SeriesLock;
import org.gotm.store.repair.Leftovers;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What becomes of the current file of a run that ended before its time. */
class LeftoverTest {
  @TempDir(factory = MemoryFolder.class)
  Path folder;

  static List<Compression> compressions() {
    return List.of(new Compression.None(), new Compression.Gzip(6), new Compression.Zstd(3));
  }

  static List<Compression> compressed() {
    return List.of(new Compression.Gzip(6), new Compression.Zstd(3));
  }

  @BeforeAll
  static void requireTools() {
    Tool.require("tcpdump", "capinfos", "gzip", "zstd", "bgzip", "python3");
  }

  /** A finished file of some chunks of some packets, one second apart. */
  private byte[] finishedFile(Compression compression, int chunks, int packets, int length)
      throws IOException {
    try (Rig rig = new Rig(folder.resolve("made")).compression(compression).open()) {
      TestWorker worker = rig.expectedWorker(0);
      for (int i = 0; i < chunks * packets; i++) {
        worker.send(Rig.START + i * Rig.SECOND, length);
        if ((i + 1) % packets == 0) {
          worker.flush();
        }
      }
      rig.recording.finish();
      return Files.readAllBytes(Tool.finished(rig.folder).getFirst());
    }
  }

  private Path leave(Path in, byte[] bytes, Compression compression) throws IOException {
    Files.createDirectories(in);
    return Files.write(in.resolve("en0_current.pcap.tmp" + compression.extension()), bytes);
  }

  /** Starts and stops an output there, with a file of its own. */
  private LogLines restart(Path in) {
    try (Rig rig = new Rig(in, 2).open()) {
      rig.clock.set(Rig.START + 86400 * Rig.SECOND);
      rig.recording.finish();
      return rig.log;
    }
  }

  /** Mends the leftovers there without an output. */
  private static void mend(Path in) throws Exception {
    try (SeriesLock lock = SeriesLock.take(in, "en0", new LogLines())) {
      Leftovers leftovers =
          new Leftovers(
              new FileNames(in, "en0", ".pcap", new Compression.None()),
              new FinishedNames(in, ZoneOffset.UTC),
              lock.own(),
              in,
              new LogLines(),
              file -> {},
              () -> {});
      leftovers.takeOver();
      leftovers.finish(0);
    }
  }

  @ParameterizedTest
  @MethodSource("compressions")
  void shouldKeepEveryWholeRecordWhenCutAtAnyLength(Compression compression) throws Exception {
    byte[] whole = finishedFile(compression, 2, 2, 60);
    int[] wholeRecords = wholeRecords(whole, compression);
    Path all = folder.resolve("all");
    List<Integer> expected = new ArrayList<>();
    for (int cut = 0; cut <= whole.length; cut++) {
      Path in = all.resolve("%05d".formatted(cut));
      leave(in, Arrays.copyOf(whole, cut), compression);
      mend(in);
      assertThat(Tool.files(in, ".*(current|damaged|leftover).*")).as("cut=%d", cut).isEmpty();
      expected.add(wholeRecords[cut]);
    }
    assertRecords(all, compression, expected);
  }

  @ParameterizedTest
  @MethodSource("compressions")
  void shouldKeepEveryWholeRecordWhenTheEndWasNeverWritten(Compression compression)
      throws Exception {
    byte[] whole = finishedFile(compression, 2, 2, 60);
    int[] wholeRecords = wholeRecords(whole, compression);
    Path all = folder.resolve("all");
    List<Integer> expected = new ArrayList<>();
    for (int cut = 4; cut <= whole.length; cut++) {
      Path in = all.resolve("%05d".formatted(cut));
      leave(in, Arrays.copyOf(Arrays.copyOf(whole, cut), whole.length + 5000), compression);
      mend(in);
      assertThat(Tool.files(in, ".*(current|damaged|leftover).*")).as("cut=%d", cut).isEmpty();
      expected.add(wholeRecords[cut]);
    }
    assertRecords(all, compression, expected);
  }

  /** For each length, the records that are whole, or for compressed files in a whole piece. */
  private static int[] wholeRecords(byte[] file, Compression compression) {
    int[] records = new int[file.length + 1];
    List<Integer> ends = pieceEnds(file, compression);
    for (int cut = 0; cut <= file.length; cut++) {
      int length = cut;
      records[cut] =
          compression instanceof Compression.None
              ? Math.max(0, (cut - 24) / 76)
              : 2 * Math.max(0, (int) ends.stream().filter(e -> e <= length).count() - 1);
    }
    return records;
  }

  /** Where the first chunk begins and where each ends, by looking for the next magic. */
  private static List<Integer> pieceEnds(byte[] file, Compression compression) {
    boolean isGzip = compression instanceof Compression.Gzip;
    int magic = isGzip ? 0x1f8b0804 : 0x28b52ffd;
    List<Integer> ends = new ArrayList<>();
    for (int i = 1; i + 4 <= file.length; i++) {
      int word = ByteBuffer.wrap(file).getInt(i);
      if (word == magic || !isGzip && word == 0x5e2a4d18) {
        ends.add(i);
      }
    }
    return ends;
  }

  /** Checks the file in each folder: sound, and with a beginning of the records that is enough. */
  private static void assertRecords(Path all, Compression compression, List<Integer> expected) {
    List<Path> files = Tool.finished(all);
    Tool.checkSeekable(files);
    String list = files.stream().map(Path::toString).collect(Collectors.joining("\n"));
    String test =
        compression instanceof Compression.Gzip
            ? "gzip -t < $f && "
            : compression instanceof Compression.Zstd ? "zstd -tq < $f && " : "";
    String cat =
        compression instanceof Compression.Gzip
            ? "zcat"
            : compression instanceof Compression.Zstd ? "zstd -dcq" : "cat";
    String output =
        Tool.run(
            "while read -r f; do "
                + test
                + cat
                + " < $f | tcpdump -r - -tt -n 2>/dev/null | grep '^[0-9]' | cut -d. -f1 | tr '\\n"
                + "' ' ' || exit 1; echo; done <<< \"$1\"",
            list);
    String[] lines = output.split("\n");
    int first = lowest(all);
    int file = 0;
    for (int i = 0; i < expected.size(); i++) {
      String folder = all.resolve("%05d".formatted(first + i)).toString();
      boolean hasFile = file < files.size() && files.get(file).startsWith(folder);
      if (!hasFile) {
        assertThat(expected.get(i)).as("no file in %s", folder).isZero();
        continue;
      }
      String[] seconds = lines[file++].trim().split(" ");
      assertThat(seconds.length).as(folder).isGreaterThanOrEqualTo(expected.get(i));
      for (int s = 0; s < seconds.length; s++) {
        assertThat(seconds[s]).isEqualTo(Long.toString(Rig.START_SECONDS + s));
      }
      assertThat(files.get(file - 1).getFileName().toString())
          .startsWith(nameOfSecond(seconds.length - 1));
    }
    assertThat(file).isEqualTo(files.size());
  }

  private static int lowest(Path all) {
    try (var folders = Files.list(all)) {
      return folders.mapToInt(f -> Integer.parseInt(f.getFileName().toString())).min().orElse(0);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String nameOfSecond(int second) {
    return "2017-08-29T17-" + (45 + (58 + second) / 60) + "-%02d".formatted((58 + second) % 60);
  }

  @ParameterizedTest
  @MethodSource("compressions")
  void shouldMoveAWholeLeftoverWithoutTouchingItWhenItIsSound(Compression compression)
      throws IOException {
    byte[] whole = finishedFile(compression, 2, 5, 100);
    Path in = folder.resolve("out");
    leave(in, whole, compression);
    LogLines log = restart(in);
    Path file = in.resolve("2017/08/29/2017-08-29T17-46-07.pcap" + compression.extension());
    assertThat(file).hasBinaryContent(whole);
    assertThat(log.lines()).anyMatch(l -> l.matches("moved en0_current.pcap.tmp\\S* to " + file));
  }

  @Test
  void shouldLeaveGzipOfOthersAsItIsWhenItIsSound() throws IOException {
    finishedFile(new Compression.None(), 2, 5, 100);
    Path plain = Tool.finished(folder.resolve("made")).getFirst();
    Path in = Files.createDirectories(folder.resolve("out"));
    Path left = in.resolve("en0_current.pcap.tmp.gz");
    Tool.run("gzip -c < \"$1\" > \"$2\"", plain, left);
    byte[] whole = Files.readAllBytes(left);
    restart(in);
    assertThat(Tool.finished(in))
        .singleElement()
        .satisfies(f -> assertThat(f).hasBinaryContent(whole));
  }

  @Test
  void shouldLoseNothingButTheTornRecordWhenMembersOfOthersAreCut() throws Exception {
    finishedFile(new Compression.None(), 4, 400, 1200);
    Path plain = Tool.finished(folder.resolve("made")).getFirst();
    Path members = folder.resolve("members.gz");
    Tool.run("bgzip -c < \"$1\" > \"$2\"", plain, members);
    byte[] whole = Files.readAllBytes(members);
    List<Integer> ends = pieceEnds(whole, new Compression.Gzip(6));
    for (int i : List.of(0, 7, ends.size() - 2)) {
      Path in = folder.resolve("out" + i);
      leave(in, Arrays.copyOf(whole, ends.get(i) + 20), new Compression.Gzip(6));
      mend(in);
      Path file = Tool.finished(in).getFirst();
      Tool.check(file);
      assertThat(Tool.count(file)).isEqualTo(((i + 1) * 65280 - 24) / 1216);
    }
  }

  @ParameterizedTest
  @MethodSource("compressed")
  void shouldSaveRecordsOfTheCutPieceWhenThePieceIsLarge(Compression compression)
      throws IOException {
    byte[] whole = finishedFile(compression, 2, 400, 1200);
    List<Integer> ends = pieceEnds(whole, compression);
    int cut = ends.get(1) + (whole.length - ends.get(1)) * 3 / 4;
    Path in = folder.resolve("out");
    leave(in, Arrays.copyOf(whole, cut), compression);
    restart(in);
    Path file = Tool.finished(in).getFirst();
    Tool.check(file);
    assertThat(Tool.count(file)).isBetween(500, 799);
  }

  @ParameterizedTest
  @MethodSource("compressed")
  void shouldSaveRecordsWhenTheWholeFileIsOneCutPiece(Compression compression) throws IOException {
    finishedFile(new Compression.None(), 2, 400, 1200);
    Path plain = Tool.finished(folder.resolve("made")).getFirst();
    Path one = folder.resolve("one");
    Tool.run(
        compression instanceof Compression.Gzip
            ? "gzip -c < \"$1\" > \"$2\""
            : "zstd -qc < \"$1\" > \"$2\"",
        plain,
        one);
    byte[] bytes = Files.readAllBytes(one);
    Path in = folder.resolve("out");
    leave(in, Arrays.copyOf(bytes, bytes.length * 3 / 4), compression);
    restart(in);
    Path file = Tool.finished(in).getFirst();
    Tool.check(file);
    assertThat(Tool.count(file)).isBetween(400, 799);
  }

  @Test
  void shouldKeepWhatFollowsWhenAFileIsDamagedInTheMiddle() throws IOException {
    byte[] whole = finishedFile(new Compression.None(), 1, 10, 60);
    byte[] damaged = whole.clone();
    Arrays.fill(damaged, 24 + 4 * 76, 24 + 4 * 76 + 16, (byte) 0xee);
    Path in = folder.resolve("out");
    leave(in, damaged, new Compression.None());
    LogLines log = restart(in);
    assertThat(Tool.count(Tool.finished(in).getFirst())).isEqualTo(4);
    Path rest = Tool.files(in, ".*damaged.*").getFirst();
    assertThat(rest).hasBinaryContent(Arrays.copyOfRange(damaged, 24 + 4 * 76, damaged.length));
    assertThat(log.count("is damaged at offset 328")).isEqualTo(1);
  }

  @ParameterizedTest
  @MethodSource("compressed")
  void shouldKeepWhatFollowsWhenAPieceIsDamagedInTheMiddle(Compression compression)
      throws IOException {
    byte[] damaged = finishedFile(compression, 3, 100, 1000);
    List<Integer> ends = pieceEnds(damaged, compression);
    int middle = (ends.get(1) + ends.get(2)) / 2;
    for (int i = 0; i < 40; i++) {
      damaged[middle + i] ^= (byte) (i * 37 + 11);
    }
    Path in = folder.resolve("out");
    leave(in, damaged, compression);
    restart(in);
    Path file = Tool.finished(in).getFirst();
    Tool.check(file);
    int whole = compression instanceof Compression.Gzip ? 65280 / 1016 : 100;
    assertThat(Tool.count(file)).isBetween(whole, 2 * whole - 1);
    assertThat(Tool.files(in, ".*damaged.*").getFirst())
        .hasBinaryContent(Arrays.copyOfRange(damaged, ends.get(1), damaged.length));
  }

  @Test
  void shouldMoveAFileAsideUntouchedWhenItIsNoPcapFile() throws IOException {
    byte[] text = "this is not what it seems".repeat(100).getBytes();
    Path in = folder.resolve("out");
    leave(in, text, new Compression.None());
    LogLines log = restart(in);
    List<Path> damaged = Tool.files(in, ".*damaged.*");
    assertThat(damaged).singleElement().satisfies(f -> assertThat(f).hasBinaryContent(text));
    assertThat(log.count("cannot be read (not a pcap file)")).isEqualTo(1);
    restart(in);
    assertThat(Tool.files(in, ".*damaged.*")).isEqualTo(damaged);
  }

  @Test
  void shouldMoveAFileAsideUntouchedWhenItIsAllZeros() throws IOException {
    Path in = folder.resolve("out");
    leave(in, new byte[10000], new Compression.None());
    restart(in);
    assertThat(Tool.files(in, ".*damaged.*")).hasSize(1);
  }

  @ParameterizedTest
  @MethodSource("compressions")
  void shouldRemoveALeftoverWhenItHasNoPacket(Compression compression) throws IOException {
    byte[] header = finishedFile(compression, 0, 1, 60);
    Path in = folder.resolve("out");
    leave(in, header, compression);
    LogLines log = restart(in);
    assertThat(Tool.files(in, ".*pcap.*")).isEmpty();
    assertThat(log.count("has no packet: removed")).isEqualTo(1);
  }

  @Test
  void shouldMendEachWhenThereAreManyLeftovers() throws IOException {
    Path in = folder.resolve("out");
    byte[] plain = finishedFile(new Compression.None(), 1, 10, 60);
    leave(in, plain, new Compression.None());
    Files.write(in.resolve("en1,en2_w3_current.pcap.tmp"), plain);
    Files.write(in.resolve("en0_linktype101_current.pcap.tmp.gz.leftover"), plain);
    Files.write(in.resolve("en0_current.pcap.tmp.leftover.repair"), plain);
    restart(in);
    assertThat(Tool.files(in, ".*pcap.*"))
        .extracting(f -> f.getFileName().toString())
        .containsExactly(
            "2017-08-29T17-46-07.pcap",
            "2017-08-29T17-46-07_linktype101.pcap",
            "2017-08-29T17-46-07_w3.pcap");
  }

  @Test
  void shouldOpenTheNewFileAtOnceWhenALeftoverHasItsName() throws IOException {
    byte[] plain = finishedFile(new Compression.None(), 1, 10, 60);
    Path in = folder.resolve("out");
    leave(in, plain, new Compression.None());
    try (Rig rig = new Rig(in).open()) {
      rig.expectedWorker(0);
      assertThat(rig.path("en0_current.pcap.tmp")).exists();
      rig.recording.finish();
      assertThat(Tool.finished(in)).hasSize(2);
    }
  }

  @Test
  void shouldUseBoundedMemoryWhenALeftoverIsLarge() throws Exception {
    Path in = folder.resolve("out");
    Path file = leave(in, finishedFile(new Compression.None(), 1, 1, 60), new Compression.None());
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      channel.write(ByteBuffer.wrap(new byte[1]), 1L << 30);
    }
    mend(in);
    assertThat(Tool.finished(in)).singleElement().satisfies(f -> assertThat(f).hasSize(100));
  }

  @ParameterizedTest
  @MethodSource("compressed")
  void shouldMendATornFileWhenTheDiskIsNearlyFull(Compression compression) throws Exception {
    byte[] file = finishedFile(compression, 3, 40, 60_000);
    try (SmallFileSystem disk = SmallFileSystem.mount("tmpfs", 16, folder)) {
      Path out = disk.folder();
      leave(out, Arrays.copyOf(file, file.length - 100), compression);
      long free = Files.getFileStore(out).getUsableSpace();
      Path ballast = Files.write(out.resolve("ballast"), new byte[(int) free - (256 << 10)]);
      assertThat(Files.getFileStore(out).getUsableSpace()).isLessThan(file.length);

      mend(out);

      Files.delete(ballast);
      Path mended = Tool.finished(out).getFirst();
      Tool.check(mended);
      assertThat(Tool.packets(mended)).hasSizeGreaterThan(80);
    }
  }
}
