package org.gotm.app.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.gotm.app.process.GotmLaunch.quiet;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.gotm.app.shunt.UdpPeer;
import org.gotm.core.pcapfile.Captures;
import org.gotm.ffm.Command;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Large flows, read from a file: three times the same 1 MB makes 1 MiB and 2 MiB. */
class ShuntIT {
  private static final String FLOW = "src=10.15.6.146 sport=30709 dst=10.15.2.203 dport=25";

  @TempDir private Path folder;

  private Path elephant;

  /** The flow without its begin and its end, so that it goes on when it is read again. */
  @BeforeEach
  void extract() {
    Command.require("tcpdump");
    Path whole = Captures.extract("eth-tcp-one-elephant-flow.pcap", folder);
    elephant = folder.resolve("elephant.pcap");
    Command.check("tcpdump", "-r", whole.toString(), "-w", elephant.toString(), "tcp[13] & 7 = 0");
  }

  private GotmLaunch reading(Object... options) {
    return quiet("-r", elephant, elephant, elephant, "-write", folder.resolve("out"))
        .and("-flowtimeout=1d", "-largeflowsize=1")
        .and(options);
  }

  private static List<String> largeFlows(GotmProcess.Ended ended) {
    return ended.log().stream()
        .filter(line -> line.contains("Large flow"))
        .map(line -> line.substring(line.indexOf("Large flow")))
        .toList();
  }

  @Test
  void shouldAskDumbnoAtEachDoubling() {
    try (UdpPeer peer = new UdpPeer(request -> "ok")) {
      GotmProcess.Ended ended = reading("-dumbno", "localhost:" + peer.port()).run();

      assertThat(ended.exitCode()).as(ended.toString()).isZero();
      assertThat(largeFlows(ended))
          .containsExactly(
              "Large flow: megabytes=1 proto=TCP " + FLOW,
              "Large flow: megabytes=2 proto=TCP " + FLOW);
      assertThat(peer.waiting()).isEqualTo(2);
      assertThat(peer.next()).isEqualTo(peer.next()).contains("\"proto\":\"tcp\"");
      assertThat(ended.log()).noneMatch(line -> line.contains("dumbno="));
    }
  }

  @Test
  void shouldReadAllAndEndWhenDumbnoIsSilent() {
    try (UdpPeer peer = new UdpPeer(request -> null)) {
      GotmProcess.Ended ended = reading("-dumbno", "localhost:" + peer.port()).run();

      assertThat(ended.exitCode()).as(ended.toString()).isZero();
      assertThat(ended.ledger().isBalanced()).isTrue();
      assertThat(ended.logLine("dumbno=localhost:" + peer.port()))
          .endsWith(FLOW + " is not filtered: no answer in 2 s");
    }
  }

  @Test
  void shouldRunTheProgramWithTheFlowInItsEnvironment() throws IOException {
    Path program = folder.resolve("shunt");
    Files.writeString(
        program, "#!/bin/sh\necho $GOTM_PROTO $GOTM_SRC:$GOTM_SPORT $GOTM_INTERFACE\n");
    Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwx------"));
    GotmProcess.Ended ended = reading("-largeflowcommand", program).run();

    assertThat(ended.exitCode()).as(ended.toString()).isZero();
    assertThat(ended.log())
        .filteredOn(line -> line.contains("largeflowcommand="))
        .hasSize(2)
        .allMatch(
            line -> line.endsWith(": tcp 10.15.6.146:30709 " + elephant.getFileName() + "+2"));
  }

  @Test
  void shouldRefuseAnAddressAndAProgramThatAreNone() {
    assertRefused("dumbno=9000: not host:port, with port from 1 to 65535", "-dumbno", "9000");
    assertRefused("largeflowcommand=/etc/passwd: no program", "-largeflowcommand", "/etc/passwd");
  }

  private void assertRefused(String line, Object... options) {
    GotmProcess.Ended ended = reading(options).run();

    assertThat(ended.exitCode()).isEqualTo(2);
    assertThat(ended.log()).hasSize(1).first().asString().contains(line);
  }
}
