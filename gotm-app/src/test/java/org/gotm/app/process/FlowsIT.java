package org.gotm.app.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.gotm.app.process.GotmLaunch.quiet;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.gotm.core.pcapfile.Captures;
import org.gotm.ffm.Command;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is kept of the flows in a file, as tshark and tcpdump see it. */
class FlowsIT {
  private static final Path CASES = Path.of("src/test/resources/cases").toAbsolutePath();
  private static final String ONE_FILE = "-rotationinterval=876000h";

  @TempDir Path folder;
  private OutputFolder out;

  @BeforeEach
  void prepare() {
    Command.require("tcpdump", "tshark");
    out = new OutputFolder(folder.resolve("out"));
  }

  private GotmProcess.Ended read(Path file, Object... options) {
    GotmProcess.Ended ended = quiet("-r", file, "-write", out.path(), ONE_FILE).and(options).run();
    assertThat(ended.exitCode()).as(ended.toString()).isZero();
    assertThat(ended.ledger().isBalanced()).as(ended.toString()).isTrue();
    return ended;
  }

  private long count(GotmProcess.Ended ended, String displayFilter) {
    String file = out.finished(ended.log()).getFirst().toString();
    return lines("tshark -n -r %s -Y '%s' 2>/dev/null".formatted(file, displayFilter));
  }

  private static long lines(String command) {
    return Command.check("sh", "-c", command).lines().count();
  }

  @Test
  void shouldKeepBothConnectionsWhenAPortIsUsedAgain() {
    GotmProcess.Ended ended = read(CASES.resolve("reuse.pcap"), "-packetcutoff", "20");

    assertThat(count(ended, "frame.time_relative >= 0.5")).isEqualTo(10);
    assertThat(count(ended, "http.request")).isEqualTo(2);
  }

  @Test
  void shouldKeepAnHourOfSpanningTreeToItsEnd() {
    Path file = CASES.resolve("k_stp.pcap");
    GotmProcess.Ended ended = read(file, "-filter", "");

    String last = "tcpdump -tt -nr %s 2>/dev/null | tail -1 | cut -d. -f1";
    String written = out.finished(ended.log()).getFirst().toString();
    long lastRead = Long.parseLong(Command.check("sh", "-c", last.formatted(file)).strip());
    long lastKept = Long.parseLong(Command.check("sh", "-c", last.formatted(written)).strip());
    assertThat(lastRead - lastKept).isLessThan(150);
    assertThat(ended.ledger().get("kept")).isBetween(1000L, 1300L);
  }

  @Test
  void shouldCutAnHourOfSpanningTreeOnceWhenThereIsNoAge() {
    GotmProcess.Ended ended = read(CASES.resolve("k_stp.pcap"), "-filter", "", "-flowage", "0");

    assertThat(ended.ledger().get("kept")).isEqualTo(100);
  }

  @Test
  void shouldCutClassesInTheirOwnWay() {
    Path file = Captures.extract("eth-udp-dns.pcap", folder);
    GotmProcess.Ended ended =
        read(
            file,
            "-packetcutoff=1",
            "-class",
            "dns:port 53:never",
            "-class",
            "icmp:icmp:drop",
            "-class=ntp:udp port 123:packets=0,headers=40");
    long dns = lines("tcpdump -nr %s port 53 2>/dev/null".formatted(file));

    assertThat(dns).isGreaterThan(10);
    assertThat(count(ended, "udp.port == 53")).isEqualTo(dns);
    assertThat(ended.log())
        .anyMatch(line -> line.endsWith("Class dns: port 53: never cut"))
        .anyMatch(line -> line.endsWith("Class icmp: icmp: dropped"))
        .anyMatch(line -> line.contains("ledger class=dns kept=%d cut=0 bytes=".formatted(dns)))
        .anyMatch(line -> line.contains("ledger class=default kept="));
  }

  @Test
  void shouldKeepHeadersOfAnElephant() {
    Path file = Captures.extract("eth-tcp-one-elephant-flow.pcap", folder);
    GotmProcess.Ended ended = read(file, "-class", "all:tcp:packets=10,headers");

    long packets = lines("tcpdump -nr %s 2>/dev/null".formatted(file));
    assertThat(ended.ledger().get("written")).isEqualTo(packets);
    assertThat(count(ended, "frame.cap_len > 96")).isLessThanOrEqualTo(10).isPositive();
    assertThat(count(ended, "frame.cap_len == 96")).isGreaterThan(packets / 4);
  }

  @Test
  void shouldReadClassesFromAFile() throws IOException {
    Path classes =
        Files.write(folder.resolve("classes"), List.of("# all of it", "dns:port 53:drop"));
    Path file = Captures.extract("eth-udp-dns.pcap", folder);
    GotmProcess.Ended ended = read(file, "-classes", classes);

    assertThat(count(ended, "udp.port == 53")).isZero();
  }

  @Test
  void shouldSayInOneLineWhatIsWrongWithAClass() throws IOException {
    Path file = Captures.extract("eth-udp-dns.pcap", folder);
    Path classes = Files.write(folder.resolve("classes"), List.of("dns:port 53:sometimes"));

    assertRefused(2, "class=dns: not of three parts", "-r", file, "-class", "dns");
    assertRefused(2, "filter=\"prt 53\": ", "-r", file, "-class", "dns:prt 53:never");
    assertRefused(1, "'sometimes' is no cutoff", "-r", file, "-classes", classes);
    assertRefused(1, "cannot be read", "-r", file, "-classes", folder.resolve("none"));
  }

  private void assertRefused(int exitCode, String line, Object... arguments) {
    GotmProcess.Ended ended = quiet(arguments).and("-write", out.path()).run();

    assertThat(ended.exitCode()).as(ended.toString()).isEqualTo(exitCode);
    assertThat(ended.log()).filteredOn(each -> each.contains(line)).hasSize(1);
    assertThat(ended.log()).noneMatch(each -> each.contains("\tat "));
  }
}
