package org.gotm.app.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.gotm.app.process.GotmProcess.Ended;
import org.gotm.core.Seed;
import org.gotm.ffm.Command;
import org.gotm.ffm.VethPair;
import org.gotm.ffm.ebpf.LoadedPrograms;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * What cutting flows in the kernel takes, what one is told where it cannot be, and what it leaves.
 */
@Tag("live")
@Timeout(300)
class KernelCutRightsIT {
  private static final String STARTED = "Starting worker 0 on interface";
  private static final String NOT_CUT = "flows are not cut in the kernel: ";

  @TempDir private Path folder;

  private VethPair veth;
  private TestUser user;
  private MetricsPage metrics;
  private Path traffic;
  private Path out;

  @BeforeEach
  void prepare() throws IOException {
    VethPair.requireLive();
    Command.require("curl", "gcc", "setpriv");
    veth = VethPair.inNamespace();
    Command.check(veth.inside("ip", "link", "set", "lo", "up"));
    user = TestUser.make();
    TestUser.open(folder);
    metrics = new MetricsPage(veth);
    traffic =
        new ElephantTraffic(Seed.of(KernelCutRightsIT.class))
            .opening()
            .middle(10_000)
            .writeTo(folder.resolve("traffic.pcap"));
    out = folder.resolve("data/pcaps");
  }

  @AfterEach
  void removeUser() {
    if (user != null) {
      user.close();
    }
    if (veth != null) {
      veth.close();
    }
  }

  private GotmLaunch launch(String mode, Object... more) {
    return GotmLaunch.gotm("-interface", veth.name(), "-filter", "", "-write", out)
        .and("-packetcutoff=50", "-bytecutoff=0", "-kernelcut", mode)
        .and("-metrics-address", HealthPage.ADDRESS)
        .and(more)
        .inside(veth)
        .in(folder);
  }

  private long sendUntilCut() {
    long sent = 0;
    do {
      sent += veth.send(traffic, "--pps=20000");
    } while (metrics.sum("gotm_packets_cut_total", "where=\"kernel\"") == 0);
    return sent;
  }

  private static void assertSound(Ended ended, long sent) {
    assertThat(ended.exitCode()).as(ended.toString()).isZero();
    assertThat(ended.ledger().isBalanced()).as(ended.toString()).isTrue();
    assertThat(ended.ledger().get("received")).isEqualTo(sent);
    assertThat(ended.ledger().get("dropped")).isZero();
  }

  /** Linux before 5.19 wants rights of whoever changes a map. */
  @Test
  void shouldGoOnCuttingWhenRightsAreGivenUp() throws IOException {
    GotmLaunch launch = launch("on", "-user", user.name(), "-workers=2");
    try (GotmProcess gotm = launch.by(TestUser.launcherIn(folder)).start()) {
      gotm.awaitLine("Running as user " + user.name());
      gotm.awaitLine("Starting worker 1 on interface");
      long sent = sendUntilCut();
      sent += sendUntilCut();
      assertThat(metrics.sum("gotm_flows_cut_in_kernel")).isPositive();
      assertThat(metrics.sum("gotm_kernel_cut_on")).isEqualTo(2);
      assertSound(gotm.stop("TERM"), sent);
    }
  }

  @Test
  void shouldSayWhatItTakesWhenThereIsNetRawAlone() throws IOException {
    assertSaysWhyNot("CAP_BPF", user.withNetRaw(), launcherForUser());
  }

  /** The kernel checks a program more strictly without CAP_PERFMON. */
  @Test
  void shouldCutWithTheRightsOfTheDropIn() throws IOException {
    GotmLaunch launch = launch("on").inside(veth, user.withNetRawAndBpf());
    try (GotmProcess gotm = launch.by(launcherForUser()).start()) {
      gotm.awaitLine(STARTED);
      long sent = sendUntilCut();
      assertSound(gotm.stop("TERM"), sent);
    }
  }

  private Path launcherForUser() throws IOException {
    Files.createDirectories(out);
    Command.check("chown", user.name() + ":", out.toString());
    return TestUser.launcherIn(folder);
  }

  @ParameterizedTest
  @CsvSource({"1, Operation not permitted", "38, Function not implemented"})
  void shouldSayWhatItTakesWhenTheSystemCallIsRefused(String errno, String reason) {
    Path program = folder.resolve("without_bpf");
    Path source = Path.of("src/test/c/without_bpf.c").toAbsolutePath();
    Command.check(
        "gcc", "-O2", "-Wall", "-Wextra", "-Werror", "-o", "" + program, source.toString());
    List<String> prefix = List.of(program.toString(), errno);
    assertSaysWhyNot(reason, prefix, GotmLaunch.HOME.resolve("gotm"));
  }

  /** In one line; it records without, unless it was told not to. */
  private void assertSaysWhyNot(String reason, List<String> under, Path launcher) {
    try (GotmProcess gotm = launch("auto").inside(veth, under).by(launcher).start()) {
      gotm.awaitLine(STARTED);
      long sent = veth.send(traffic, "--pps=20000");
      Ended ended = gotm.stop("TERM");
      assertSound(ended, sent);
      assertThat(ended.ledger().get("cut")).isPositive();
      assertThat(ended.log())
          .filteredOn(line -> line.contains(NOT_CUT))
          .singleElement()
          .asString()
          .contains(reason);
      assertThat(ended.log()).noneMatch(line -> line.contains("\tat "));
    }
    Ended ended = launch("on").inside(veth, under).by(launcher).run();
    assertThat(ended.exitCode()).as(ended.toString()).isEqualTo(1);
    assertThat(ended.log())
        .filteredOn(line -> line.contains("kernel"))
        .singleElement()
        .asString()
        .startsWith("gotm: ")
        .contains("kernelcut=on", reason);
  }

  @Test
  void shouldLeaveNothingInTheKernelWhenKilled() throws Exception {
    Set<Integer> programs;
    Set<Integer> maps;
    try (GotmProcess gotm = launch("on").start()) {
      gotm.awaitLine(STARTED);
      sendUntilCut();
      programs = numbers(gotm, "prog_id:");
      maps = numbers(gotm, "map_id:");
      assertThat(LoadedPrograms.programs()).containsAll(programs);
      assertThat(LoadedPrograms.maps()).containsAll(maps);
      gotm.stop("KILL");
    }
    assertThat(programs).isNotEmpty();
    assertThat(maps).isNotEmpty();
    long deadline = System.nanoTime() + 20_000_000_000L;
    while (isAnyOf(programs, LoadedPrograms.programs()) || isAnyOf(maps, LoadedPrograms.maps())) {
      assertThat(System.nanoTime()).as("%s %s", programs, maps).isLessThan(deadline);
      Thread.sleep(20);
    }
  }

  private static boolean isAnyOf(Set<Integer> some, Set<Integer> all) {
    return some.stream().anyMatch(all::contains);
  }

  /** Of the descriptors of a process, as the kernel tells; some come and go. */
  private static Set<Integer> numbers(GotmProcess gotm, String key) {
    String script = "cat /proc/%d/fdinfo/* 2>/dev/null || true".formatted(gotm.pid());
    Set<Integer> numbers = new TreeSet<>();
    Command.check("sh", "-c", script)
        .lines()
        .filter(line -> line.startsWith(key))
        .forEach(line -> numbers.add(Integer.valueOf(line.substring(key.length()).strip())));
    return numbers;
  }
}
