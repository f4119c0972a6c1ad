package org.gotm.app.shunt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CommandShuntTest {
  private static final long PATIENCE_NANOS = 60_000_000_000L;

  @TempDir private Path folder;

  private final List<String> log = new CopyOnWriteArrayList<>();

  private String program(String script) {
    try {
      Path file = folder.resolve("shunt.sh");
      Files.writeString(file, "#!/bin/sh\n" + script + "\n");
      Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwx------"));
      return file.toString();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private CommandShunt running(String script) {
    return new CommandShunt(program(script), log::add);
  }

  @Test
  void shouldHaveTheFlowInItsEnvironment() throws Exception {
    CommandShunt shunt = running("env | grep ^GOTM_ | sort");
    shunt.filter(Flows.TCP);

    assertThat(log)
        .containsExactly(
            shunt.name()
                + ": GOTM_BYTES=1073741824 GOTM_DPORT=443 GOTM_DST=10.0.0.1 GOTM_INTERFACE=en0"
                + " GOTM_PACKETS=800000 GOTM_PROTO=tcp GOTM_SPORT=40000 GOTM_SRC=10.0.0.9");
  }

  @Test
  void shouldHaveNoPortsWhereThereAreNone() {
    assertThat(CommandShunt.environment(Flows.ipv4(1, 7, 7)))
        .containsEntry("GOTM_PROTO", "icmpv4")
        .doesNotContainKeys("GOTM_SPORT", "GOTM_DPORT");
    assertThat(CommandShunt.environment(Flows.mac(0x88cc)))
        .containsEntry("GOTM_PROTO", "0x88cc")
        .containsEntry("GOTM_SRC", "00:00:00:00:00:01");
    assertThat(CommandShunt.environment(Flows.arp())).containsEntry("GOTM_PROTO", "arp");
  }

  @Test
  void shouldSayNothingWhenTheProgramDoes() throws Exception {
    running("exit 0").filter(Flows.TCP);

    assertThat(log).isEmpty();
  }

  @Test
  void shouldFailWithTheExitCodeAndLogWhatWasPrintedOnEitherStream() {
    CommandShunt shunt = running("echo one; echo two >&2; exit 3");

    assertThatThrownBy(() -> shunt.filter(Flows.TCP)).hasMessage("exit code 3");
    assertThat(log).containsExactly(shunt.name() + ": one two");
  }

  @Test
  void shouldLogTheBeginningOfMuchOutputAndNothingThatSteersATerminal() throws Exception {
    CommandShunt shunt = running("printf 'a\\033[2J'; head -c 1000000 /dev/zero | tr '\\0' x");
    shunt.filter(Flows.TCP);

    assertThat(log).hasSize(1);
    assertThat(log.getFirst())
        .startsWith(shunt.name() + ": a?[2Jxxx")
        .endsWith("x ...")
        .hasSizeLessThan(shunt.name().length() + CommandShunt.MAX_OUTPUT + 10);
  }

  @Test
  void shouldNotWaitForAChildThatHoldsTheOutputOpen() throws Exception {
    Path pid = folder.resolve("pid");
    long began = System.nanoTime();
    running("sleep 300 & echo $! >" + pid + "; echo done").filter(Flows.TCP);

    assertThat(System.nanoTime() - began).isLessThan(PATIENCE_NANOS);
    assertThat(log.getFirst()).endsWith(": done");
    process(pid).destroyForcibly();
  }

  private static ProcessHandle process(Path pid) throws IOException {
    return ProcessHandle.of(Long.parseLong(Files.readString(pid).strip())).orElseThrow();
  }

  @Test
  void shouldKillTheProgramAndItsChildrenAtTheLimit() throws Exception {
    Path pid = folder.resolve("pid");
    String program = program("sleep 300 & echo $! >" + pid + "; echo begun; wait");
    CommandShunt shunt = new CommandShunt(program, Duration.ofSeconds(1), log::add);

    assertThatThrownBy(() -> shunt.filter(Flows.TCP)).hasMessage("killed after 1 s");
    assertThat(log).containsExactly(shunt.name() + ": begun");
    assertThat(process(pid).onExit()).succeedsWithin(Duration.ofSeconds(60));
  }

  @Test
  void shouldFailWhenTheProgramIsGone() {
    CommandShunt shunt = new CommandShunt(folder.resolve("none").toString(), log::add);

    assertThatThrownBy(() -> shunt.filter(Flows.TCP))
        .isInstanceOf(ShuntException.class)
        .hasMessageStartingWith("cannot be run (");
  }
}
