package org.gotm.app.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.gotm.ffm.Command;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The units of systemd, as systemd itself judges them. */
class UnitTest {
  private static final Path DEPLOY = GotmLaunch.HOME.resolve("deploy");

  @TempDir Path folder;

  @BeforeEach
  void require() {
    Command.require("systemd-analyze");
  }

  /** The program is not installed here; any other is found. */
  private Path unit(String name) throws IOException {
    String text = Files.readString(DEPLOY.resolve(name)).replace("/usr/bin/gotm", "/bin/true");
    return Files.writeString(folder.resolve(name), text);
  }

  @ParameterizedTest
  @ValueSource(strings = {"gotm.service", "gotm@.service"})
  void shouldHaveNothingThatSystemdDoesNotUnderstand(String name) throws IOException {
    String instance = unit(name).toString().replace("@.", "@ens1.");

    assertThat(Command.check("systemd-analyze", "--man=no", "verify", instance)).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"gotm.service", "gotm@.service"})
  void shouldBeUnderstoodAndHardlyMoreExposedWithTheRightsOfEbpf(String name) throws IOException {
    Path unit = unit(name);
    Path dropIns = Files.createDirectory(folder.resolve(name + ".d"));
    Files.copy(DEPLOY.resolve("ebpf.conf"), dropIns.resolve("ebpf.conf"));
    String instance = unit.toString().replace("@.", "@ens1.");
    assertThat(Command.check("systemd-analyze", "--man=no", "verify", instance)).isEmpty();
    Files.writeString(
        unit, Files.readString(DEPLOY.resolve("ebpf.conf")), StandardOpenOption.APPEND);

    String table =
        Command.check(
            "systemd-analyze",
            "security",
            "--offline=true",
            "--no-pager",
            "--threshold=16",
            unit.toString());
    assertThat(table).contains("Service may load BPF programs", "bpf is allowed");
  }

  /** The threshold is ten times the exposure level. */
  @ParameterizedTest
  @ValueSource(strings = {"gotm.service", "gotm@.service"})
  void shouldBeExposedNoMoreThanOnePointFive(String name) throws IOException {
    Command.check(
        "systemd-analyze",
        "security",
        "--offline=true",
        "--no-pager",
        "--threshold=15",
        unit(name).toString());
  }

  @ParameterizedTest
  @ValueSource(strings = {"gotm.service", "gotm@.service"})
  void shouldNotStartForEverWhatRefusesItsCommandLine(String name) throws IOException {
    assertThat(Files.readAllLines(DEPLOY.resolve(name)))
        .contains("RestartPreventExitStatus=2", "Restart=on-failure");
  }
}
