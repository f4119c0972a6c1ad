package org.gotm.app.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.gotm.app.process.FilePackets.assertSame;
import static org.gotm.app.process.GotmLaunch.quiet;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.gotm.core.packet.LinkType;
import org.gotm.core.pcapfile.Captures;
import org.gotm.core.pcapfile.Captures.Capture;
import org.gotm.ffm.Command;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Every capture goes through {@code -r} with the packets that tcpdump finds in it. */
class ReadFilesIT {
  private static final List<String> WHOLE = List.of("-packetcutoff=0", "-bytecutoff=0");
  private static final String ONE_FILE = "-rotationinterval=876000h";
  private static final int FILE_HEADER_LENGTH = 24;
  private static final int RECORD_HEADER_LENGTH = 16;

  @TempDir Path folder;
  private OutputFolder out;

  @BeforeEach
  void prepare() {
    Command.require("tcpdump", "tshark", "mergecap", "gzip", "zstd");
    out = new OutputFolder(folder.resolve("out"));
  }

  private GotmLaunch reading(Object... files) {
    GotmLaunch launch = quiet("-r").and(files).and("-write", out.path());
    return launch.and(WHOLE.toArray());
  }

  /** Those that libpcap can read, or tells the damage of. */
  static Stream<Capture> captures() {
    return Captures.all().stream().filter(capture -> !isTooMixedForLibpcap(capture));
  }

  /** Those whose interfaces differ. */
  static Stream<Capture> mixedCaptures() {
    return Captures.all().stream().filter(ReadFilesIT::isTooMixedForLibpcap);
  }

  private static boolean isTooMixedForLibpcap(Capture capture) {
    return capture.tcpdumpSays().contains("different from the")
        || capture.name().equals("format-mixed.pcapng.zst");
  }

  @ParameterizedTest
  @MethodSource("mixedCaptures")
  void shouldWriteThePacketsThatTsharkReadsWhenInterfacesDiffer(Capture capture) {
    assertWritesWhatTsharkReads(capture.extractTo(folder));
  }

  @Test
  void shouldReadWhatMergecapMakesOfFilesWithDifferentSnaplens() {
    Path first = Captures.extract("eth-udp-dns.pcap", folder);
    Path second = Captures.extract("eth-ipv6-mixed.pcap", folder);
    Path merged = folder.resolve("merged.pcapng");
    Command.check("mergecap", "-a", "-w", merged + "", first + "", second + "");
    assertThat(tcpdumpReads(merged)).as("libpcap reads it").isFalse();

    assertWritesWhatTsharkReads(merged);
  }

  private void assertWritesWhatTsharkReads(Path file) {
    GotmProcess.Ended ended = reading(file).and(ONE_FILE).run();

    assertThat(ended.exitCode()).as(ended.toString()).isZero();
    assertThat(ended.ledger().isBalanced()).as(ended.toString()).isTrue();
    List<String> written = new ArrayList<>();
    for (Path output : out.finished(ended.log())) {
      written.addAll(tsharkLines(output));
    }
    assertThat(written)
        .isNotEmpty()
        .containsExactlyInAnyOrderElementsOf(tsharkLines(unpacked(file)));
  }

  /**
   * Link type, time and lengths. Pcap has a time for every packet, pcapng not always; and what is
   * beyond the last moment that pcap knows is written as that.
   */
  private static List<String> tsharkLines(Path file) {
    String fields = "-e frame.encap_type -e frame.time_epoch -e frame.cap_len -e frame.len";
    String command = "tshark -n -r %s -T fields %s 2>/dev/null".formatted(file, fields);
    return Command.check("sh", "-c", command)
        .lines()
        .filter(line -> !line.startsWith("\t"))
        .map(line -> line.replace("\t\t", "\t0.000000000\t"))
        .map(line -> line.replaceFirst("\t\\d{11,}\\.\\d+\t", "\t4294967295.999999999\t"))
        .toList();
  }

  @ParameterizedTest
  @MethodSource("captures")
  void shouldWriteThePacketsThatTcpdumpReads(Capture capture) {
    Path file = capture.extractTo(folder);
    Path plain = unpacked(file);
    List<FilePackets.Packet> expected = FilePackets.ofDamaged(plain).packets();
    if (capture.packets() >= 0) {
      assertThat(expected).hasSize((int) capture.packets());
    }

    GotmProcess.Ended ended = reading(file).run();

    assertThat(ended.ledger().isBalanced()).as(ended.toString()).isTrue();
    assertThat(ended.ledger().get("delivered")).isEqualTo(expected.size());
    assertThat(ended.ledger().get("written")).isEqualTo(expected.size());
    assertSame(out.packets(ended.log()), expected);
    boolean isSound = tcpdumpReads(plain);
    assertThat(ended.exitCode()).as(ended.toString()).isEqualTo(isSound ? 0 : 1);
    if (!isSound) {
      assertThat(ended.logLine("gotm: ")).contains(file.toString());
    }
  }

  private Path unpacked(Path file) {
    String name = file.getFileName().toString();
    String unpack = name.endsWith(".gz") ? "gzip -dc" : name.endsWith(".zst") ? "zstd -dcq" : "cat";
    Path plain = folder.resolve("plain");
    Command.check("sh", "-c", "%s <%s >%s".formatted(unpack, file, plain));
    return plain;
  }

  private static boolean tcpdumpReads(Path file) {
    return Command.run(List.of("sh", "-c", "tcpdump -nr %s >/dev/null 2>&1".formatted(file)))
            .exitCode()
        == 0;
  }

  /** The offset is reckoned from what tcpdump read before the damage. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "bad-garbage-after-18-packets.pcap",
        "bad-caplen-16m.pcap",
        "bad-caplen-1409179648.pcap",
        "bad-zero-length-packet.pcap",
        "bad-zero-length-then-garbage.pcap",
        "cut-file-in-record-header.pcap"
      })
  void shouldNameTheOffsetWhenAFileIsDamaged(String name) {
    Capture capture = Captures.get(name);
    long offset =
        FILE_HEADER_LENGTH + capture.packets() * RECORD_HEADER_LENGTH + capture.capturedBytes();
    Path file = capture.extractTo(folder);

    GotmProcess.Ended ended = reading(file).run();

    assertThat(ended.exitCode()).isEqualTo(1);
    assertThat(ended.logLine("gotm: "))
        .contains("gotm: %s: damaged at offset %d: ".formatted(file, offset));
  }

  @Test
  void shouldReadTheOthersWhenOneOfSeveralFilesIsDamaged() {
    Path first = Captures.extract("bad-garbage-after-18-packets.pcap", folder);
    Path second = Captures.extract("bad-file-version.pcap", folder);
    Path third = Captures.extract("eth-udp-dns.pcap", folder);

    GotmProcess.Ended ended = reading(first, second, third).run();

    assertThat(ended.exitCode()).isEqualTo(1);
    assertThat(ended.logLine("gotm: " + first)).contains("offset");
    assertThat(ended.logLine("gotm: " + second)).contains("offset");
    assertThat(ended.ledger().isBalanced()).isTrue();
    assertSame(
        out.packets(ended.log()),
        Stream.of(first, third)
            .flatMap(file -> FilePackets.ofDamaged(file).packets().stream())
            .toList());
  }

  @Test
  void shouldWriteASeriesForEachLinkTypeWhenFilesDiffer() {
    Path ethernet = Captures.extract("eth-udp-dns.pcap", folder);
    Path raw = Captures.extract("link-rawip.pcap", folder);

    GotmProcess.Ended ended = reading(ethernet, raw).and(ONE_FILE).run();

    assertThat(ended.exitCode()).as(ended.toString()).isZero();
    List<Path> files = out.finished(ended.log());
    assertThat(files).hasSize(2);
    for (Path file : files) {
      FilePackets written = FilePackets.of(file);
      boolean isRaw = written.linkType() == LinkType.RAW;
      assertThat(file.toString())
          .matches(isRaw ? ".*_linktype101.pcap" : ".*T\\d\\d-\\d\\d-\\d\\d.pcap");
      assertSame(written.packets(), FilePackets.of(isRaw ? raw : ethernet).packets());
    }
  }

  /** As tcpdump does: frames with a check sequence behind them are written as such. */
  @ParameterizedTest
  @ValueSource(strings = {"", "udp"})
  void shouldKeepWhatTheHeaderTellsOfFrameCheckSequences(String filter) throws IOException {
    byte[] bytes = Captures.read("eth-udp-dns.pcap");
    ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).putInt(20, 0x2400_0001);
    Path file = Files.write(folder.resolve("fcs.pcap"), bytes);
    FilePackets expected = FilePackets.of(file);
    assertThat(expected.linkType()).as("tcpdump").isEqualTo(0x2400_0001);

    GotmProcess.Ended ended =
        quiet("-r", file, "-write", out.path(), "-filter", filter, "-packetcutoff=1", ONE_FILE)
            .run();

    assertThat(ended.exitCode()).as(ended.toString()).isZero();
    assertThat(ended.ledger().get("delivered")).isEqualTo(expected.packets().size());
    assertThat(ended.ledger().get("cut")).as("decoded").isPositive();
    assertThat(FilePackets.of(out.finished(ended.log()).getFirst()).linkType())
        .isEqualTo(expected.linkType());
  }

  @ParameterizedTest
  @CsvSource({"gzip, .gz", "gzip:1, .gz", "zstd, .zst", "zstd:19, .zst"})
  void shouldWritePacksThatTheirToolsAcceptWhenAsked(String compression, String extension) {
    Path file = Captures.extract("eth-mixed-emix.pcap", folder);

    GotmProcess.Ended ended = reading(file).and("-compress=" + compression).run();

    assertThat(ended.exitCode()).as(ended.toString()).isZero();
    assertThat(out.all()).isNotEmpty().allMatch(name -> name.endsWith(".pcap" + extension));
    out.assertPacksAreSound();
    assertSame(out.packets(ended.log()), FilePackets.of(file).packets());
  }

  @Test
  void shouldReadItsOwnPacksAgain() {
    Path file = Captures.extract("eth-gre-within-gre.pcap", folder);
    OutputFolder first = new OutputFolder(folder.resolve("first"));
    GotmProcess.Ended packing =
        quiet("-r", file, "-write", first.path(), "-compress=zstd").and(WHOLE.toArray()).run();

    GotmProcess.Ended ended = reading(first.finished(packing.log()).toArray()).run();

    assertThat(ended.exitCode()).as(ended.toString()).isZero();
    assertSame(out.packets(ended.log()), FilePackets.of(file).packets());
  }

  @ParameterizedTest
  @ValueSource(strings = {"cat", "gzip -c", "zstd -qc"})
  void shouldReadStandardInputWhenTheFileIsADash(String packer) throws IOException {
    Path file = Captures.extract("eth-gre-within-gre.pcap", folder);
    Path packed = folder.resolve("packed");
    Command.check("sh", "-c", "%s <%s >%s".formatted(packer, file, packed));

    try (GotmProcess gotm = reading("-").readingPipe().start()) {
      try (OutputStream pipe = gotm.input()) {
        pipe.write(Files.readAllBytes(packed));
      }
      GotmProcess.Ended ended = gotm.awaitExit();

      assertThat(ended.exitCode()).as(ended.toString()).isZero();
      assertThat(ended.logLine("Opening")).endsWith(" stdin_current.pcap.tmp");
      assertSame(out.packets(ended.log()), FilePackets.of(file).packets());
    }
  }

  @Test
  void shouldReadPcapngFromAPipe() throws IOException {
    Path file = Captures.extract("format-nanosecond.pcapng", folder);

    GotmProcess.Ended ended = reading("-").reading(file).run();

    assertThat(ended.exitCode()).as(ended.toString()).isZero();
    assertSame(out.packets(ended.log()), FilePackets.of(file).packets());
  }

  @Test
  void shouldKeepTheBeginningOfEachFlowWhenThereAreCutoffs() {
    Path file = Captures.extract("eth-tcp-one-elephant-flow.pcap", folder);

    GotmProcess.Ended ended =
        quiet("-r", file, "-write", out.path(), "-packetcutoff=10", "-keepcontrol=false").run();

    List<FilePackets.Packet> all = FilePackets.of(file).packets();
    assertThat(ended.exitCode()).as(ended.toString()).isZero();
    assertThat(ended.ledger().isBalanced()).isTrue();
    assertThat(ended.ledger().get("delivered")).isEqualTo(all.size());
    assertSame(out.packets(ended.log()), all.subList(0, 10));
  }

  @Test
  void shouldGiveTheSameFilesWhenReadTwice() {
    Path file = Captures.extract("eth-mixed-emix.pcap", folder);

    GotmProcess.Ended once = quiet("-r", file, "-write", out.path(), "-utc").run();
    OutputFolder again = new OutputFolder(folder.resolve("again"));
    GotmProcess.Ended twice = quiet("-r", file, "-write", again.path(), "-utc").run();

    assertThat(once.ledger().get("cut")).isPositive();
    assertThat(twice.ledger().values()).isEqualTo(once.ledger().values());
    assertThat(
            Command.run(List.of("diff", "-r", out.path() + "", again.path() + "", "-x.gotm.lock"))
                .output())
        .isEmpty();
  }

  @Test
  void shouldNeverOverwriteAFileWhenOneOfItsNameIsThere() {
    Path file = Captures.extract("eth-udp-dns.pcap", folder);
    reading(file).and(ONE_FILE).run();

    reading(file).and(ONE_FILE).run();

    assertThat(out.all()).hasSize(2);
    assertThat(out.all().getLast()).endsWith("x001.pcap");
    List<FilePackets.Packet> expected = FilePackets.of(file).packets();
    for (String name : out.all()) {
      assertSame(FilePackets.of(out.path().resolve(name)).packets(), expected);
    }
  }

  @Test
  void shouldWriteMicrosecondsWhenAsked() {
    Path file = Captures.extract("format-nanosecond-le.pcap", folder);

    GotmProcess.Ended ended = reading(file).and("-timestampprecision=micro").run();

    assertThat(out.packets(ended.log()))
        .map(FilePackets.Packet::nanos)
        .containsExactlyElementsOf(
            FilePackets.of(file).packets().stream()
                .map(packet -> packet.nanos() / 1000 * 1000)
                .toList());
  }

  @Test
  void shouldCutPacketsWhenThereIsASnaplen() {
    Path file = Captures.extract("eth-udp-dns.pcap", folder);

    GotmProcess.Ended ended = reading(file).and("-snaplen=60").run();

    List<FilePackets.Packet> all = FilePackets.of(file).packets();
    assertThat(out.packets(ended.log())).hasSameSizeAs(all);
    assertThat(out.packets(ended.log()))
        .allMatch(packet -> packet.bytes().capacity() == Math.min(60, packet.wireLength()));
  }
}
