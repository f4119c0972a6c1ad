package org.gotm.app.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.gotm.app.process.GotmLaunch.gotm;
import static org.gotm.app.process.GotmLaunch.quiet;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import org.gotm.core.pcapfile.Captures;
import org.gotm.ffm.Command;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the script {@code ./gotm} does before and beside the JVM. */
class LauncherIT {
  @TempDir Path folder;
  private Path capture;

  @BeforeEach
  void prepare() {
    capture = Captures.extract("eth-sctp.pcap", folder);
  }

  @Test
  void shouldBeGotmToThoseWhoListProcesses() throws IOException {
    try (GotmProcess gotm =
        quiet("-r", "-", "-timeinterval=100ms", "-write", folder.resolve("out"))
            .readingPipe()
            .start()) {
      gotm.awaitLine("if=stdin");

      String pid = Long.toString(gotm.pid());
      assertThat(Command.check("ps", "-p", pid, "-o", "comm=").strip()).isEqualTo("gotm");
      assertThat(Command.check("pgrep", "-x", "gotm").lines()).contains(pid);
    }
  }

  /** The shell makes the names, whatever the locale of the test is. */
  @Test
  void shouldTakeAnyFileNameWhenTheLocaleIsPlainC() throws IOException {
    Path script = folder.resolve("run");
    Files.writeString(
        script,
        """
        cd "$1"; shift
        mkdir -p ä/out
        mv eth-sctp.pcap ä/ö.pcap
        touch "ä/out/$(printf '\\377')_current.pcap.tmp" "ä/out/$(printf '\\377').pcap"
        exec "$@" -r ä/ö.pcap -write ä/out
        """);

    GotmProcess.Ended ended =
        quiet()
            .under("sh", script.toString(), folder.toString())
            .with("LC_ALL", "C")
            .with("GOTM_JVM_OPTIONS", null)
            .run();

    assertThat(ended.exitCode()).as(ended.toString()).isZero();
    assertThat(ended.ledger().get("delivered")).isEqualTo(84);
    assertThat(ended.logLine("moved ")).contains("ö.pcap_current.pcap.tmp", " ä/out/");
  }

  private Path copyOfLauncher() throws IOException {
    Path home = Files.createDirectory(folder.resolve("home"));
    return Files.copy(
        GotmLaunch.HOME.resolve("gotm"), home.resolve("gotm"), StandardCopyOption.COPY_ATTRIBUTES);
  }

  @Test
  void shouldSayWhatItDoesWhenItHasToBuildFirst() throws IOException {
    Path launcher = copyOfLauncher();
    Path tools = Files.createDirectory(folder.resolve("tools"));
    Path mvn = Files.writeString(tools.resolve("mvn"), "#!/bin/sh\necho no network >&2\nexit 1\n");
    Files.setPosixFilePermissions(mvn, PosixFilePermissions.fromString("rwxr-xr-x"));

    GotmProcess.Ended ended =
        gotm("--version").by(launcher).with("PATH", tools + ":" + System.getenv("PATH")).run();

    assertThat(ended.exitCode()).isEqualTo(1);
    assertThat(ended.log())
        .containsExactly(
            "gotm: first start: fetching libraries and compiling, a minute or two",
            "no network",
            "gotm: the build failed; see above");
  }

  @Test
  void shouldNameTheFolderWhenItHasToBuildAndMayNotWrite() throws IOException {
    Path launcher = copyOfLauncher();
    Path home = launcher.getParent();
    Files.setPosixFilePermissions(home, PosixFilePermissions.fromString("r-xr-xr-x"));

    GotmProcess.Ended ended =
        gotm("--version")
            .by(launcher)
            .under("setpriv", "--bounding-set=-all", "--inh-caps=-all")
            .run();

    assertThat(ended.exitCode()).isEqualTo(1);
    assertThat(ended.log())
        .containsExactly(
            "gotm: nothing is built yet, and %s may not be written: start gotm once as the user who owns it"
                .formatted(home));
  }
}
