package org.gotm.app.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.gotm.core.pcapfile.Captures;
import org.gotm.core.pcapfile.Captures.Capture;
import org.gotm.core.pcapfile.LinkTypeChangeException;
import org.gotm.core.source.PacketSource;
import org.gotm.core.source.PacketSourceException;
import org.gotm.ffm.Command;
import org.gotm.ffm.pcap.FilterException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Files of every kind give the packets that tcpdump found in them before they were packed. */
class FileSourcesTest {
  private static final Capture PCAP = Captures.get("eth-gre-within-gre.pcap");
  private static final Capture PCAPNG = Captures.get("format-nanosecond.pcapng");

  @TempDir Path folder;

  @BeforeEach
  void requireTools() {
    Command.require("gzip", "zstd", "lz4", "mkfifo", "tshark");
  }

  /** What was read from a source: packets, their captured bytes, and what ended it if damaged. */
  private record Reading(long packets, long bytes, String damage) {
    void assertIsAllOf(Capture capture) {
      assertThat(damage).isNull();
      assertThat(packets).isEqualTo(capture.packets());
      assertThat(bytes).isEqualTo(capture.capturedBytes());
    }
  }

  private static Reading read(Path file) {
    return read(new FileSources(""), file);
  }

  private static Reading read(FileSources sources, Path file) {
    long[] counts = new long[2];
    String damage = null;
    try (PacketSource source = sources.open(file.toString())) {
      int packets;
      do {
        packets =
            source.poll(
                batch -> {
                  counts[0] += batch.count();
                  for (int i = 0; i < batch.count(); i++) {
                    counts[1] += batch.caplens[i];
                  }
                });
      } while (packets != PacketSource.END);
    } catch (PacketSourceException e) {
      damage = e.getMessage();
    }
    return new Reading(counts[0], counts[1], damage);
  }

  /** Packs parts of a capture one by one, and puts the packed parts behind each other. */
  private Path pack(Capture capture, String packer, int... cuts) throws IOException {
    byte[] bytes = capture.bytes();
    Path packed = Files.createFile(folder.resolve("no-telling-name"));
    int from = 0;
    for (int i = 0; i <= cuts.length; i++) {
      int to = i == cuts.length ? bytes.length : cuts[i];
      Path part = Files.write(folder.resolve("part"), Arrays.copyOfRange(bytes, from, to));
      Command.check("sh", "-c", "%s <%s >>%s".formatted(packer, part, packed));
      from = to;
    }
    return packed;
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "eth-gre-within-gre.pcap",
        "format-microsecond-be.pcap",
        "format-nanosecond-be.pcap",
        "format-modified-a1b2cd34.pcap",
        "format-nanosecond.pcapng",
        "eth-icmp-pcapng-named-pcap.pcap",
        "eth-icmpv6-echo.cap",
        "format-empty.pcap",
        "format-empty.pcapng"
      })
  void shouldReadAFileByItsContent(String name) {
    Capture capture = Captures.get(name);

    read(capture.extractTo(folder)).assertIsAllOf(capture);
  }

  @ParameterizedTest
  @ValueSource(strings = {"gzip -c", "zstd -qc", "lz4 -qc"})
  void shouldReadPcapWhenPacked(String packer) throws IOException {
    read(pack(PCAP, packer)).assertIsAllOf(PCAP);
  }

  @ParameterizedTest
  @ValueSource(strings = {"gzip -c", "zstd -qc", "lz4 -qc"})
  void shouldReadPcapngWhenPacked(String packer) throws IOException {
    read(pack(PCAPNG, packer)).assertIsAllOf(PCAPNG);
  }

  @ParameterizedTest
  @CsvSource({"gzip -c", "zstd -qc", "lz4 -qc"})
  void shouldReadOnWhenThereAreSeveralMembersOrFrames(String packer) throws IOException {
    int length = PCAP.bytes().length;

    read(pack(PCAP, packer, 0, 2, 24, 31, length / 2, length)).assertIsAllOf(PCAP);
  }

  @ParameterizedTest
  @CsvSource({"gzip -c", "zstd -qc", "lz4 -qc"})
  void shouldReadOnWhenThereAreSeveralMembersOrFramesOfPcapng(String packer) throws IOException {
    read(pack(PCAPNG, packer, 1, 100, 1000)).assertIsAllOf(PCAPNG);
  }

  @ParameterizedTest
  @CsvSource({"cat, pcap", "gzip -c, pcap", "zstd -qc, pcap", "cat, pcapng", "zstd -qc, pcapng"})
  void shouldReadFromANamedPipe(String packer, String kind) throws Exception {
    Capture capture = kind.equals("pcap") ? PCAP : PCAPNG;
    Path packed = pack(capture, packer);
    Path pipe = folder.resolve("pipe");
    Command.check("mkfifo", pipe.toString());
    Process writer = new ProcessBuilder("sh", "-c", "cat %s >%s".formatted(packed, pipe)).start();

    Reading reading = read(pipe);

    writer.waitFor();
    reading.assertIsAllOf(capture);
  }

  @Test
  void shouldReadOneFileAfterTheOther() {
    FileSources sources = new FileSources("");
    Path first = PCAP.extractTo(folder);
    Path second = PCAPNG.extractTo(folder);

    read(sources, first).assertIsAllOf(PCAP);
    assertThat(sources.bytesRead()).isEqualTo(PCAP.bytes().length);
    read(sources, second).assertIsAllOf(PCAPNG);
    assertThat(FileSources.totalBytes(List.of(first.toString(), second.toString())))
        .isEqualTo(PCAP.bytes().length + PCAPNG.bytes().length);
  }

  @Test
  void shouldCountPackedBytesAsProgressWhenPacked() throws IOException {
    FileSources sources = new FileSources("");
    Path packed = pack(PCAP, "gzip -c");

    read(sources, packed);

    assertThat(sources.bytesRead()).isEqualTo(Files.size(packed));
  }

  @Test
  void shouldNotKnowTheLengthWhenAFileIsAPipe() {
    Path file = PCAP.extractTo(folder);

    assertThat(FileSources.totalBytes(List.of(file.toString(), "-"))).isEqualTo(-1);
    assertThat(FileSources.totalBytes(List.of("/dev/null"))).isEqualTo(-1);
  }

  @ParameterizedTest
  @ValueSource(strings = {"cat", "gzip -c"})
  void shouldGiveOnlyWhatTheFilterLetsThrough(String packer) throws IOException {
    Path packed = pack(Captures.get("eth-udp-dns.pcap"), packer);
    String tcpdump =
        Command.check(
            "sh",
            "-c",
            "(gzip -dcf <%s || cat %s) | tcpdump -nr - 'dst port 53' 2>/dev/null | wc -l"
                .formatted(packed, packed));

    Reading reading = read(new FileSources("dst port 53"), packed);

    assertThat(reading.packets()).isPositive().isEqualTo(Long.parseLong(tcpdump.strip()));
  }

  @Test
  void shouldRefuseTheFilterWhenItCannotBeCompiled() {
    assertThatExceptionOfType(FilterException.class)
        .isThrownBy(() -> new FileSources("foo bar").open(PCAP.extractTo(folder).toString()))
        .withMessageContaining("foo bar");
  }

  @ParameterizedTest
  @CsvSource({
    "gzip -c, pcap",
    "zstd -qc, pcap",
    "lz4 -qc, pcap",
    "gzip -c, pcapng",
    "zstd -qc, pcapng",
    "lz4 -qc, pcapng"
  })
  void shouldNameTheFileAndKeepWhatCanBeReadWhenPackedDataIsTorn(String packer, String kind)
      throws IOException {
    Capture capture = kind.equals("pcap") ? PCAP : PCAPNG;
    int half = capture.bytes().length / 2;
    Path packed = pack(capture, packer, half);
    byte[] bytes = Files.readAllBytes(packed);
    Files.write(packed, Arrays.copyOf(bytes, bytes.length - 20));

    Reading reading = read(packed);

    assertThat(reading.packets()).isPositive().isLessThanOrEqualTo(capture.packets());
    assertThat(reading.bytes()).as("the first half is whole").isGreaterThan(half / 2);
    assertThat(reading.damage())
        .startsWith(packed + ": cannot be read at offset ")
        .endsWith(
            ": the %s stream is cut off after %d bytes"
                .formatted(packer.split(" ")[0], bytes.length - 20));
  }

  @ParameterizedTest
  @CsvSource({"gzip -c", "zstd -qc", "lz4 -qc"})
  void shouldNameTheFileWhenAPackedPcapngIsDamaged(String packer) throws IOException {
    Path packed = pack(Captures.get("cut-trailing-byte.pcapng"), packer);

    Reading reading = read(packed);

    assertThat(reading.packets()).isEqualTo(27);
    assertThat(reading.damage())
        .startsWith(packed + ": damaged at offset ")
        .endsWith(": the file ends after 1 of 12 block bytes");
  }

  @ParameterizedTest
  @CsvSource({"gzip -c", "zstd -qc", "lz4 -qc"})
  void shouldNameTheFileWhenWhatIsPackedIsNoCapture(String packer) throws IOException {
    Path packed = pack(Captures.get("format-solaris.snoop"), packer);

    assertThat(read(packed).damage()).contains(packed.toString()).contains("unknown file format");
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 3, 4, 23})
  void shouldNameTheFileWhenItIsTooShortForACapture(int length) throws IOException {
    Path file = folder.resolve("short.pcap");
    Files.write(file, Arrays.copyOf(PCAP.bytes(), length));

    assertThat(read(file).damage()).contains(file.toString());
    assertThat(read(file).packets()).isZero();
  }

  /** As pzstd writes it: a frame that says how long the next one is. */
  @ParameterizedTest
  @ValueSource(strings = {"zstd -qc", "lz4 -qc"})
  void shouldReadOnBehindAFrameThatIsToBeSkipped(String packer) throws IOException {
    Path packed = pack(PCAP, packer);
    byte[] skippable = {0x53, 0x2a, 0x4d, 0x18, 4, 0, 0, 0, 9, 9, 9, 9};
    byte[] bytes = Files.readAllBytes(packed);
    byte[] both = Arrays.copyOf(skippable, skippable.length + bytes.length);
    System.arraycopy(bytes, 0, both, skippable.length, bytes.length);

    read(Files.write(packed, both)).assertIsAllOf(PCAP);
    assertThat(read(Files.write(packed, Arrays.copyOf(both, 7))).damage())
        .endsWith("the stream is cut off after 7 bytes, in its first frame");
  }

  @Test
  void shouldTakeZerosBehindGzipForPadding() throws IOException {
    Path packed = pack(PCAP, "gzip -c");
    byte[] bytes = Files.readAllBytes(packed);
    Files.write(packed, Arrays.copyOf(bytes, bytes.length + 1000));

    read(packed).assertIsAllOf(PCAP);
  }

  @ParameterizedTest
  @CsvSource({"gzip -c, gzip", "zstd -qc, zstd", "lz4 -qc, lz4"})
  void shouldSayInWordsWhereWhatIsPackedIsDamaged(String packer, String kind) throws IOException {
    Path packed = pack(PCAP, packer);
    byte[] bytes = Files.readAllBytes(packed);
    bytes[bytes.length - 1] ^= 1; // the checksum, or the length behind it
    Files.write(packed, bytes);

    Reading reading = read(packed);

    assertThat(reading.packets()).isLessThanOrEqualTo(PCAP.packets());
    assertThat(reading.damage())
        .startsWith(packed + ": cannot be read at offset ")
        .contains(": the " + kind + " stream is damaged before byte " + bytes.length + ": ")
        .doesNotContain("null");
  }

  @Test
  void shouldReadPcapngOfSeveralLinkTypesAndSnaplens() {
    for (String name :
        List.of(
            "format-many-interfaces-many-linktypes.pcapng",
            "format-126-interfaces-two-resolutions.pcapng",
            "format-le-three-sections.pcapng",
            "format-mixed.pcapng.zst")) {
      Path file = Captures.extract(name, folder);
      String unpack = name.endsWith(".zst") ? "zstd -dcq" : "cat";
      String tshark =
          Command.check(
              "sh",
              "-c",
              "%s %s | tshark -r - -T fields -e frame.encap_type 2>/dev/null | grep -c ."
                  .formatted(unpack, file));
      FileSources sources = new FileSources("");
      long packets = 0;
      PacketSource next = sources.open(file.toString());
      while (next != null) {
        try (PacketSource source = next) {
          Run run = run(source);
          packets += run.packets();
          next = run.goesOn() ? sources.next() : null;
        }
      }
      assertThat(packets).as(name).isEqualTo(Long.parseLong(tshark.strip()));
      assertThat(sources.bytesRead()).isEqualTo(file.toFile().length());
    }
  }

  private record Run(long packets, boolean goesOn) {}

  private static Run run(PacketSource source) {
    long packets = 0;
    try {
      int count;
      while ((count = source.poll(batch -> {})) != PacketSource.END) {
        packets += count;
      }
      return new Run(packets, false);
    } catch (LinkTypeChangeException e) {
      return new Run(packets, true);
    }
  }

  @Test
  void shouldSayWhatIsWrongWithAFileBeforeAnythingIsBegun() {
    assertThatExceptionOfType(PacketSourceException.class)
        .isThrownBy(() -> FileSources.check(List.of("-", "/no/such.pcap")))
        .withMessage("read=/no/such.pcap: no such file");
    assertThatExceptionOfType(PacketSourceException.class)
        .isThrownBy(() -> FileSources.check(List.of(folder.toString())))
        .withMessage("read=" + folder + ": it is a folder; give its files");
  }
}
