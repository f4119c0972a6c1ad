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
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What an operator is told when something around the daemon fails, and what becomes of it. */
@Tag("live")
class FaultIT {
  private static final String STARTED = "Starting worker 0 on interface";

  @TempDir private Path folder;

  private VethPair veth;
  private HealthPage health;
  private Path traffic;

  @BeforeEach
  void makePair() throws IOException {
    VethPair.requireLive();
    Command.require("curl", "fsfreeze", "mkfs.ext4", "mount", "script", "setsid", "umount");
    veth = VethPair.inNamespace();
    health = new HealthPage(veth);
    Command.check(veth.inside("ip", "link", "set", "lo", "up"));
    traffic = Captures.get("eth-mixed-emix.pcap").extractTo(folder);
  }

  @AfterEach
  void removePair() {
    if (veth != null) {
      veth.close();
    }
  }

  private GotmLaunch launch(Object... more) {
    return GotmLaunch.gotm("-interface", veth.name(), "-filter", "", "-bytecutoff=0")
        .and("-packetcutoff=0", "-timeinterval=500ms")
        .and("-metrics-address", HealthPage.ADDRESS)
        .and(more)
        .inside(veth)
        .in(folder);
  }

  /** The process behind a shell command, which gets the launcher and its arguments. */
  private GotmLaunch through(String shell, GotmLaunch launch) {
    return launch.inside(veth, List.of("bash", "-c", shell));
  }

  @Test
  void shouldSayWithinSecondsThatTheDiskHangsAndGoOnWhenItDoesNot() throws Exception {
    Path disk = Files.createDirectory(folder.resolve("disk"));
    Path image = folder.resolve("image");
    Command.check("sh", "-c", "truncate -s 400M '%s' && mkfs.ext4 -q -F '%1$s'".formatted(image));
    Command.check("mount", "-o", "loop", image.toString(), disk.toString());
    try (GotmProcess gotm = launch("-write", disk).start()) {
      gotm.awaitLine(STARTED);
      health.await("ok\n200");
      Command.check("fsfreeze", "-f", disk.toString());
      try (AutoCloseable _ = veth.sendForEver(traffic, 20_000)) {
        gotm.awaitLine("output trouble: write=" + disk + ": the disk has not answered");
        assertThat(health.now()).contains("the disk has not answered").endsWith("503");
        awaitLoss(gotm);
      } finally {
        Command.check("fsfreeze", "-u", disk.toString());
      }
      gotm.awaitLine("output works again");
      assertThat(health.now()).isEqualTo("ok\n200");
      Ended ended = gotm.stop("TERM");
      assertThat(ended.exitCode()).as(ended.toString()).isZero();
      assertThat(ended.ledger().isBalanced()).as(ended.toString()).isTrue();
      assertThat(ended.ledger().get("lost_output_full")).isPositive();
    } finally {
      Command.check("umount", disk.toString());
    }
  }

  private static void awaitLoss(GotmProcess gotm) {
    String line;
    do {
      line = gotm.awaitLine(" pkts=");
    } while (LedgerLine.of(line).get("lost") == 0);
  }

  @Test
  void shouldRecordAndStopWhenNobodyReadsTheLog() {
    Path pipe = folder.resolve("log");
    Command.check("mkfifo", pipe.toString());
    try (GotmProcess gotm =
        through("exec \"$0\" \"$@\" 2<>'" + pipe + "'", launch("-timeinterval=1ms")).start()) {
      health.await("nobody reads standard error");
      int sent = veth.send(traffic);
      Ended ended = gotm.stop("TERM");

      assertThat(ended.exitCode()).isZero();
      OutputFolder files = new OutputFolder(folder.resolve("out"));
      assertThat(files.all()).singleElement().asString().doesNotContain("current");
      assertThat(FilePackets.of(files.path().resolve(files.all().getFirst())).packets())
          .hasSize(sent);
    }
  }

  /** As a shell does with what a script starts in the background. */
  @Test
  void shouldStopWhenSigintWasIgnoredAtTheStart() {
    try (GotmProcess gotm = through("trap '' INT; exec \"$0\" \"$@\"", launch()).start()) {
      gotm.awaitLine(STARTED);
      int sent = veth.send(traffic);
      Ended ended = gotm.stop("INT");

      assertThat(ended.exitCode()).isZero();
      assertThat(ended.ledger().get("written")).isEqualTo(sent);
    }
  }

  @Test
  void shouldRotateWhenHungUpUnderNohup() {
    try (GotmProcess gotm = through("trap '' HUP; exec \"$0\" \"$@\"", launch()).start()) {
      gotm.awaitLine(STARTED);
      gotm.signal("HUP");
      gotm.awaitLine("Rotating");
      assertThat(gotm.stop("TERM").exitCode()).isZero();
    }
  }

  @Test
  void shouldStopAndFinishTheFileWhenItsTerminalCloses() throws Exception {
    Path log = folder.resolve("typescript");
    String gotm =
        "exec %s -interface %s -metrics-address off 2>'%s'"
            .formatted(GotmLaunch.HOME.resolve("gotm"), veth.name(), log);
    Process terminal =
        new ProcessBuilder(
                veth.inside("setsid", "script", "-qfec", gotm, "/dev/null").toArray(String[]::new))
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve("terminal").toFile())
            .start();
    try {
      awaitText(log, STARTED);
    } finally {
      terminal.destroyForcibly(); // as when a window is closed
    }
    awaitText(log, "ledger total ");
    assertThat(new OutputFolder(folder.resolve("out")).all())
        .singleElement()
        .asString()
        .doesNotContain("current");
  }

  private static void awaitText(Path file, String text) throws Exception {
    long deadline = System.nanoTime() + 60_000_000_000L;
    while (!Files.exists(file) || !Files.readString(file).contains(text)) {
      assertThat(System.nanoTime()).as(text).isLessThan(deadline);
      Thread.sleep(20);
    }
  }

  @Test
  void shouldFailWhenFilesAreReadOntoAFullDisk() throws Exception {
    Path disk = Files.createDirectory(folder.resolve("disk"));
    Command.check("mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", disk.toString());
    try {
      Ended ended =
          GotmLaunch.quiet("-r", traffic, "-write", disk, "-bytecutoff=0", "-packetcutoff=0")
              .in(folder)
              .run();

      assertThat(ended.exitCode()).as(ended.toString()).isEqualTo(1);
      assertThat(ended.logLine("are in no file")).contains("gotm: ");
      assertThat(ended.ledger().get("lost_write_error")).isPositive();
      assertThat(ended.ledger().isBalanced()).isTrue();
    } finally {
      Command.check("umount", disk.toString());
    }
  }

  /** Steady traffic on several workers: no silence shows what waits, each place holds its share. */
  @ParameterizedTest
  @ValueSource(strings = {"off", "zstd"})
  void shouldHaveOnDiskWhatIsOlderThanTheFlushIntervalWhenKilled(String compression)
      throws Exception {
    long killedNanos;
    String[] options = {"-workers=3", "-flushinterval=4s", "-compress=" + compression};
    try (GotmProcess gotm = launch((Object[]) options).start();
        AutoCloseable _ = veth.sendForEver(traffic, 2000)) {
      for (long taken = 0; taken < 20_000; ) {
        taken += LedgerLine.of(gotm.awaitLine(" pkts=")).get("pkts");
      }
      killedNanos = System.currentTimeMillis() * 1_000_000;
      gotm.stop("KILL");
    }
    try (GotmProcess gotm = launch().start()) {
      gotm.awaitLine(STARTED);
      assertThat(gotm.stop("TERM").exitCode()).isZero(); // repairs what was left
      assertThat(lastNanos()).isGreaterThan(killedNanos - 4_200_000_000L);
    }
  }

  private long lastNanos() {
    OutputFolder files = new OutputFolder(folder.resolve("out"));
    return files.all().stream()
        .flatMap(name -> FilePackets.of(files.path().resolve(name)).packets().stream())
        .mapToLong(FilePackets.Packet::nanos)
        .max()
        .orElseThrow();
  }

  @Test
  void shouldWaitForAnInterfaceThatComesUpLater() {
    veth.setDown();
    try (GotmProcess gotm = launch("-wait").start()) {
      gotm.awaitLine("waiting for interface=" + veth.name() + ": not there, or not up");
      veth.setUp();
      gotm.awaitLine(STARTED);
      int sent = veth.send(traffic);
      assertThat(gotm.stop("TERM").ledger().get("written")).isEqualTo(sent);
    }
  }

  @Test
  void shouldStopWhileItWaitsForAnInterface() {
    veth.setDown();
    try (GotmProcess gotm = launch("-wait").start()) {
      gotm.awaitLine("waiting for interface=");
      assertThat(gotm.stop("TERM").exitCode()).isZero();
    }
  }

  @Test
  void shouldStartWithAFileForEachOfManyWorkers() {
    try (GotmProcess gotm =
        launch("-workers=64", "-output=per-worker", "-buffersize=4MiB").start()) {
      assertThat(gotm.awaitLine("Memory: ")).contains("64 workers", "a table of 50000 flows");
      gotm.awaitLine("Starting worker 63 on interface");
      int sent = veth.send(traffic);
      Ended ended = gotm.stop("TERM");
      assertThat(ended.exitCode()).as(ended.toString()).isZero();
      assertThat(ended.ledger().get("written")).isEqualTo(sent);
    }
  }

  /** The clock goes on when no packet comes. */
  @Test
  void shouldForgetFlowsOnAQuietLink() {
    try (GotmProcess gotm = launch("-flowtimeout=1s").start()) {
      gotm.awaitLine(STARTED);
      veth.send(traffic);
      String line;
      do {
        line = gotm.awaitLine(" flows=");
      } while (LedgerLine.of(line).get("flows") == 0);
      do {
        line = gotm.awaitLine(" flows=");
      } while (LedgerLine.of(line).get("flows") != 0);
      assertThat(gotm.stop("TERM").exitCode()).isZero();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"other-", "another-and-longer-name-of-"})
  void shouldCaptureByAnAlternativeNameAndBeHealthy(String prefix) {
    String other = prefix + veth.name(); // the kernel's older calls take 15 characters
    veth.addName(other);
    try (GotmProcess gotm = launch("-wait", "-interface", other).start()) {
      gotm.awaitLine(STARTED);
      int sent = veth.send(traffic);
      health.await("ok\n200");
      Ended ended = gotm.stop("TERM");
      assertThat(ended.ledger().get("written")).isEqualTo(sent);
      assertThat(ended.log()).noneMatch(line -> line.contains("trouble"));
    }
  }

  @Test
  void shouldSaySoAndGoOnWhenAnAlternativeNameIsTakenAway() {
    String other = "another-and-longer-name-of-" + veth.name();
    veth.addName(other);
    try (GotmProcess gotm = launch("-interface", other).start()) {
      gotm.awaitLine(STARTED);
      veth.deleteName(other);
      assertThat(gotm.awaitLine("trouble: "))
          .contains("interface %s is called %s now".formatted(other, veth.name()));
      assertThat(health.now()).contains("is called").endsWith("503");
      int sent = veth.send(traffic);
      veth.addName(other);
      gotm.awaitLine("works again");
      assertThat(gotm.stop("TERM").ledger().get("written")).isEqualTo(sent);
    }
  }
}
