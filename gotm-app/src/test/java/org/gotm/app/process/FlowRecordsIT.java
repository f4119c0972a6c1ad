package org.gotm.app.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.gotm.app.process.GotmLaunch.gotm;
import static org.gotm.app.process.GotmLaunch.quiet;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.gotm.core.pcapfile.Captures;
import org.gotm.ffm.Command;
import org.gotm.ffm.VethPair;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Records of the flows of a recorder that runs, ended, or was killed; tcpdump says what there was.
 */
@Tag("live")
@Timeout(value = 300, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class FlowRecordsIT {
  private static final String PACKETS = "map(.source_packets + .destination_packets) | add // 0";

  @TempDir Path folder;
  private VethPair veth;
  private Path traffic;
  private Path out;
  private Path socket;

  @BeforeEach
  void prepare() {
    VethPair.requireLive();
    Command.require("tcpdump", "jq", "curl");
    veth = VethPair.inNamespace();
    traffic = Captures.get("eth-mixed-emix.pcap").extractTo(folder);
    out = folder.resolve("out");
    socket = folder.resolve("query.sock");
  }

  @AfterEach
  void removePair() {
    if (veth != null) {
      veth.close();
    }
  }

  private GotmProcess record(Object... options) {
    GotmProcess recorder =
        quiet("-interface", veth.name(), "-filter", "", "-write", out, "-packetcutoff=5")
            .and("-flows", "-query-socket", socket)
            .and(options)
            .inside(veth)
            .in(folder)
            .start();
    recorder.awaitLine("Starting worker 0");
    return recorder;
  }

  private List<String> flows(Object... arguments) {
    GotmProcess.Ended ended = gotm("flows", "-write", out, "-json").and(arguments).run();
    assertThat(ended.exitCode()).as(ended.toString()).isZero();
    assertThat(ended.log()).isEmpty();
    return ended.out();
  }

  /** What jq makes of all lines, as one list. */
  private long ask(List<String> lines, String expression) throws IOException {
    Path file = Files.write(folder.resolve("flows.json"), lines);
    return Long.parseLong(Command.check("jq", "-s", expression, file + "").strip());
  }

  private long captured(String filter) {
    String count = "tcpdump --count -r \"$0\" \"$1\" 2>/dev/null | cut -d' ' -f1";
    return Long.parseLong(Command.check("sh", "-c", count, traffic + "", filter).strip());
  }

  private String someHost() {
    String last = "tcpdump -nr \"$0\" 'tcp and ip' 2>/dev/null | tail -1 | cut -d' ' -f3";
    return Command.check("sh", "-c", last, traffic + "").strip().replaceAll("\\.[0-9]+$", "");
  }

  @Test
  void shouldTellOfFlowsThatGoOnAndOfThoseThatHaveEnded() throws IOException {
    String host = someHost();
    try (GotmProcess recorder = record("-flowtimeout=1h")) {
      long sent = veth.send(traffic);
      List<String> live = flows();
      assertThat(ask(live, PACKETS)).isEqualTo(sent);
      assertThat(ask(live, "map(select(.end_reason == 0)) | length")).isPositive();
      List<String> ofHost = flows("host " + host);
      assertThat(ask(ofHost, PACKETS)).isEqualTo(captured("host " + host)).isPositive();
      assertAnswersAtTheSocket(live, ofHost, host);
      assertThat(recorder.stop("TERM").exitCode()).isZero();

      List<String> ended = flows();
      assertThat(ended).hasSameSizeAs(live);
      assertThat(ask(ended, PACKETS)).isEqualTo(sent);
      assertThat(ask(ended, "map(select(.end_reason == 0)) | length")).isZero();
      String kept = "map(.source_kept_packets + .destination_kept_packets) | add";
      assertThat(ask(ended, kept)).isEqualTo(ask(live, kept)).isBetween(1L, sent);
    }
  }

  private void assertAnswersAtTheSocket(List<String> all, List<String> ofHost, String host) {
    assertThat(curl("format=json")).hasSameElementsAs(all);
    assertThat(curl("format=json&query=host+" + host)).hasSameElementsAs(ofHost);
    assertThat(curl("query=host+" + host))
        .hasSameSizeAs(ofHost)
        .allMatch(line -> line.startsWith("start="));
    assertThat(curl("flows=2")).hasSize(2);
    assertThat(curl("query=bpf+'udp'")).hasSize(1).first().asString().contains("bpf");
  }

  private List<String> curl(String fields) {
    String url = "http://x/flows?" + fields;
    return Command.check("curl", "-sS", "-m", "20", "--unix-socket", socket + "", url)
        .lines()
        .toList();
  }

  @Test
  void shouldLoseAndDoubleNothingThatWasWrittenWhenItIsKilled() throws IOException {
    long sent;
    try (GotmProcess recorder = record("-flowtimeout=1s")) {
      sent = veth.send(traffic);
      awaitEnded(sent);
      recorder.stop("KILL");
    }
    assertThat(ask(flows(), PACKETS)).as("before it is mended").isEqualTo(sent);
    try (GotmProcess recorder = record("-flowtimeout=1h")) {
      assertThat(ask(flows(), PACKETS)).as("mended").isEqualTo(sent);
      sent += veth.send(traffic);
      GotmProcess.Ended ended = recorder.stop("TERM");
      assertThat(ended.log()).anyMatch(line -> line.contains("flows: mended "));
    }
    assertThat(ask(flows(), PACKETS)).isEqualTo(sent);
  }

  private void awaitEnded(long packets) throws IOException {
    String ended = "map(select(.end_reason != 0)) | " + PACKETS;
    long told;
    do {
      told = ask(flows(), ended);
    } while (told < packets);
    assertThat(told).isEqualTo(packets);
  }

  @Test
  void shouldEndSoonWhenNobodyReads() {
    quiet("-r", traffic, "-write", out, "-flows").run();
    String script = "\"$0\" flows -write \"$1\" | head -1";
    String first =
        Command.check("sh", "-c", script, GotmLaunch.HOME.resolve("gotm") + "", out + "");

    assertThat(first.lines()).hasSize(1);
    assertThat(first).startsWith("start=");
  }

  @Test
  void shouldSayInOneLineWhatIsWrong() throws IOException {
    Files.createDirectories(out);
    assertWrong("has no records of flows; the recorder writes them with -flows", "host 10.0.0.1");
    Files.createDirectories(out.resolve("flows"));
    assertWrong("hst", "hst 10.0.0.1");
    assertWrong("bpf is for packets", "bpf 'udp'");
    GotmProcess.Ended none = gotm("flows", "-write", folder.resolve("none")).run();
    assertThat(none.exitCode()).isEqualTo(2);
  }

  private void assertWrong(String part, String query) {
    GotmProcess.Ended ended = gotm("flows", "-write", out, query).run();
    assertThat(ended.exitCode()).as(ended.toString()).isEqualTo(2);
    assertThat(ended.out()).isEmpty();
    assertThat(ended.log()).hasSize(1).first().asString().contains(part);
  }
}
