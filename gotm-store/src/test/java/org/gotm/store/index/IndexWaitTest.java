package org.gotm.store.index;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.gotm.core.capture.Capture;
import org.gotm.core.flow.Cutoff;
import org.gotm.core.pcapfile.PcapFileSource;
import org.gotm.store.Recording;
import org.gotm.store.RecordingBuilder;
import org.gotm.store.api.Compression;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An index that is late: whoever can wait does, and no packet ever waits for it. */
class IndexWaitTest {
  private static final long BYTES = 40_000_000;

  @TempDir Path folder;

  private long piecesWithoutTerms(boolean byPacketTime) throws IOException {
    Path traffic = folder.resolve("in.pcap");
    try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(traffic))) {
      new MixedTraffic(1, 5000, 8).write(out, BYTES, 1);
    }
    RecordingBuilder builder =
        Recording.into(folder.resolve("out"))
            .compression(Compression.none())
            .rotation(Duration.ZERO)
            .index(true)
            .yieldPriority(IndexWaitTest::beLate);
    try (Recording recording = (byPacketTime ? builder.byPacketTime() : builder).open();
        Capture capture =
            Capture.from(PcapFileSource.open(traffic)).cutoff(Cutoff.none()).to(recording)) {
      capture.run();
      recording.finish();
      return recording.index().orElseThrow().piecesWithoutTerms();
    }
  }

  private static void beLate() {
    if (Thread.currentThread().getName().equals("gotm-index")) {
      try {
        Thread.sleep(1000);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }

  @Test
  void shouldWaitForTheIndexWhenTrafficIsRecorded() throws IOException {
    assertThat(piecesWithoutTerms(true)).isZero();
  }

  @Test
  void shouldGoOnWithoutTermsWhenPacketsCome() throws IOException {
    assertThat(piecesWithoutTerms(false)).isPositive();
  }
}
