package org.gotm.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.gotm.core.capture.Capture;
import org.gotm.core.capture.Counter;
import org.gotm.core.flow.Cutoff;
import org.gotm.core.pcapfile.Captures;
import org.gotm.core.pcapfile.PcapFileSource;
import org.gotm.store.api.Compression;
import org.gotm.store.api.FinishedFile;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A recording of what a capture keeps of a real capture file. */
class CaptureRecordingTest {
  @TempDir Path folder;

  static List<Compression> compressions() {
    return List.of(Compression.none(), Compression.gzip(), Compression.zstd());
  }

  @BeforeAll
  static void requireTools() {
    Tool.require("tcpdump", "gzip", "zstd");
  }

  @ParameterizedTest
  @MethodSource("compressions")
  void shouldAccountForTheWholeRunWhenTheIntervalsOfItsFilesAreAdded(Compression compression)
      throws IOException {
    Path out = folder.resolve("out");
    Path traffic = Captures.get("eth-tcp-one-elephant-flow.pcap").extractTo(folder);
    List<FinishedFile> files = new CopyOnWriteArrayList<>();
    try (Recording recording =
            Recording.into(out)
                .compression(compression)
                .byPacketTime()
                .rotation(Duration.ofMillis(1))
                .onFinished(files::add)
                .open();
        Capture capture =
            Capture.from(PcapFileSource.open(traffic)).cutoff(Cutoff.of(10, 0)).to(recording)) {
      capture.run();
      recording.finish();

      assertThat(capture.ledger().isBalanced()).as(capture.ledger().toString()).isTrue();
      assertThat(capture.ledger().get(Counter.CUT)).isPositive();
      assertThat(capture.ledger().get(Counter.RECEIVED)).isEqualTo(Tool.count(traffic));
      assertThat(files).hasSizeGreaterThan(1);
      for (Counter counter : List.of(Counter.RECEIVED, Counter.KEPT, Counter.CUT, Counter.BYTES)) {
        long sum = files.stream().mapToLong(f -> f.interval().orElseThrow().get(counter)).sum();
        assertThat(sum).as(counter.name()).isEqualTo(capture.ledger().get(counter));
      }
      assertThat(files.stream().mapToLong(FinishedFile::packets).sum())
          .isEqualTo(capture.ledger().written());
      assertThat(files)
          .extracting(FinishedFile::path)
          .containsExactlyInAnyOrderElementsOf(Tool.finished(out));
    }
    for (FinishedFile file : files) {
      assertThat(Files.size(file.path())).isEqualTo(file.bytes());
      assertThat(times(file.path()))
          .hasSize((int) file.packets())
          .startsWith(file.firstTimestampNanos())
          .endsWith(file.lastTimestampNanos());
    }
  }

  /** The times of all packets, by tcpdump. */
  private static List<Long> times(Path file) {
    String cat = file.toString().endsWith(".gz") ? "zcat" : "zstd -dcqf";
    return Tool.run(
            cat
                + " < \"$1\" | tcpdump -r - -tt --time-stamp-precision=nano -n 2>/dev/null"
                + " | grep -E '^[0-9]' | cut -d' ' -f1",
            file)
        .lines()
        .map(line -> Long.parseLong(line.replace(".", "")))
        .toList();
  }
}
