package org.gotm.app.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.gotm.core.pcapfile.Captures;
import org.gotm.ffm.Command;
import org.gotm.ffm.VethPair;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Packets to standard output, for a program that reads them, or does not. */
class StandardOutputIT {
  private static final String TRAFFIC = "eth-tcp-one-elephant-flow.pcap";

  @TempDir Path folder;

  @BeforeEach
  void prepare() {
    Command.require("tcpdump", "tshark", "zstd", "mkfifo");
  }

  /** Runs gotm over a capture, with a shell's words behind. */
  private String read(String name, String options, String behind) throws IOException {
    Path traffic = Captures.extract(name, folder);
    String command =
        "%s -r %s -w - -packetcutoff 0 -bytecutoff 0 %s 2>%s"
            .formatted(GotmLaunch.HOME.resolve("gotm"), traffic, options, folder.resolve("log"));
    return Command.check("sh", "-c", behind.formatted(command));
  }

  @Test
  void shouldGiveAllPacketsToTheProgramBehindThePipe() throws IOException {
    String expected = Captures.get(TRAFFIC).packets() + " packets";
    String count = " | tcpdump -r - --count 2>/dev/null";

    assertThat(read(TRAFFIC, "", "%s" + count)).startsWith(expected);
    assertThat(read(TRAFFIC, "-format pcapng", "%s" + count)).startsWith(expected);
    assertThat(read(TRAFFIC, "-compress=zstd", "%s | zstd -dcq" + count)).startsWith(expected);
  }

  @Test
  void shouldEndWithOneLineWhenThePipeIsClosed() throws IOException {
    String exit =
        read("eth-mixed-emix.pcap", "", "{ { %s; echo $? >&3; } | head -c 100 >/dev/null; } 3>&1");

    assertThat(exit.strip()).isEqualTo("1");
    assertThat(Files.readAllLines(folder.resolve("log")))
        .filteredOn(line -> line.contains("gotm: "))
        .singleElement()
        .asString()
        .contains("standard output cannot be written to any more: Broken pipe");
  }

  @Test
  void shouldRefuseASecondLinkTypeWhenTheFormatHasNoPlaceForIt() throws IOException {
    String name = "format-many-interfaces-many-linktypes.pcapng";

    assertThat(read(name, "", "%s >/dev/null; echo $?").strip()).isEqualTo("1");
    assertThat(folder.resolve("log")).content().contains("use -format pcapng");
    String count = "tshark -r %s 2>/dev/null | wc -l";
    String expected = Command.check("sh", "-c", count.formatted(folder.resolve(name)));
    assertThat(read(name, "-format pcapng", "%s | " + count.formatted("-"))).isEqualTo(expected);
  }

  /** Standard output is a pipe that is open, and that nobody ever reads. */
  private List<String> withoutReader() {
    Path pipe = folder.resolve("pipe");
    Command.check("mkfifo", pipe.toString());
    return List.of("sh", "-c", "exec 3<>%s; exec \"$@\" >%s".formatted(pipe, pipe), "-");
  }

  @Test
  void shouldStopWhenNobodyReadsWhatWasInFiles() throws IOException {
    Path traffic = Captures.extract("eth-mixed-emix.pcap", folder);
    try (GotmProcess gotm =
        GotmLaunch.quiet("-r", traffic, "-w", "-", "-timeinterval", "100ms")
            .under(withoutReader().toArray(String[]::new))
            .start()) {
      gotm.awaitLine("Writing to standard output");
      gotm.awaitLine("if=");
      assertThat(gotm.stop("TERM").exitCode()).isEqualTo(1);
    }
  }

  @Test
  @Tag("live")
  void shouldStopAndCountWhatIsLostWhenNobodyReadsALink() throws IOException {
    VethPair.requireLive();
    Path traffic = Captures.extract("eth-mixed-emix.pcap", folder);
    try (VethPair veth = VethPair.inNamespace()) {
      try (GotmProcess gotm =
          GotmLaunch.quiet("-interface", veth.name(), "-w", "-", "-bytecutoff", "0")
              .inside(veth, withoutReader())
              .in(folder)
              .start()) {
        gotm.awaitLine("Starting worker 0");
        veth.send(traffic);
        GotmProcess.Ended ended = gotm.stop("TERM");
        assertThat(ended.exitCode()).isEqualTo(1);
        assertThat(ended.ledger().get("lost_write_error")).isPositive();
        assertThat(ended.ledger().isBalanced()).isTrue();
        assertThat(ended.logLine("the output failed")).contains("nobody reads it");
      }
    }
  }
}
