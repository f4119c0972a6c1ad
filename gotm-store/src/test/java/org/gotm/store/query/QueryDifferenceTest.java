package org.gotm.store.query;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.gotm.core.capture.Capture;
import org.gotm.core.flow.Cutoff;
import org.gotm.core.pcapfile.Captures;
import org.gotm.core.pcapfile.PcapFileSource;
import org.gotm.core.pcapfile.PcapngFileSource;
import org.gotm.core.source.PacketSource;
import org.gotm.core.source.PacketSourceException;
import org.gotm.store.Recording;
import org.gotm.store.api.Compression;
import org.gotm.store.index.Indexer;
import org.gotm.store.index.MixedTraffic;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Random queries in all words of the language, over files of every kind, traffic with scans among
 * them: with an index the answer is that of a full scan, byte for byte.
 *
 * <p>{@code -Dgotm.queries=5000} asks more, {@code -Dgotm.traffic=BYTES} over more traffic, {@code
 * -Dgotm.captures=FOLDER} over the captures there, too.
 */
class QueryDifferenceTest {
  private static final int QUERIES = Integer.getInteger("gotm.queries", 100);
  private static final long TRAFFIC = Long.getLong("gotm.traffic", 2_000_000);
  private static final String MORE = System.getProperty("gotm.captures", "");
  private static final long SEED = Long.getLong("gotm.test.seed", 18);
  private static final long WARM_NANOS = 1_000_000_000;

  @TempDir Path folder;
  private final Random random = new Random(SEED);
  private final RandomQueries queries = new RandomQueries(random);
  private final List<String> notes = new ArrayList<>();
  private final List<Path> files = new ArrayList<>();
  private Path day;

  @Test
  void shouldAnswerTheSameWithAnIndexWhateverIsAsked() throws Exception {
    day = Files.createDirectories(folder.resolve("out/2026/11/27"));
    addCaptures();
    addTraffic("zst", Compression.zstd(), 5_000, 8);
    addTraffic("gz", new Compression.Gzip(1), 20_000, 8);
    addTraffic("plain", Compression.none(), 5_000, 100);
    List<String> asked = Stream.generate(queries::nextOfAll).limit(QUERIES).toList();
    List<String> whole = new ArrayList<>();
    for (String query : asked) {
      whole.add(answer(query));
    }
    int indexed = 0;
    for (Path file : files) {
      indexed += new Indexer().index(file) == null ? 1 : 0;
    }
    notes.clear();
    for (int i = 0; i < asked.size(); i++) {
      assertThat(answer(asked.get(i))).as(asked.get(i)).isEqualTo(whole.get(i));
    }
    long distinct = whole.stream().distinct().count();
    System.out.printf(
        "QueryDifferenceTest: -Dgotm.test.seed=%d: %d queries, %d answers, %d of %d files indexed%n",
        SEED, asked.size(), distinct, indexed, files.size());
    assertThat(indexed).isGreaterThan(files.size() / 2);
    assertThat(distinct).isGreaterThan(QUERIES / 4);
  }

  private void addCaptures() throws IOException {
    for (Captures.Capture capture : Captures.all()) {
      if (capture.isSound()) {
        add(capture.bytes(), end(capture.name()));
      }
    }
    if (!MORE.isEmpty()) {
      try (DirectoryStream<Path> more = Files.newDirectoryStream(Path.of(MORE), "*.pcap*")) {
        for (Path file : more) {
          add(Files.readAllBytes(file), end(file.getFileName().toString()));
        }
      }
    }
  }

  private static String end(String name) {
    return name.substring(name.indexOf('.')).replace(".cap", ".pcap").replace(".snoop", ".pcap");
  }

  private void add(byte[] capture, String end) throws IOException {
    int n = files.size();
    Path file = day.resolve("2026-11-27T13-%02d-%02d%s".formatted(n / 60, n % 60, end));
    files.add(Files.write(file, capture));
    learn(file);
  }

  private void learn(Path file) {
    PacketSource source = null;
    try {
      CaptureBytes bytes = CaptureBytes.of(Files.newInputStream(file));
      source =
          bytes.isPcapng()
              ? PcapngFileSource.open(bytes.channel(), file.toString())
              : PcapFileSource.open(bytes.channel(), file.toString());
      PacketSource all = source;
      while (source.poll(batch -> queries.learn(batch, all.linkType())) != PacketSource.END) {
        // until all is read
      }
    } catch (IOException | PacketSourceException e) {
      // what is behind is not learnt
    } finally {
      if (source != null) {
        source.close();
      }
    }
  }

  /** Made-up traffic in the files of a recording, in a day of their own. */
  private void addTraffic(String name, Compression compression, int flows, int scans)
      throws IOException {
    Path traffic = folder.resolve(name + ".pcap");
    try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(traffic))) {
      new MixedTraffic(SEED, flows, scans).write(out, TRAFFIC, WARM_NANOS);
    }
    learn(traffic);
    try (Recording recording =
            Recording.into(folder.resolve(name))
                .compression(compression)
                .byPacketTime()
                .rotation(Duration.ZERO)
                .onFinished(file -> move(file.path()))
                .open();
        Capture capture =
            Capture.from(PcapFileSource.open(traffic)).cutoff(Cutoff.of(100, 8192)).to(recording)) {
      capture.run();
      recording.finish();
    }
    Files.delete(traffic);
  }

  private void move(Path file) {
    String name = file.getFileName().toString();
    int n = files.size();
    try {
      files.add(
          Files.move(file, day.resolve("2026-11-27T14-00-%02d%s".formatted(n % 60, end(name)))));
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  /** The digest of what is found. */
  private String answer(String query) throws IOException, NoSuchAlgorithmException {
    Query parsed =
        Query.parse(query, Instant.now(), ZoneOffset.UTC, QueryDifferenceTest::longerThan);
    MessageDigest digest = MessageDigest.getInstance("SHA-256");
    Search search = new Search(parsed, Limits.NONE, notes::add, System::nanoTime);
    try (OutputStream out =
        new BufferedOutputStream(new DigestOutputStream(OutputStream.nullOutputStream(), digest))) {
      search.run(List.of(folder.resolve("out")), AnswerFormat.PCAPNG, out);
    }
    return HexFormat.of().formatHex(digest.digest());
  }

  private static PacketTest longerThan(String expression) {
    int length = Integer.parseInt(expression.substring(expression.indexOf(' ') + 1));
    return (linkType, memory, offset, caplen, wireLength) -> wireLength >= length;
  }
}
