package org.gotm.app.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.gotm.app.process.GotmProcess.Ended;
import org.gotm.core.pcapfile.Captures;
import org.gotm.ffm.Command;
import org.gotm.ffm.VethPair;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A thread that dies at work: everybody is told while the others drain, and the account is whole.
 * What kills it is a C library whose functions a test lets fail.
 */
@Tag("live")
@Timeout(300)
class DeadThreadIT {
  @TempDir private Path folder;

  private VethPair veth;
  private HealthPage health;
  private Path faults;
  private Path traffic;

  @BeforeEach
  void prepare() throws IOException {
    VethPair.requireLive();
    Command.require("curl", "gcc");
    veth = VethPair.inNamespace();
    Command.check(veth.inside("ip", "link", "set", "lo", "up"));
    health = new HealthPage(veth);
    faults = Files.writeString(folder.resolve("faults"), "");
    traffic = Captures.get("eth-mixed-emix.pcap").extractTo(folder);
  }

  @AfterEach
  void removePair() {
    if (veth != null) {
      veth.close();
    }
  }

  private GotmProcess start() {
    Path library = folder.resolve("process_faults.so");
    Path source = Path.of("src/test/c/process_faults.c").toAbsolutePath();
    Command.check(
        "gcc",
        "-O2",
        "-Wall",
        "-Wextra",
        "-Werror",
        "-shared",
        "-fPIC",
        "-o",
        "" + library,
        "" + source);
    return GotmLaunch.gotm("-interface", veth.name(), "-workers=2", "-filter", "")
        .and("-bytecutoff=0", "-packetcutoff=0", "-metrics-address", HealthPage.ADDRESS)
        .inside(veth)
        .in(folder)
        .with("LD_PRELOAD", library.toString())
        .with("GOTM_FAULTS", faults.toString())
        .start();
  }

  private void begin(GotmProcess gotm) throws Exception {
    gotm.awaitLine("Starting worker 1 on interface");
    health.await("ok\n200");
    veth.send(traffic);
    Path current = files().path().resolve(veth.name() + "_current.pcap.tmp");
    while (Files.size(current) < Files.size(traffic)) {
      Thread.sleep(10); // the current file is pcap as well, of the same packets
    }
  }

  private OutputFolder files() {
    return new OutputFolder(folder.resolve("out"));
  }

  private long packetsIn(String name) {
    return FilePackets.of(files().path().resolve(name)).packets().size();
  }

  @Test
  void shouldSaySoDrainTheOthersAndEndWithFailureWhenACaptureThreadDies() throws Exception {
    try (GotmProcess gotm = start()) {
      begin(gotm);
      Files.writeString(faults, "capture hold");
      String line = gotm.awaitLine("trouble: stopped: ");
      assertThat(line).contains("if=" + veth.name(), "Input/output error");
      assertThat(health.await("stopped: "))
          .contains("interface " + veth.name() + " worker ", "Input/output error")
          .endsWith("503");
      assertThat(gotm.isRunning()).isTrue();
      Files.writeString(faults, "");
      Ended ended = gotm.awaitExit();

      assertThat(ended.exitCode()).as(ended.toString()).isEqualTo(1);
      assertThat(ended.ledger().isBalanced()).as(ended.toString()).isTrue();
      assertThat(files().all()).singleElement().asString().doesNotContain("current");
      assertThat(packetsIn(files().all().getFirst())).isEqualTo(ended.ledger().get("written"));
    }
  }

  @Test
  void shouldSaySoBookAllAndEndWithFailureWhenTheOutputThreadDies() throws Exception {
    long written;
    try (GotmProcess gotm = start()) {
      begin(gotm);
      Files.writeString(faults, "output hold");
      veth.send(traffic);
      gotm.awaitLine("thread gotm-output has failed, packets are lost from now on: ");
      assertThat(health.await("has failed")).contains("output: ", "gotm-output").endsWith("503");
      assertThat(gotm.isRunning()).isTrue();
      Files.writeString(faults, "");
      Ended ended = gotm.awaitExit();

      assertThat(ended.exitCode()).as(ended.toString()).isEqualTo(1);
      assertThat(ended.logLine("gotm: the output failed: ")).contains("gotm-output");
      assertThat(ended.ledger().isBalanced()).as(ended.toString()).isTrue();
      assertThat(ended.ledger().get("lost_write_error")).isPositive();
      written = ended.ledger().get("written");
    }
    assertThat(files().all()).singleElement().asString().contains("current");
    try (GotmProcess next = start()) {
      next.awaitLine("Starting worker 1 on interface");
      assertThat(next.stop("TERM").exitCode()).isZero();
    }
    assertThat(files().all()).noneMatch(name -> name.contains("current"));
    assertThat(files().all().stream().mapToLong(this::packetsIn).sum())
        .isGreaterThanOrEqualTo(written);
  }
}
