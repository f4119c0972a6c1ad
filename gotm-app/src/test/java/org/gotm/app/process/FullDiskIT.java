package org.gotm.app.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.gotm.app.process.GotmProcess.Ended;
import org.gotm.core.pcapfile.Captures;
import org.gotm.ffm.Command;
import org.gotm.ffm.VethPair;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A disk that is full when the traffic pauses: nothing is written that could show an end of it. */
@Tag("live")
class FullDiskIT {
  /** A success counts after a second without failure; this is clearly longer. */
  private static final long PAUSE_NANOS = TimeUnit.SECONDS.toNanos(3);

  @TempDir private Path folder;

  private VethPair veth;
  private HealthPage health;
  private Path disk;

  @BeforeEach
  void prepare() throws IOException {
    VethPair.requireLive();
    Command.require("curl", "mount", "umount");
    veth = VethPair.inNamespace();
    Command.check(veth.inside("ip", "link", "set", "lo", "up"));
    health = new HealthPage(veth);
    disk = Files.createDirectory(folder.resolve("disk"));
    Command.check("mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", disk.toString());
  }

  @AfterEach
  void clean() {
    if (veth != null) {
      veth.close();
      Command.check("umount", disk.toString());
    }
  }

  @Test
  void shouldSayThatTheDiskIsFullUntilAWriteSucceedsWhenTheTrafficPauses() throws Exception {
    Path traffic = Captures.get("eth-mixed-emix.pcap").extractTo(folder);
    try (GotmProcess gotm =
        GotmLaunch.gotm("-interface", veth.name(), "-filter", "", "-write", disk)
            .and("-bytecutoff=0", "-packetcutoff=0", "-metrics-address", HealthPage.ADDRESS)
            .inside(veth)
            .in(folder)
            .start()) {
      gotm.awaitLine("Starting worker 0 on interface");
      health.await("ok\n200");
      try (AutoCloseable _ = veth.sendForEver(traffic, 20_000)) {
        gotm.awaitLine("No space left on device");
      }
      assertFullForAWhile();
      Command.check("mount", "-o", "remount,size=64m", disk.toString());
      assertFullForAWhile(); // room alone is no success
      veth.send(traffic);
      gotm.awaitLine("works again");
      assertThat(health.now()).isEqualTo("ok\n200");
      Ended ended = gotm.stop("TERM");

      assertThat(ended.exitCode()).as(ended.toString()).isZero();
      assertThat(ended.ledger().isBalanced()).as(ended.toString()).isTrue();
      assertThat(ended.ledger().get("lost_write_error")).isPositive();
      assertThat(packetsInFiles()).isEqualTo(ended.ledger().get("written"));
    }
  }

  private void assertFullForAWhile() {
    long begin = System.nanoTime();
    while (System.nanoTime() - begin < PAUSE_NANOS) {
      assertThat(health.now()).contains("No space left on device").endsWith("503");
    }
  }

  private long packetsInFiles() {
    OutputFolder files = new OutputFolder(disk);
    return files.all().stream()
        .mapToLong(name -> FilePackets.of(files.path().resolve(name)).packets().size())
        .sum();
  }
}
