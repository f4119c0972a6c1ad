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
    Command.require("gzip", "zstd", "mkfifo");
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
  @ValueSource(strings = {"gzip -c", "zstd -qc"})
  void shouldReadPcapWhenPacked(String packer) throws IOException {
    read(pack(PCAP, packer)).assertIsAllOf(PCAP);
  }

  @ParameterizedTest
  @ValueSource(strings = {"gzip -c", "zstd -qc"})
  void shouldReadPcapngWhenPacked(String packer) throws IOException {
    read(pack(PCAPNG, packer)).assertIsAllOf(PCAPNG);
  }

  @ParameterizedTest
  @CsvSource({"gzip -c", "zstd -qc"})
  void shouldReadOnWhenThereAreSeveralMembersOrFrames(String packer) throws IOException {
    int length = PCAP.bytes().length;

    read(pack(PCAP, packer, 0, 2, 24, 31, length / 2, length)).assertIsAllOf(PCAP);
  }

  @ParameterizedTest
  @CsvSource({"gzip -c", "zstd -qc"})
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
  @CsvSource({"gzip -c, pcap", "zstd -qc, pcap", "gzip -c, pcapng", "zstd -qc, pcapng"})
  void shouldNameTheFileAndKeepWhatCanBeReadWhenPackedDataIsTorn(String packer, String kind)
      throws IOException {
    Capture capture = kind.equals("pcap") ? PCAP : PCAPNG;
    int half = capture.bytes().length / 2;
    Path packed = pack(capture, packer, half);
    byte[] bytes = Files.readAllBytes(packed);
    Files.write(packed, Arrays.copyOf(bytes, bytes.length - 20));
    FileSources sources = new FileSources("");

    Reading reading = read(sources, packed);

    assertThat(reading.packets()).isPositive().isLessThanOrEqualTo(capture.packets());
    assertThat(reading.bytes()).as("the first half is whole").isGreaterThan(half / 2);
    assertThat(reading.damage() != null || sources.streamDamage() != null).isTrue();
    if (reading.damage() != null) {
      assertThat(reading.damage()).contains(packed.toString());
    }
  }

  @ParameterizedTest
  @CsvSource({"gzip -c", "zstd -qc"})
  void shouldNameTheFileWhenAPackedPcapngIsDamaged(String packer) throws IOException {
    Path packed = pack(Captures.get("cut-trailing-byte.pcapng"), packer);

    Reading reading = read(packed);

    assertThat(reading.packets()).isEqualTo(27);
    assertThat(reading.damage()).startsWith(packed + ": damaged after 27 packets: ");
  }

  @ParameterizedTest
  @CsvSource({"gzip -c", "zstd -qc"})
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
