package org.gotm.app.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.gotm.app.process.GotmProcess.Ended;
import org.gotm.core.pcapfile.Captures;
import org.gotm.ffm.Command;
import org.gotm.ffm.VethPair;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is left of root's rights while gotm records, as the kernel shows it. */
@Tag("live")
class PrivilegesIT {
  private static final String NONE = "0000000000000000";
  private static final String NET_RAW = "0000000000002000";
  private static final String STARTED = "Starting worker 0 on interface";

  @TempDir private Path folder;

  private VethPair veth;
  private TestUser user;
  private Path launcher;
  private Path out;

  @BeforeEach
  void prepare() throws IOException {
    VethPair.requireLive();
    veth = VethPair.inNamespace();
    user = TestUser.make();
    TestUser.open(folder);
    launcher = TestUser.launcherIn(folder);
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

  private GotmLaunch gotm(Object... options) {
    return GotmLaunch.quiet("-interface", veth.name(), "-filter", "", "-write", out)
        .and(options)
        .by(launcher)
        .inside(veth)
        .in(folder);
  }

  private GotmLaunch asUser(Object... options) {
    return gotm("-user", user.name()).and(options);
  }

  /** The values of a line of /proc/PID/status, of each thread. */
  private static List<String> ofThreads(GotmProcess gotm, String key) throws IOException {
    List<String> values = new ArrayList<>();
    try (Stream<Path> threads = Files.list(Path.of("/proc/" + gotm.pid() + "/task"))) {
      for (Path thread : threads.toList()) {
        Files.readAllLines(thread.resolve("status")).stream()
            .filter(line -> line.startsWith(key + ":"))
            .map(line -> line.substring(key.length() + 1).strip().replace('\t', ' '))
            .forEach(values::add);
      }
    }
    return values;
  }

  @Test
  void shouldHaveGivenUpRootInEveryThread() throws IOException {
    try (GotmProcess gotm = asUser("-workers=2").start()) {
      gotm.awaitLine("Running as user " + user.name());
      gotm.awaitLine("Starting worker 1");

      String uid = user.uid();
      assertThat(ofThreads(gotm, "Uid")).hasSizeGreaterThan(10).containsOnly(ids(uid));
      String gid = Command.check("id", "-g", user.name()).strip();
      assertThat(ofThreads(gotm, "Gid")).containsOnly(ids(gid));
      assertThat(ofThreads(gotm, "Groups")).containsOnly(gid);
      assertThat(ofThreads(gotm, "NoNewPrivs")).containsOnly("1");
      assertThat(ofThreads(gotm, "CapEff")).containsOnly(NONE, NET_RAW);
      assertThat(ofThreads(gotm, "CapPrm")).containsOnly(NONE, NET_RAW);
      assertThat(ofThreads(gotm, "CapAmb")).containsOnly(NONE);
      assertThat(ofThreads(gotm, "CapInh")).containsOnly(NONE);
      assertThat(gotm.stop("TERM").exitCode()).isZero();
    }
  }

  private static String ids(String id) {
    return String.join(" ", id, id, id, id);
  }

  /**
   * The successor takes new sockets, which take CAP_NET_RAW, and the program that spreads flows.
   */
  @Test
  void shouldRecordTheInterfaceThatComesBackAfterRootIsGivenUp() throws IOException {
    Path traffic = Captures.get("eth-mixed-emix.pcap").extractTo(folder);
    try (GotmProcess gotm =
        asUser("-workers=2", "-packetcutoff=0", "-bytecutoff=0", "-timeinterval=100ms").start()) {
      gotm.awaitLine("(eBPF)");
      gotm.awaitLine("Starting worker 1");
      veth.remove();
      gotm.awaitLine("was removed");
      veth.add();
      gotm.awaitLine("W=00 works again");
      gotm.awaitLine("recvd=0");
      int sent = veth.send(traffic);
      Ended ended = gotm.stop("TERM");

      assertThat(ended.exitCode()).as(ended.toString()).isZero();
      assertThat(ended.ledger().get("written")).isEqualTo(sent);
      assertThat(ended.log()).filteredOn(line -> line.contains("ledger if")).hasSize(2);
      assertThat(ended.log())
          .filteredOn(line -> line.contains("ledger if"))
          .noneMatch(line -> line.contains("received=0 "));
    }
  }

  /** Whatever the umask is; the folders are made by root, for the user. */
  @Test
  void shouldMakeFilesOfTheModeThatIsAskedForAndTheirFoldersTheUsers() {
    record(asUser("-filemode=0644"), "0077");

    assertThat(modes(out.getParent())).isEqualTo("755 " + user.name());
    assertThat(modes(out)).isEqualTo("755 " + user.name());
    assertThat(modes(finished())).isEqualTo("644 " + user.name());
    assertThat(modes(finished().getParent())).isEqualTo("755 " + user.name());
  }

  @Test
  void shouldLetTheGroupReadAndOthersNotUnlessAskedFor() {
    record(asUser(), "0000");

    assertThat(modes(out)).isEqualTo("750 " + user.name());
    assertThat(modes(finished())).isEqualTo("640 " + user.name());
    assertThat(modes(finished().getParent())).isEqualTo("750 " + user.name());
  }

  private void record(GotmLaunch launch, String umask) {
    List<String> command = List.of("sh", "-c", "umask " + umask + "; exec \"$@\"", "sh");
    try (GotmProcess gotm = launch.inside(veth, command).start()) {
      gotm.awaitLine(STARTED);
      Ended ended = gotm.stop("TERM");
      assertThat(ended.exitCode()).as(ended.toString()).isZero();
    }
  }

  private static String modes(Path path) {
    return Command.check("stat", "-c", "%a %U", path.toString()).strip();
  }

  private Path finished() {
    return out.resolve(
        new OutputFolder(out)
            .all().stream().filter(name -> name.endsWith(".pcap")).findFirst().get());
  }

  @Test
  void shouldSayWhatToDoWhenTheFolderIsRoots() throws IOException {
    Files.createDirectories(out);

    Ended ended = asUser().run();

    assertThat(ended.exitCode()).isEqualTo(1);
    assertThat(ended.log())
        .last()
        .asString()
        .startsWith("gotm: write=%s: user %s may not write to %1$s; ".formatted(out, user.name()))
        .contains("run: chown -R %s: %s".formatted(user.name(), out));
    assertThat(new OutputFolder(out).all()).isEmpty();
  }

  @Test
  void shouldSayWhatToDoAboutFilesOfARunAsRoot() throws IOException {
    Files.createDirectories(out);
    Files.writeString(out.resolve(veth.name() + "_current.pcap.tmp.leftover"), "root's");
    Command.check("chown", user.name() + ":", out.toString());

    try (GotmProcess gotm = asUser().start()) {
      String line = gotm.awaitLine("belong to another user");
      assertThat(line).contains("1 files", "run: chown -R %s: %s".formatted(user.name(), out));
      assertThat(gotm.stop("TERM").exitCode()).isZero();
    }
    assertThat(out.resolve(veth.name() + "_current.pcap.tmp.leftover")).hasContent("root's");
  }

  @Test
  void shouldSayWhatToDoWhenTheUserCannotReadTheProgram() throws IOException {
    Command.check("chmod", "go-rx", launcher.getParent().toString());

    Ended ended = asUser().run();

    assertThat(ended.exitCode()).isEqualTo(1);
    assertThat(ended.log()).last().asString().contains("may not read", "-user root");
  }

  @Test
  void shouldStayRootAndSayNothingWhenToldTo() throws IOException {
    try (GotmProcess gotm = gotm("-user=root").start()) {
      gotm.awaitLine(STARTED);
      assertThat(ofThreads(gotm, "Uid")).containsOnly(ids("0"));
      assertThat(ofThreads(gotm, "NoNewPrivs")).containsOnly("1");
      assertThat(gotm.stop("TERM").log()).noneMatch(line -> line.contains("as root"));
    }
  }

  @Test
  void shouldRecordAsAnOrdinaryUserWithNetRawAlone() throws IOException {
    Files.createDirectories(out);
    Command.check("chown", user.name() + ":", out.toString());
    Path traffic = Captures.get("eth-mixed-emix.pcap").extractTo(folder);
    try (GotmProcess gotm = gotm().inside(veth, user.withNetRaw()).start()) {
      gotm.awaitLine(STARTED);
      assertThat(ofThreads(gotm, "CapEff")).containsOnly(NET_RAW);
      int sent = veth.send(traffic);
      Ended ended = gotm.stop("TERM");
      assertThat(ended.exitCode()).as(ended.toString()).isZero();
      assertThat(ended.ledger().get("received")).isEqualTo(sent);
    }
  }

  @Test
  void shouldRefuseToBecomeAnotherWithoutRoot() throws IOException {
    Ended ended = gotm("-user=daemon").inside(veth, user.withNetRaw()).run();

    assertThat(ended.exitCode()).isEqualTo(1);
    assertThat(ended.log()).last().asString().contains("user=daemon: gotm runs as " + user.name());
  }
}
