package org.gotm.app.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.gotm.app.process.GotmLaunch.gotm;
import static org.gotm.app.process.GotmLaunch.quiet;

import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.gotm.core.pcapfile.Captures;
import org.gotm.ffm.Command;
import org.gotm.ffm.VethPair;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Exit codes and messages: what is wrong at start is told in one line, and nothing is left. */
class CommandLineIT {
  private static final String[] WITHOUT_RIGHTS = {
    "setpriv", "--bounding-set=-all", "--inh-caps=-all"
  };

  @TempDir Path folder;
  private Path out;
  private Path capture;

  @BeforeEach
  void prepare() {
    out = folder.resolve("out");
    capture = Captures.extract("eth-sctp.pcap", folder);
  }

  private void assertRefused(GotmProcess.Ended ended, int exitCode, String message) {
    assertThat(ended.exitCode()).as(ended.toString()).isEqualTo(exitCode);
    assertThat(ended.out()).isEmpty();
    assertThat(ended.log()).hasSize(1).first().asString().matches("gotm: " + message);
    assertThat(new OutputFolder(out).all()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"--help", "-help", "-h"})
  void shouldPrintItsOptionsWhenAskedForHelp(String option) {
    GotmProcess.Ended ended = gotm(option).run();

    assertThat(ended.exitCode()).isZero();
    assertThat(ended.log()).isEmpty();
    assertThat(ended.out()).first().asString().startsWith("Usage: gotm ");
    assertThat(String.join("\n", ended.out()))
        .contains("-rotationinterval", "-metrics-address", "--read", "(default: 256MiB");
  }

  @ParameterizedTest
  @ValueSource(strings = {"--version", "-version", "-V"})
  void shouldPrintItsVersionWhenAskedForIt(String option) {
    GotmProcess.Ended ended = gotm(option).run();

    assertThat(ended.exitCode()).isZero();
    assertThat(ended.log()).isEmpty();
    assertThat(ended.out()).singleElement().asString().matches("gotm \\d\\S* \\(Java 25\\S*\\)");
  }

  @Test
  void shouldListInterfacesWhenAskedForThem() {
    GotmProcess.Ended ended = gotm("-list-interfaces").run();

    assertThat(ended.exitCode()).isZero();
    assertThat(ended.log()).isEmpty();
    assertThat(ended.out()).anyMatch(line -> line.matches("lo +(up|down) +mtu=65536.*"));
    assertThat(ended.out()).anyMatch(line -> line.matches("any +up +.*capture=.*"));
  }

  @Test
  @Tag("live")
  void shouldListInterfacesWithoutAnAddressWhenAskedForThem() {
    try (VethPair pair = VethPair.inNamespace()) {
      pair.setDown();
      GotmProcess.Ended ended = gotm("-D").inside(pair).run();

      assertThat(ended.exitCode()).isZero();
      assertThat(ended.out())
          .anyMatch(line -> line.matches(pair.name() + " +down mtu=.* capture=no \\(it is down\\)"))
          .anyMatch(line -> line.matches(pair.peer() + " +up +mtu=.* capture=afpacket"));
    }
  }

  @Test
  void shouldNameTheInterfacesThereAreWhenTheAskedOneIsMissing() {
    assertRefused(
        gotm("-interface", "nosuch0", "-write", out).run(),
        1,
        "interface=nosuch0: no such interface; choose one of .*lo.*");
  }

  @Test
  @Tag("live")
  void shouldSayHowToTakeItUpWhenTheInterfaceIsDown() {
    try (VethPair pair = VethPair.inNamespace()) {
      pair.setDown();

      assertRefused(
          gotm("-interface", pair.name(), "-write", out).inside(pair).run(),
          1,
          "interface=%1$s: it is down; run: ip link set %1$s up".formatted(pair.name()));
    }
  }

  @Test
  void shouldSayWhatToDoWhenCapturingIsNotPermitted() {
    assertRefused(
        gotm("-interface", "lo", "-write", out).under(WITHOUT_RIGHTS).run(),
        1,
        "interface=lo: .*root.*setpriv .*--ambient-caps=\\+net_raw.*");
  }

  @Test
  void shouldRepeatTheExpressionWhenTheFilterCannotBeCompiled() {
    VethPair.requireLive();

    assertRefused(
        gotm("-interface", "lo", "-filter", "foo bar", "-write", out).run(),
        2,
        "filter=\"foo bar\": .*syntax error.*");
  }

  @Test
  void shouldExitWith2WhenTheFilterCannotBeCompiledForAFile() {
    GotmProcess.Ended ended = quiet("-r", capture, "-filter", "foo bar", "-write", out).run();

    assertThat(ended.exitCode()).as(ended.toString()).isEqualTo(2);
    assertThat(ended.logLine("filter=")).contains("gotm: filter=\"foo bar\": ", "syntax error");
    assertThat(new OutputFolder(out).all()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "-timeinterval=abc: .*",
        "-bytecutoff=-1: .*",
        "-packetcutoff=99999999999999999999: .*",
        "-compress=lz4: .*",
        "-metrics-address=localhost:70000: .*",
        "-workers=0: not from 1 to 256"
      })
  void shouldExitWith2WhenAValueIsNonsense(String expected) {
    String option = expected.substring(0, expected.indexOf(": "));

    assertRefused(
        gotm(option, "-r", capture, "-write", out).run(),
        2,
        expected.substring(1) + "; see gotm --help");
  }

  @Test
  void shouldExitWith2WhenTheEnvironmentIsNonsense() {
    assertRefused(
        gotm("-interface", "lo", "-write", out).with("SNF_NUM_RINGS", "many").run(),
        2,
        "SNF_NUM_RINGS=many: not a number of rings; see gotm --help");
  }

  @Test
  void shouldExitWith2WhenAnOptionIsUnknown() {
    assertRefused(
        gotm("-nosuch", "-write", out).run(), 2, "Unknown option: '-nosuch'; see gotm --help");
  }

  @Test
  void shouldExitWith2WhenBothFilesAndInterfacesAreGiven() {
    assertRefused(
        quiet("-r", capture, "-interface", "lo", "-write", out).run(),
        2,
        "interface=lo and read=.*eth-sctp.pcap: give one of them; see gotm --help");
  }

  @Test
  void shouldNameTheFileWhenItIsMissing() {
    assertRefused(
        quiet("-r", capture, folder.resolve("none.pcap"), "-write", out).run(),
        1,
        "read=.*/none.pcap: no such file");
  }

  @Test
  void shouldNameTheFileWhenItMayNotBeRead() throws IOException {
    Files.setPosixFilePermissions(capture, PosixFilePermissions.fromString("---------"));

    assertRefused(
        quiet("-r", capture, "-write", out).under(WITHOUT_RIGHTS).run(),
        1,
        "read=.*/eth-sctp.pcap: not permitted to read it");
  }

  @Test
  void shouldNameTheFolderWhenItMayNotBeWritten() throws IOException {
    Files.createDirectory(out);
    Files.setPosixFilePermissions(out, PosixFilePermissions.fromString("r-xr-xr-x"));

    assertRefused(
        quiet("-r", capture, "-write", out).under(WITHOUT_RIGHTS).run(),
        1,
        "write=(.*/out): cannot be written to: permission denied; user .+ may not;"
            + " run: install -d -o .+ -m 0750 \\1, or choose another with -write");
  }

  @Test
  void shouldNameTheFolderWhenItIsAFile() throws IOException {
    Files.createFile(folder.resolve("file"));

    assertRefused(
        quiet("-r", capture, "-write", folder.resolve("file")).run(),
        1,
        "write=.*/file: cannot be written to: .*");
  }

  @Test
  void shouldRecordAndNameTheAddressWhenThePortIsInUse() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getByName("localhost"))) {
      String address = "localhost:" + socket.getLocalPort();

      GotmProcess.Ended ended =
          gotm("-r", capture, "-metrics-address", address, "-write", out).run();

      assertThat(ended.exitCode()).as(ended.toString()).isZero();
      assertThat(ended.ledger().get("written")).isPositive();
      assertThat(ended.logLine("metrics-address=" + address))
          .contains("the port is in use", "trying again every 10 s");
    }
  }

  @Test
  void shouldNameTheAddressWhenItIsNotOfThisMachine() {
    assertRefused(
        gotm("-r", capture, "-metrics-address", "203.0.113.1:9102", "-write", out).run(),
        1,
        "metrics-address=203.0.113.1:9102: the address is not here.*; choose another or off");
  }

  @Test
  void shouldOpenNoPortWhenFilesAreReadAndNoAddressIsGiven() throws IOException {
    try (ServerSocket socket = new ServerSocket()) {
      takeDefaultPort(socket);

      GotmProcess.Ended ended = gotm("-r", capture, "-write", out).run();

      assertThat(ended.exitCode()).as(ended.toString()).isZero();
      assertThat(ended.log()).noneMatch(line -> line.contains("metrics-address"));
    }
  }

  /** Whoever else has it will do as well. */
  private static void takeDefaultPort(ServerSocket socket) throws IOException {
    try {
      socket.bind(new InetSocketAddress("localhost", 8080));
    } catch (BindException e) {
      assertThat(socket.isBound()).isFalse();
    }
  }

  @Test
  void shouldNameTheLibraryWhenThereIsNoLibpcap() {
    GotmProcess.Ended ended =
        quiet("-r", capture, "-filter", "tcp", "-write", out)
            .with("GOTM_JVM_OPTIONS", "-Dgotm.pcap.library=/no/libpcap.so")
            .run();

    assertThat(ended.exitCode()).as(ended.toString()).isEqualTo(1);
    assertThat(ended.logLine("no usable libpcap")).contains("/no/libpcap.so", "libpcap0.8");
  }

  @Test
  void shouldSayWhatIsTooLargeWhenMemoryDoesNotSuffice() {
    assertRefused(
        quiet("-r", capture, "-maxflows", 500_000_000, "-write", out)
            .under("sh", "-c", "ulimit -v 8000000; exec \"$@\"", "-")
            .run(),
        1,
        "cannot allocate \\d+ MiB: .*; use a smaller -maxflows.*");
  }

  @Test
  void shouldPrintTheSameDigitsWhenTheLocaleHasOthers() {
    GotmProcess.Ended ended =
        quiet("-r", capture, "-write", out)
            .with("GOTM_JVM_OPTIONS", "-Duser.language=ar -Duser.extensions=u-nu-arab")
            .run();

    assertThat(ended.exitCode()).as(ended.toString()).isZero();
    assertThat(ended.ledger().get("delivered")).isEqualTo(84);
    assertThat(new OutputFolder(out).finished(ended.log())).hasSize(1);
  }

  @Test
  void shouldGoOnWhenTheServiceManagerCannotBeTold() {
    GotmProcess.Ended ended =
        quiet("-r", capture, "-write", out).with("NOTIFY_SOCKET", "/no/socket").run();

    assertThat(ended.exitCode()).as(ended.toString()).isZero();
    assertThat(ended.logLine("NOTIFY_SOCKET=/no/socket")).contains("No such file");
  }

  @Test
  void shouldTakeArgumentsFromAFileWhenItIsGivenWithAnAt() throws IOException {
    Path arguments = folder.resolve("gotm.args");
    Files.writeString(
        arguments, "-r %s\n-write %s\n-compress\n-metrics-address off\n".formatted(capture, out));

    GotmProcess.Ended ended = gotm("@" + arguments).run();

    assertThat(ended.exitCode()).as(ended.toString()).isZero();
    assertThat(new OutputFolder(out).all()).singleElement().asString().endsWith(".pcap.gz");
    Command.check("sh", "-c", "gzip -t " + out + "/*/*/*/*.gz");
  }
}
