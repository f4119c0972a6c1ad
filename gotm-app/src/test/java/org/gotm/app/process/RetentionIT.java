package org.gotm.app.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.gotm.app.process.GotmProcess.Ended;
import org.gotm.core.pcapfile.Captures;
import org.gotm.ffm.Command;
import org.gotm.ffm.VethPair;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A recorder on a disk that is smaller than what comes. */
@Tag("live")
class RetentionIT {
  @TempDir private Path folder;

  private VethPair veth;
  private HealthPage health;
  private Path disk;

  @BeforeEach
  void prepare() throws IOException {
    VethPair.requireLive();
    Command.require("curl", "mount", "umount", "promtool");
    veth = VethPair.inNamespace();
    Command.check(veth.inside("ip", "link", "set", "lo", "up"));
    health = new HealthPage(veth);
    disk = Files.createDirectory(folder.resolve("disk"));
    Command.check("mount", "-t", "tmpfs", "-o", "size=48m", "tmpfs", disk.toString());
  }

  @AfterEach
  void clean() {
    if (veth != null) {
      veth.close();
      Command.check("umount", disk.toString());
    }
  }

  private GotmProcess start(String... limits) {
    GotmProcess gotm =
        GotmLaunch.gotm("-interface", veth.name(), "-filter", "", "-write", disk)
            .and("-bytecutoff=0", "-packetcutoff=0", "-rotationsize=1MiB")
            .and("-metrics-address", HealthPage.ADDRESS)
            .and((Object[]) limits)
            .inside(veth)
            .in(folder)
            .start();
    return gotm;
  }

  private String metrics() {
    String url = "http://" + HealthPage.ADDRESS + "/metrics";
    return Command.run(veth.inside("curl", "-s", "-m", "5", url)).output();
  }

  @Test
  void shouldDeleteTheOldestFilesInTimeAndTellOfIt() throws Exception {
    Path traffic = Captures.get("eth-mixed-emix.pcap").extractTo(folder);
    try (GotmProcess gotm = start("-diskfree", "50%")) {
      gotm.awaitLine("The oldest files are deleted in time (diskfree=50%); 48.0 MiB of 48.0 MiB");
      gotm.awaitLine("Starting worker 0 on interface");
      health.await("ok\n200");
      try (AutoCloseable _ = veth.sendForEver(traffic, 5_000)) {
        for (int i = 0; i < 10; i++) {
          gotm.awaitLine("retention: deleted ");
        }
      }
      assertThat(health.now()).isEqualTo("ok\n200");
      String page = metrics();
      Path saved = Files.writeString(folder.resolve("metrics"), page);
      assertThat(page)
          .containsPattern("\ngotm_retention_deleted_files_total [1-9]")
          .containsPattern("\ngotm_retention_deleted_bytes_total [1-9]")
          .containsPattern("\ngotm_retention_trouble 0")
          .containsPattern("\ngotm_disk_size_bytes 5.0331648E7")
          .containsPattern("\ngotm_disk_free_bytes [1-9]")
          .containsPattern("\ngotm_disk_full_in_seconds \\+Inf")
          .containsPattern("\ngotm_oldest_packet_timestamp_seconds [1-9]");
      assertThat(Command.run(List.of("sh", "-c", "promtool check metrics < " + saved)).output())
          .doesNotContain("gotm_retention", "gotm_disk_f", "gotm_disk_size", "gotm_oldest");
      Ended ended = gotm.stop("TERM");

      assertThat(ended.exitCode()).as(ended.toString()).isZero();
      assertThat(ended.ledger().isBalanced()).as(ended.toString()).isTrue();
      assertThat(ended.ledger().get("lost_write_error")).isZero();
    }
  }

  @Test
  void shouldSayThatNothingIsEverDeletedWhenNoLimitIsGiven() {
    try (GotmProcess gotm = start()) {
      gotm.awaitLine("Nothing is ever deleted (no diskfree, diskbudget or maxage); 48.0 MiB of");
      gotm.awaitLine("Starting worker 0 on interface");
      assertThat(gotm.stop("TERM").exitCode()).isZero();
    }
  }

  @Test
  void shouldSaySoWhenNothingIsLeftToDelete() {
    Command.check("sh", "-c", "head -c 40M /dev/zero > " + disk.resolve("filler"));
    try (GotmProcess gotm = start("-diskfree", "50%")) {
      gotm.awaitLine("retention: write=" + disk + ": less is free than diskfree=50%");
      assertThat(health.await("less is free than diskfree=50%")).endsWith("503");
      Command.check("rm", disk.resolve("filler").toString());
      gotm.awaitLine("retention: no longer: write=" + disk + ": less is free");
      health.await("ok\n200");
      assertThat(gotm.stop("TERM").exitCode()).isZero();
    }
  }
}
