package org.gotm.store.query;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.gotm.core.packet.LinkType;
import org.gotm.core.pcapfile.Captures;
import org.gotm.core.pcapfile.PcapFileSource;
import org.gotm.core.pcapfile.PcapHeaderLayout;
import org.gotm.core.pcapfile.RecordFormat;
import org.gotm.core.pcapfile.SectionDescription;
import org.gotm.core.pcapfile.TimestampPrecision;
import org.gotm.core.source.PacketSource;
import org.gotm.store.RecordedPackets;
import org.gotm.store.Recording;
import org.gotm.store.RecordingBuilder;
import org.gotm.store.Tool;
import org.gotm.store.api.Compression;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The index that is made while packets are recorded, and what is found before a file is finished.
 */
class LiveIndexTest {
  private static final int QUERIES = 30;
  private static final Duration NEVER = Duration.ofDays(1);
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  @TempDir Path folder;
  private final List<String> log = new CopyOnWriteArrayList<>();
  private final List<String> notes = new ArrayList<>();
  private final long seed = Long.getLong("gotm.test.seed", System.nanoTime());
  private final Random random = new Random(seed);
  private final RandomQueries queries = new RandomQueries(random);
  private long nanos = 1_504_028_758_000_000_000L; // times that ascend through all captures

  LiveIndexTest() {
    System.out.println("LiveIndexTest: -Dgotm.test.seed=" + seed);
  }

  @BeforeAll
  static void requireTools() {
    Tool.require("tcpdump", "zstd", "gzip");
  }

  private RecordingBuilder recording(String compression, String format) {
    RecordFormat records =
        format.equals("pcap")
            ? RecordFormat.pcap()
            : RecordFormat.pcapng(
                TimestampPrecision.NANO,
                PcapHeaderLayout.MAX_SNAPLEN,
                new SectionDescription("", "", "", ""));
    return Recording.into(folder)
        .name("en0")
        .zone(ZoneOffset.UTC)
        .format(records)
        .compression(
            switch (compression) {
              case "gzip" -> new Compression.Gzip(1);
              case "zstd" -> new Compression.Zstd(1);
              default -> new Compression.None();
            })
        .flush(NEVER)
        .rotation(Duration.ZERO)
        .log(log::add)
        .index(true);
  }

  /** Records all captures of Ethernet, and lets the queries know what is in them. */
  private void record(RecordedPackets packets) {
    for (Captures.Capture capture : Captures.pcaps()) {
      if (!capture.isSound()) {
        continue;
      }
      Path file = write(capture);
      try (PcapFileSource source = PcapFileSource.open(file)) {
        int linkType = source.linkType();
        while (linkType == LinkType.ETHERNET && poll(source, packets) != PacketSource.END) {
          // until all is read
        }
      }
    }
  }

  private Path write(Captures.Capture capture) {
    try {
      Path inputs = Files.createDirectories(folder.resolveSibling(folder.getFileName() + "-in"));
      return Files.write(inputs.resolve(capture.name()), capture.bytes());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private int poll(PcapFileSource source, RecordedPackets packets) {
    return source.poll(
        batch -> {
          queries.learn(batch, LinkType.ETHERNET);
          for (int i = 0; i < batch.count(); i++) {
            packets.add(
                batch.segment,
                batch.offsets[i],
                batch.caplens[i],
                batch.wireLengths[i],
                nanos += 1000);
          }
        });
  }

  private byte[] answer(String query) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    search(query).run(List.of(folder), AnswerFormat.PCAPNG, out);
    return out.toByteArray();
  }

  private Search search(String query) {
    Query parsed =
        Query.parse(query, Instant.now(), ZoneOffset.UTC, expression -> (l, m, o, c, w) -> true);
    return new Search(parsed, Limits.NONE, notes::add, System::nanoTime);
  }

  private List<Path> files(String end) throws IOException {
    try (Stream<Path> all = Files.walk(folder)) {
      return all.filter(path -> path.toString().endsWith(end)).sorted().toList();
    }
  }

  @ParameterizedTest
  @CsvSource({"none,pcap", "gzip,pcap", "zstd,pcap", "none,pcapng", "zstd,pcapng"})
  void shouldFindWithTheIndexWhatIsFoundWithout(String compression, String format)
      throws IOException {
    try (Recording recording = recording(compression, format).rotationBytes(1 << 20).open()) {
      try (RecordedPackets packets = recording.packets(LinkType.ETHERNET)) {
        record(packets);
      }
      recording.finish();
      assertThat(recording.index().orElseThrow().piecesWithoutTerms()).isZero();
    }
    List<Path> sidecars = files(".gix");
    assertThat(sidecars).hasSizeGreaterThan(1);
    List<String> asked = Stream.generate(queries::next).limit(QUERIES).toList();
    List<byte[]> found = new ArrayList<>();
    for (String query : asked) {
      found.add(answer(query));
    }
    assertThat(notes).isEmpty();
    for (Path sidecar : sidecars) {
      Files.delete(sidecar);
    }
    for (int i = 0; i < asked.size(); i++) {
      assertThat(found.get(i)).as(asked.get(i)).isEqualTo(answer(asked.get(i)));
    }
    assertThat(notes).allMatch(note -> note.contains("no index"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"none", "gzip", "zstd"})
  void shouldFindInTheFileThatIsWrittenWhatWasShown(String compression) throws Exception {
    try (Recording recording = recording(compression, "pcap").open();
        RecordedPackets packets = recording.packets(LinkType.ETHERNET)) {
      record(packets);
      packets.flush();
      assertThat(recording.show(PATIENCE)).isTrue();
      assertThat(files(".pcap")).isEmpty();
      for (int round = 0; round < QUERIES; round++) {
        String query = queries.next();
        byte[] before = answer(query);
        if (round == 0) {
          recording.rotate();
          awaitFinished();
        }
        assertThat(before).as(query).isEqualTo(answer(query));
      }
    }
    assertThat(notes).isEmpty();
  }

  private void awaitFinished() throws Exception {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (files(".gix").stream().allMatch(path -> path.toString().contains("_current"))) {
      assertThat(System.nanoTime()).as("%s", log).isLessThan(deadline);
      Thread.sleep(10);
    }
  }

  @Test
  void shouldShowAllWorkersPacketsInOrderWhenTheDoorbellIsRung() throws Exception {
    try (Recording recording = recording("zstd", "pcap").doorbell(true).open();
        RecordedPackets one = recording.packets(LinkType.ETHERNET);
        RecordedPackets two = recording.packets(LinkType.ETHERNET)) {
      byte[] frame = new byte[64];
      frame[12] = 8;
      for (int i = 0; i < 1000; i++) {
        (i % 3 == 0 ? one : two).add(frame, i * 1000L);
      }
      one.flush();
      two.flush();
      Path answer = Files.write(folder.resolve("answer.pcapng"), answer(""));
      List<String> times =
          Tool.run("tcpdump -tt -nn -r \"$1\" 2>/dev/null | cut -d' ' -f1", answer)
              .lines()
              .toList();
      assertThat(times).hasSize(1000).isSorted();
    }
    assertThat(notes).isEmpty();
    assertThat(files(".sock")).isEmpty();
  }

  @Test
  void shouldFindEachPacketOnceWhileFilesAreFinished() throws Exception {
    AtomicBoolean isOver = new AtomicBoolean();
    try (Recording recording = recording("none", "pcap").skipEmpty(true).doorbell(true).open();
        RecordedPackets packets = recording.packets(LinkType.ETHERNET)) {
      Thread rotating =
          Thread.ofPlatform()
              .start(
                  () -> {
                    while (!isOver.get()) {
                      recording.rotate();
                    }
                  });
      try {
        for (int sent = 1; sent <= 60; sent++) {
          packets.add(new byte[64], sent);
          packets.flush();
          assertThat(packetsIn(answer(""))).as("%s", notes).isEqualTo(sent);
        }
      } finally {
        isOver.set(true);
        rotating.join();
      }
    }
  }

  @Test
  void shouldFindAFileThatGetsAnotherNameWhenItIsAboutToBeOpened() throws Exception {
    Path file = folder.resolve("en0_current.pcap.tmp");
    Files.write(file, Captures.get("eth-udp-dns.pcap").bytes());
    int packets = packetsIn(answer(""));
    Path aside = folder.resolve("en0_current.pcap.tmp.leftover");
    Search search =
        search("")
            .watchedBy(
                () -> {
                  if (Files.exists(file)) {
                    move(file, aside);
                  }
                });
    ByteArrayOutputStream out = new ByteArrayOutputStream();

    search.run(List.of(folder), AnswerFormat.PCAPNG, out);

    assertThat(aside).exists();
    assertThat(packets).isPositive();
    assertThat(packetsIn(out.toByteArray())).isEqualTo(packets);
  }

  private static void move(Path from, Path to) {
    try {
      Files.move(from, to);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private int packetsIn(byte[] answer) throws IOException {
    Path file = Files.write(folder.resolve("answer"), answer);
    String count = Tool.run("tcpdump --count -r \"$1\" 2>/dev/null", file);
    return Integer.parseInt(count.split(" ")[0]);
  }

  @Test
  void shouldLeaveAFileInTheWayOfTheDoorbellAloneAndSaySo() throws Exception {
    Path inTheWay = Files.writeString(folder.resolve("en0_current.sock"), "precious");
    try (Recording recording = recording("zstd", "pcap").doorbell(true).open()) {
      recording.finish();
    }
    assertThat(inTheWay).hasContent("precious");
    assertThat(log).anyMatch(line -> line.contains("queries will not see what is in memory"));
  }

  @Test
  void shouldSayThatARecorderCouldNotShowAllInTime() throws Exception {
    try (Recording recording = recording("zstd", "pcap").doorbell(true).open();
        RecordedPackets packets = recording.packets(LinkType.ETHERNET)) {
      packets.add(new byte[64], 0); // and who writes hands nothing over
      answer("");
    }
    assertThat(notes).singleElement().asString().contains("not all on disk in time");
  }

  @Test
  void shouldSayThatARecorderDoesNotAnswerItsDoorbell() throws Exception {
    try (Recording recording = recording("zstd", "pcap").doorbell(true).open();
        RecordedPackets packets = recording.packets(LinkType.ETHERNET)) {
      packets.add(new byte[64], 0);
      packets.flush();
      Files.setPosixFilePermissions(files(".sock").getFirst(), java.util.Set.of());
      answer("");
    }
    boolean isRoot = Files.getOwner(folder).getName().equals("root");
    assertThat(notes.isEmpty()).isEqualTo(isRoot); // rights do not stop root
  }

  @Test
  void shouldRecordWithoutAnIndexWhenItCannotBeWritten() throws Exception {
    try (Recording recording = recording("zstd", "pcap").open()) {
      try (RecordedPackets packets = recording.packets(LinkType.ETHERNET)) {
        Path current = files(".tmp.zst").getFirst();
        Path index =
            folder.resolve("en0_current.%s.gix".formatted(Files.getAttribute(current, "unix:ino")));
        Files.createDirectories(index.resolve("in the way"));
        packets.add(new byte[64], 0);
      }
      recording.finish();
      assertThat(recording.index().orElseThrow().filesNotIndexed()).isEqualTo(1);
    }
    assertThat(files(".pcap.zst")).hasSize(1);
    assertThat(log).anyMatch(line -> line.contains("will have no index"));
    answer("");
    assertThat(notes).anyMatch(note -> note.contains("no index"));
  }
}
