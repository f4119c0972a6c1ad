package org.gotm.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.gotm.core.capture.Counter;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A disk that becomes full while packets come, and has room again later. */
@Tag("live")
class DiskFullTest {
  @TempDir Path folder;

  @BeforeAll
  static void requireTools() {
    Tool.require("tcpdump", "capinfos", "gzip", "zstd", "mount", "umount", "mkfs.ext4");
  }

  @ParameterizedTest
  @CsvSource({
    "tmpfs,none,1",
    "tmpfs,none,3",
    "tmpfs,gzip,1",
    "tmpfs,zstd,3",
    "ext4,none,1",
    "ext4,none,2",
    "ext4,zstd,1"
  })
  void shouldGoOnAndResumeWhenTheDiskIsFullForAWhile(String type, String name, int workers)
      throws Exception {
    try (SmallFileSystem disk = SmallFileSystem.mount(type, 24, folder);
        Rig rig =
            new Rig(disk.folder().resolve("out"), 32).compression(Rig.compressionNamed(name))) {
      Path filler = fill(disk.folder());
      rig.flushNanos(1_000_000).open();
      TestWorker[] senders = new TestWorker[workers];
      for (int i = 0; i < workers; i++) {
        senders[i] = rig.expectedWorker(i);
      }
      while (rig.recording.error() == null) {
        send(senders, 100);
      }
      assertThat(rig.recording.error())
          .contains("write=" + rig.folder + ": cannot write en0_current.pcap.tmp")
          .contains("No space left on device");
      send(senders, 5000);
      awaitBooked(senders);
      assertThat(rig.recording.error()).isNotNull();
      Tool.check(current(rig)); // cut back to whole pieces
      Files.delete(filler);
      while (rig.recording.error() != null) {
        send(senders, 10);
        awaitBooked(senders);
        Thread.sleep(10); // or the disk is full again before the trouble counts as over
      }
      rig.recording.finish();

      assertThat(rig.log.count("No space left on device")).isBetween(1L, 3L);
      assertThat(rig.log.count("works again")).isPositive();
      assertThat(rig.recording.writeErrors()).isPositive();
      assertSound(rig, senders);
    }
  }

  /** Leaves room for a few MiB. */
  private static Path fill(Path disk) throws IOException {
    Path filler = disk.resolve("filler");
    Tool.run("head -c 14M /dev/zero > \"$1\"; sync \"$1\"", filler);
    return filler;
  }

  private static void send(TestWorker[] senders, int packets) {
    for (TestWorker sender : senders) {
      sender.sendMany(packets, Rig.START + sender.sent() * 1000L, 1000);
      sender.flush();
    }
  }

  private static void awaitBooked(TestWorker[] senders) {
    for (TestWorker sender : senders) {
      while (sender.ledger.inMemory() > 0) {
        Thread.onSpinWait();
      }
    }
  }

  private static Path current(Rig rig) {
    return Tool.files(rig.folder, "en0_current.*").getFirst();
  }

  private static void assertSound(Rig rig, TestWorker[] senders) {
    List<Path> files = Tool.finished(rig.folder);
    files.forEach(Tool::check);
    Set<Tool.Packet> packets = new HashSet<>();
    files.forEach(f -> packets.addAll(Tool.packets(f)));
    long written = 0;
    for (TestWorker sender : senders) {
      assertThat(sender.ledger.isBalanced()).isTrue();
      assertThat(sender.ledger.get(Counter.LOST_WRITE_ERROR)).isPositive();
      written += sender.ledger.get(Counter.WRITTEN);
    }
    assertThat(packets).hasSize((int) written);
    assertThat(Tool.files(rig.folder, ".*(current|damaged).*")).isEmpty();
  }
}
