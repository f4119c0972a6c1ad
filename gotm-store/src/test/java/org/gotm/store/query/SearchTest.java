package org.gotm.store.query;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.gotm.core.pcapfile.Captures;
import org.gotm.core.pcapfile.PcapFileSource;
import org.gotm.core.source.PacketBatch;
import org.gotm.core.source.PacketSource;
import org.gotm.store.RecordedPackets;
import org.gotm.store.Recording;
import org.gotm.store.Tool;
import org.gotm.store.api.Compression;
import org.gotm.store.index.Indexer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Answers, as tcpdump would give them, and the same with an index as without. */
class SearchTest {
  private static final int ROUNDS = Integer.getInteger("gotm.query.rounds", 8);
  private static final String DAY = "2026/11/27";

  @TempDir Path folder;
  private final List<String> notes = new ArrayList<>();
  private final long seed = Long.getLong("gotm.test.seed", System.nanoTime());
  private final Random random = new Random(seed);
  private int files;

  SearchTest() {
    System.out.println("SearchTest: -Dgotm.test.seed=" + seed);
  }

  private Path add(byte[] capture, String end) throws IOException {
    Path day = Files.createDirectories(folder.resolve(DAY));
    return Files.write(day.resolve("2026-11-27T13-00-%02d%s".formatted(files++, end)), capture);
  }

  private byte[] answer(String query) throws IOException {
    return answer(query, AnswerFormat.PCAP, Limits.NONE).toByteArray();
  }

  private ByteArrayOutputStream answer(String query, AnswerFormat format, Limits limits)
      throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    search(query, limits).run(List.of(folder), format, out);
    return out;
  }

  private Search search(String query, Limits limits) {
    Query parsed =
        Query.parse(query, Instant.now(), ZoneOffset.UTC, expression -> (l, m, o, c, w) -> true);
    return new Search(parsed, limits, notes::add, System::nanoTime);
  }

  /** Those that have neither tags nor tunnels nor extension headers, which tcpdump stops at. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "eth-udp-dns.pcap",
        "eth-sctp.pcap",
        "eth-tcp-syn-flood-200.pcap",
        "eth-timestamps-go-back.pcap",
        "link-rawip4-tcp.pcap",
        "link-null-loopback.pcap",
        "format-nanosecond-be.pcap"
      })
  void shouldAnswerWhatTcpdumpDoes(String name) throws IOException {
    Tool.require("tcpdump");
    Path capture = add(Captures.read(name), ".pcap");
    RandomQueries queries = learn(capture);
    Path answer = folder.resolve("answer.pcap");
    for (int round = 0; round < ROUNDS; round++) {
      String query = queries.next();
      boolean hasMac = !query.contains("ether") || name.startsWith("eth-");
      if (hasMac) {
        Files.write(answer, answer(query));
        assertThat(lines(answer, "")).as(query).isEqualTo(lines(capture, query));
      }
    }
  }

  private RandomQueries learn(Path capture) {
    RandomQueries queries = new RandomQueries(random);
    try (PcapFileSource source = PcapFileSource.open(capture)) {
      while (source.poll(batch -> queries.learn(batch, source.linkType())) != PacketSource.END) {
        // until all is read
      }
    }
    return queries;
  }

  private static List<String> lines(Path capture, String query) {
    return Tool.run(
            "tcpdump -nn -tt --nano -e -x -r \"$1\" \"$2\" 2>\"$1.err\" || grep -q 'rejects all'"
                + " \"$1.err\"",
            capture,
            query)
        .lines()
        .toList();
  }

  @Test
  void shouldAnswerTheSameWithAnIndex() throws IOException {
    RandomQueries queries = new RandomQueries(random);
    List<Path> captures = new ArrayList<>();
    for (Captures.Capture capture : Captures.pcaps()) {
      if (capture.isSound() && !capture.name().equals("format-modified-a1b2cd34.pcap")) {
        Path file = add(capture.bytes(), ".pcap");
        captures.add(file);
        try (PcapFileSource source = PcapFileSource.open(file)) {
          while (source.poll(batch -> queries.learn(batch, source.linkType()))
              != PacketSource.END) {
            // until all is read
          }
        }
      }
    }
    List<String> asked = Stream.generate(queries::next).limit(4L * ROUNDS).toList();
    List<byte[]> whole = new ArrayList<>();
    for (String query : asked) {
      whole.add(answer(query, AnswerFormat.PCAPNG, Limits.NONE).toByteArray());
    }
    Indexer indexer = new Indexer();
    for (Path file : captures) {
      assertThat(indexer.index(file)).as(file.toString()).isNull();
    }
    notes.clear();
    for (int i = 0; i < asked.size(); i++) {
      assertThat(answer(asked.get(i), AnswerFormat.PCAPNG, Limits.NONE).toByteArray())
          .as(asked.get(i))
          .isEqualTo(whole.get(i));
    }
    assertThat(notes).isEmpty();
  }

  /** Records lie across gzip members; files of others have packets where ours have a header. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "gotm.gz",
        "gotm.zst",
        "bgzip -c",
        "gzip -c",
        "zstd -c",
        "split -b 300000 --filter='zstd -c' -"
      })
  void shouldAnswerTheSameFromSeekableFiles(String packedBy) throws IOException {
    Path plain = Files.write(folder.resolve("plain"), repeated("eth-mixed-emix.pcap", 3));
    RandomQueries queries = learn(plain);
    List<String> asked = Stream.generate(queries::next).limit(4L * ROUNDS).toList();
    Path capture = Files.createDirectories(folder.resolve(DAY)).resolve("2026-11-27T13-00-00.pcap");
    Files.copy(plain, capture);
    List<byte[]> expected = new ArrayList<>();
    for (String query : asked) {
      expected.add(answer(query));
    }
    Files.delete(capture);
    Path packed = pack(plain, packedBy, capture);
    for (boolean isIndexed : List.of(false, true)) {
      if (isIndexed) {
        boolean hasIndex = new Indexer().index(packed) == null;
        assertThat(hasIndex).isEqualTo(packedBy.startsWith("gotm"));
      }
      notes.clear();
      for (int i = 0; i < asked.size(); i++) {
        assertThat(answer(asked.get(i))).as(asked.get(i)).isEqualTo(expected.get(i));
      }
    }
    assertThat(notes.isEmpty()).isEqualTo(packedBy.startsWith("gotm"));
  }

  private Path pack(Path plain, String by, Path capture) throws IOException {
    String end = by.contains("zst") ? ".zst" : ".gz";
    Path packed = capture.resolveSibling(capture.getFileName() + end);
    if (!by.startsWith("gotm")) {
      Tool.run(by + " < \"$1\" > \"$2\"", plain, packed);
      return packed;
    }
    Path out = folder.resolve("out");
    try (Recording recording =
            Recording.into(out)
                .compression(end.equals(".gz") ? Compression.gzip() : Compression.zstd())
                .open();
        RecordedPackets packets = recording.packets(1);
        PcapFileSource source = PcapFileSource.open(plain)) {
      while (source.poll(batch -> add(batch, packets)) != PacketSource.END) {
        // until all is read
      }
      packets.flush();
      recording.finish();
    }
    Path file = Tool.files(out, ".*\\.(gz|zst)").getFirst();
    return Files.move(file, packed);
  }

  private static void add(PacketBatch batch, RecordedPackets packets) {
    for (int i = 0; i < batch.count(); i++) {
      packets.add(
          batch.segment.asSlice(batch.offsets[i], batch.caplens[i]).toArray(ValueLayout.JAVA_BYTE),
          batch.timestampsNanos[i]);
    }
  }

  /** A capture with its packets again and again. */
  private static byte[] repeated(String name, int times) throws IOException {
    byte[] once = Captures.read(name);
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    all.write(once);
    for (int i = 1; i < times; i++) {
      all.write(once, 24, once.length - 24);
    }
    return all.toByteArray();
  }

  @Test
  void shouldPassOverFilesThatCannotBeReadAndSaySo() throws IOException {
    add(Captures.read("eth-udp-dns.pcap"), ".pcap");
    byte[] whole = answer("udp port 53");
    notes.clear();
    add(new byte[] {0x1f, (byte) 0x8b, 8}, ".pcap.gz");
    add(new byte[] {0x28, (byte) 0xb5, 0x2f, (byte) 0xfd}, ".pcap.zst");
    add(new byte[] {1, 2, 3, 4, 5, 6, 7, 8}, ".pcap");

    assertThat(answer("udp port 53")).isEqualTo(whole);
    assertThat(notes)
        .anyMatch(note -> note.contains("13-00-01.pcap.gz"))
        .anyMatch(note -> note.contains("13-00-02.pcap.zst"))
        .anyMatch(note -> note.contains("13-00-03.pcap"));
  }

  @Test
  void shouldSayThatALimitCutTheAnswerShort() throws IOException {
    add(Captures.read("eth-udp-dns.pcap"), ".pcap");
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    Answer answer =
        search("udp", new Limits(3, 0, Duration.ZERO)).run(List.of(folder), AnswerFormat.PCAP, out);

    assertThat(answer.packets()).isEqualTo(3);
    assertThat(answer.isComplete()).isFalse();
    assertThat(answer.cutShort()).isEqualTo("limit of 3 packets");
  }

  @Test
  void shouldSearchWholeAndSaySoWhenAnIndexIsDamaged() throws IOException {
    Path capture = add(Captures.read("eth-udp-dns.pcap"), ".pcap");
    byte[] whole = answer("udp port 53");
    new Indexer().index(capture);
    Path sidecar = capture.resolveSibling(capture.getFileName() + ".gix");
    byte[] sound = Files.readAllBytes(sidecar);
    for (int round = 0; round < 200; round++) {
      byte[] damaged = sound.clone();
      damaged[random.nextInt(damaged.length)] ^= (byte) (1 << random.nextInt(8));
      Files.write(sidecar, damaged);
      assertThat(answer("udp port 53")).as("round %d", round).isEqualTo(whole);
    }
    for (int length = 0; length < sound.length; length += 97) {
      Files.write(sidecar, Arrays.copyOf(sound, length));
      assertThat(answer("udp port 53")).as("length %d", length).isEqualTo(whole);
    }
    assertThat(notes).anyMatch(note -> note.contains("index not used"));
  }

  @Test
  void shouldFindPacketsThatAreInThePieceOfTheHeader() throws IOException {
    ByteArrayOutputStream packed = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(packed)) {
      gzip.write(Captures.read("eth-udp-dns.pcap"));
    }
    Path capture = add(packed.toByteArray(), ".pcap.gz");
    byte[] whole = answer("udp port 53");

    new Indexer().index(capture);

    assertThat(answer("udp port 53")).isEqualTo(whole).hasSizeGreaterThan(24);
  }
}
