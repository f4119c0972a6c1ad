package org.gotm.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.gotm.store.flows.FlowBed;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Records of flows on a disk that is full, or does not answer: they are lost, and counted. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class FlowSpoolDiskTest {
  private static final int RING = 64;

  @TempDir Path parent;

  /** Takes all room that is left. */
  private static void fill(Path file) throws IOException {
    try (RandomAccessFile filler = new RandomAccessFile(file.toFile(), "rw")) {
      for (int length = 1 << 16; length >= 1; length /= 2) {
        try {
          while (true) {
            filler.write(new byte[length]);
          }
        } catch (IOException e) {
          // no room for so much
        }
      }
    }
  }

  /** Ends so many flows, each with a record. */
  private static void endFlows(FlowBed bed, int first, int count) {
    for (int flow = first; flow < first + count; flow++) {
      bed.send(flow);
    }
    bed.endFlows();
  }

  @ParameterizedTest
  @ValueSource(strings = {"tmpfs", "ext4"})
  void shouldSayThatTheDiskIsFullAndGoOnWhenThereIsRoom(String type) throws IOException {
    try (SmallFileSystem disk = SmallFileSystem.mount(type, 2, parent);
        FlowBed bed = new FlowBed(disk.folder(), "eth0", RING, Duration.ZERO)) {
      endFlows(bed, 0, 10);
      bed.awaitWritten();
      Path filler = disk.folder().resolve("filler");
      fill(filler);
      int sent = 10;
      while (bed.spool().lost() == 0) {
        endFlows(bed, sent, 10);
        sent += 10;
      }
      FlowBed.await(() -> bed.spool().error() != null);
      assertThat(bed.spool().error())
          .startsWith("flows: records cannot be written: " + bed.folder())
          .contains("No space left on device");
      assertThat(bed.log).filteredOn(line -> line.contains("cannot be written")).hasSize(1);

      Files.delete(filler);
      bed.awaitWritten();
      FlowBed.await(() -> bed.spool().error() == null);
      endFlows(bed, sent, 5);
      sent += 5;
      bed.spool().finish();

      assertThat(bed.log).contains("flows: records are written again");
      List<String> lines = FlowBed.lines(disk.folder(), "");
      assertThat(lines).hasSize((int) (sent - bed.spool().lost())).doesNotHaveDuplicates();
      assertThat(bed.spool().records()).isEqualTo(lines.size());
    }
  }

  @Test
  void shouldSayThatTheDiskDoesNotAnswerAndGoOnWhenItDoes() throws IOException {
    try (SmallFileSystem disk = SmallFileSystem.mount("ext4", 8, parent);
        FlowBed bed = new FlowBed(disk.folder(), "eth0", RING, Duration.ZERO)) {
      endFlows(bed, 0, 10);
      bed.awaitWritten();
      Tool.run("fsfreeze -f \"$1\"", disk.folder());
      try {
        endFlows(bed, 10, RING * 2);
        FlowBed.await(() -> bed.spool().error() != null);
        assertThat(bed.spool().error())
            .isEqualTo("flows: %s: the disk does not answer".formatted(bed.folder()));
      } finally {
        Tool.run("fsfreeze -u \"$1\"", disk.folder());
      }
      FlowBed.await(() -> bed.spool().error() == null);
      bed.spool().finish();

      assertThat(bed.spool().lost()).isPositive();
      assertThat(FlowBed.lines(disk.folder(), ""))
          .hasSize((int) (10 + RING * 2 - bed.spool().lost()));
    }
  }
}
