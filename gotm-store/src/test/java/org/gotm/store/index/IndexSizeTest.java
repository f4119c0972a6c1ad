package org.gotm.store.index;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import org.gotm.core.capture.Capture;
import org.gotm.core.flow.Cutoff;
import org.gotm.core.pcapfile.PcapFileSource;
import org.gotm.store.Recording;
import org.gotm.store.api.Compression;
import org.gotm.store.terms.Terms;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What an index takes beside a capture, of usual traffic and of scans. */
class IndexSizeTest {
  private static final long SECOND = 1_000_000_000;
  private static final long NO_HOST = 0xdead_beefL;
  private static final int BUSY_HOST = 0x0a14_0000;

  @TempDir Path folder;

  @ParameterizedTest(name = "{0} flows/s, scans {1}, cutoff {2} packets and {3} bytes")
  @CsvSource({
    "500,    8, 100,  8192, 60",
    "5000,   8, 100,  8192, 60",
    "50000,  8, 100,  8192, 90",
    "5000,   8, 1000, 65536, 60",
    "5000,  50, 100,  8192, 30",
    "5000, 100, 100,  8192, 10"
  })
  void shouldTakeAQuarterOfAPercentOfTheCaptureAtMost(
      int flows, int scans, int packets, int bytes, int mebibytes) throws IOException {
    Path capture = record(flows, scans, Cutoff.of(packets, bytes), (long) mebibytes << 20);

    assertThat(new Indexer().index(capture)).isNull();

    long kept = Files.size(capture);
    long index = Files.size(Sidecar.path(capture));
    System.out.printf(
        "IndexSizeTest: %d flows/s, scans %d, cutoff %d: %.3f%% of %d bytes%n",
        flows, scans, bytes, 100.0 * index / kept, kept);
    assertThat(index).isLessThanOrEqualTo(kept / 400);
    try (Sidecar sidecar = Sidecar.open(capture)) {
      BitSet busy = sidecar.find(Terms.Range.of(Terms.ipv4(BUSY_HOST)));
      BitSet none = sidecar.find(Terms.Range.of(Terms.ipv4(NO_HOST)));
      assertThat(busy.cardinality()).isPositive();
      assertThat(none.cardinality()).isEqualTo(0);
    }
  }

  private Path record(int flows, int scans, Cutoff cutoff, long bytes) throws IOException {
    Path traffic = folder.resolve("traffic.pcap");
    try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(traffic), 1 << 16)) {
      new MixedTraffic(1, flows, scans).write(out, bytes, 3 * SECOND);
    }
    List<Path> files = new ArrayList<>();
    try (Recording recording =
            Recording.into(folder.resolve("out"))
                .compression(Compression.zstd())
                .byPacketTime()
                .rotation(Duration.ZERO)
                .flush(Duration.ofHours(1))
                .onFinished(file -> files.add(file.path()))
                .open();
        Capture capture = Capture.from(PcapFileSource.open(traffic)).cutoff(cutoff).to(recording)) {
      capture.run();
      recording.finish();
    }
    assertThat(files).hasSize(1);
    return files.getFirst();
  }
}
