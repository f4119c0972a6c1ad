package org.gotm.app.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.gotm.app.process.GotmProcess.Ended;
import org.gotm.core.Seed;
import org.gotm.ffm.Command;
import org.gotm.ffm.VethPair;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Flows cut in the kernel: the files are what they are without, and all packets are counted. */
@Tag("live")
@Timeout(300)
class KernelCutIT {
  private static final int MIDDLE_PACKETS = 12_000;
  private static final int HEADER_BYTES = 96;

  /** A tag that the kernel has taken out comes on top. */
  private static final int TAG_BYTES = 4;

  @TempDir private Path folder;

  private VethPair veth;
  private MetricsPage metrics;
  private Path opening;
  private Path middle;
  private Path mice;

  /** A packet without its time. */
  private record Packet(int wireLength, ByteBuffer bytes) {
    boolean isWhole() {
      return bytes.remaining() == wireLength;
    }
  }

  /**
   * What became of the traffic.
   *
   * @param rounds how often its middle was sent
   * @param sent packets
   */
  private record Recording(Ended ended, List<Packet> packets, int rounds, long sent) {
    long get(String name) {
      return ended.ledger().get(name);
    }
  }

  @BeforeEach
  void prepare() {
    VethPair.requireLive();
    Command.require("curl", "tcpdump");
    veth = VethPair.inNamespace();
    Command.check(veth.inside("ip", "link", "set", "lo", "up"));
    metrics = new MetricsPage(veth);
    ElephantTraffic traffic = new ElephantTraffic(Seed.of(KernelCutIT.class));
    opening = traffic.opening().writeTo(folder.resolve("opening.pcap"));
    middle = traffic.middle(MIDDLE_PACKETS).writeTo(folder.resolve("middle.pcap"));
    mice = traffic.mice(6000).writeTo(folder.resolve("mice.pcap"));
  }

  @AfterEach
  void removePair() {
    if (veth != null) {
      veth.close();
    }
  }

  private GotmLaunch launch(String mode, Object... more) {
    return GotmLaunch.gotm("-interface", veth.name(), "-filter", "ip or ip6 or vlan")
        .and("-packetcutoff=50", "-bytecutoff=0", "-flowtimeout=10m", "-rotationinterval=24h")
        .and("-write", out(mode), "-metrics-address", HealthPage.ADDRESS, "-kernelcut", mode)
        .and(more)
        .inside(veth)
        .in(folder);
  }

  private Path out(String mode) {
    return folder.resolve("out-" + mode);
  }

  private long cutInKernel() {
    return metrics.sum("gotm_packets_cut_total", "where=\"kernel\"");
  }

  private int sendMiddle() {
    return veth.send(middle, "--pps=20000");
  }

  /** Sends the traffic, its middle until the kernel has cut some of it, or so often. */
  private Recording record(String mode, int rounds, Object... more) {
    try (GotmProcess gotm = launch(mode, more).start()) {
      gotm.awaitLine("Starting worker 0 on interface");
      long sent = veth.send(opening);
      int round = 0;
      while (round < rounds || rounds == 0 && (round == 0 || cutInKernel() == 0)) {
        sent += sendMiddle();
        round++;
      }
      return checked(gotm.stop("TERM"), mode, round, sent);
    }
  }

  private Recording checked(Ended ended, String mode, int rounds, long sent) {
    assertThat(ended.exitCode()).as(ended.toString()).isZero();
    assertThat(ended.ledger().isBalanced()).as(ended.toString()).isTrue();
    assertThat(ended.ledger().get("received")).isEqualTo(sent);
    assertThat(ended.ledger().get("dropped")).isZero();
    List<Packet> packets =
        new OutputFolder(out(mode))
            .packets(ended.log()).stream()
                .map(packet -> new Packet(packet.wireLength(), packet.bytes()))
                .toList();
    assertThat(packets).hasSize((int) ended.ledger().get("written"));
    return new Recording(ended, packets, rounds, sent);
  }

  private static void assertSame(List<Packet> actual, List<Packet> expected) {
    for (int i = 0; i < Math.min(actual.size(), expected.size()); i++) {
      assertThat(actual.get(i)).as("packet %d", i).isEqualTo(expected.get(i));
    }
    assertThat(actual).hasSameSizeAs(expected);
  }

  private static List<Packet> sorted(List<Packet> packets) {
    return packets.stream().sorted(Comparator.comparing(Packet::bytes)).toList();
  }

  @ParameterizedTest
  @CsvSource({"1, 262144", "2, 100"})
  void shouldKeepTheSamePackets(int workers, int snaplen) {
    Object[] options = {"-workers=" + workers, "-snaplen=" + snaplen};
    Recording cut = record("on", 0, options);
    Recording plain = record("off", cut.rounds(), options);

    assertThat(cut.get("cut_in_kernel")).isPositive();
    assertThat(plain.get("cut_in_kernel")).isZero();
    assertThat(cut.get("cut") + cut.get("cut_in_kernel")).isEqualTo(plain.get("cut"));
    if (workers == 1) {
      assertSame(cut.packets(), plain.packets());
    }
    assertSame(sorted(cut.packets()), sorted(plain.packets()));
  }

  @Test
  void shouldKeepTheSameOfEachClass() {
    Object[] classes = {
      "-class=none:tcp port 5000:drop",
      "-class=all:udp port 5001:never",
      "-class=more:port 5002:packets=200",
      "-class=heads:port 5003:packets=10,headers=40"
    };
    Recording cut = record("on", 0, classes);
    Recording plain = record("off", cut.rounds(), classes);

    assertThat(cut.get("cut_in_kernel")).isPositive();
    assertSame(cut.packets(), plain.packets());
    assertThat(classLines(cut.ended())).hasSize(5).isEqualTo(classLines(plain.ended()));
  }

  private static List<String> classLines(Ended ended) {
    return ended.log().stream()
        .filter(line -> line.contains("ledger class="))
        .map(line -> line.substring(line.indexOf("ledger class=")))
        .toList();
  }

  @Test
  void shouldKeepHeadersOfWhatIsCut() {
    Recording headers = record("headers", 2);
    Recording plain = record("off", 2);

    assertThat(headers.get("written")).isEqualTo(headers.sent());
    assertThat(headers.packets())
        .filteredOn(packet -> !packet.isWhole())
        .hasSizeGreaterThan(MIDDLE_PACKETS)
        .extracting(packet -> packet.bytes().remaining())
        .containsOnly(HEADER_BYTES, HEADER_BYTES + TAG_BYTES);
    assertSame(longAndWhole(headers.packets()), longAndWhole(plain.packets()));
    List<Integer> lengths = new ArrayList<>();
    for (Path file : List.of(opening, middle, middle)) {
      FilePackets.of(file).packets().forEach(packet -> lengths.add(packet.wireLength()));
    }
    assertThat(headers.packets()).extracting(Packet::wireLength).isEqualTo(lengths);
  }

  private static List<Packet> longAndWhole(List<Packet> packets) {
    return packets.stream()
        .filter(packet -> packet.isWhole() && packet.wireLength() > HEADER_BYTES + TAG_BYTES)
        .toList();
  }

  @Test
  void shouldBeginWhenItPaysAndEndWhenItDoesNot() {
    try (GotmProcess gotm = launch("auto").start()) {
      gotm.awaitLine("Starting worker 0 on interface");
      assertThat(metrics.sum("gotm_kernel_cut_on")).isZero();
      long sent = veth.send(opening);
      do {
        sent += sendMiddle();
      } while (cutInKernel() == 0 || metrics.sum("gotm_flows_cut_in_kernel") == 0);
      assertThat(metrics.sum("gotm_kernel_cut_on")).isEqualTo(1);
      do {
        sent += veth.send(mice, "--pps=6000");
      } while (metrics.sum("gotm_kernel_cut_on") == 1);
      metrics.await("gotm_source_kernel_cut_switches_total", 2);
      metrics.await("gotm_flows_cut_in_kernel", 0);
      Recording recording = checked(gotm.stop("TERM"), "auto", 0, sent);

      assertThat(recording.get("cut_in_kernel")).isPositive();
    }
  }

  @Test
  void shouldGoOnWhenTheInterfaceComesBack() {
    try (GotmProcess gotm = launch("on").start()) {
      gotm.awaitLine("Starting worker 0 on interface");
      long sent = veth.send(opening) + sendUntilCut(0);
      veth.remove();
      gotm.awaitLine("was removed");
      veth.add();
      gotm.awaitLine("W=00 works again");
      sent += sendUntilCut(sent);
      checked(gotm.stop("TERM"), "on", 0, sent);
    }
  }

  /** Answers how many packets were sent until more than so many were cut in the kernel. */
  private long sendUntilCut(long before) {
    long sent = 0;
    do {
      sent += sendMiddle();
    } while (cutInKernel() <= before);
    return sent;
  }

  /** Not all of the kernel's memory is the process's: a long filter is the socket's. */
  @Test
  void shouldSaySoAndRecordWhenTheSocketHasNoMemoryForTheProgram() throws IOException {
    String limit = "net.core.optmem_max";
    if (Command.run(veth.inside("sysctl", "-w", limit + "=1024")).exitCode() != 0) {
      Command.skip("this kernel has one limit for all namespaces");
    }
    try (GotmProcess gotm = launch("auto").start()) {
      assertThat(gotm.awaitLine("flows are not cut in the kernel")).contains(limit);
      gotm.awaitLine("Starting worker 0 on interface");
      long sent = veth.send(opening) + sendMiddle();
      Recording recording = checked(gotm.stop("TERM"), "auto", 1, sent);
      assertThat(recording.get("cut")).isPositive();
    }
    Ended ended = launch("on").run();
    assertThat(ended.exitCode()).as(ended.toString()).isEqualTo(1);
    assertThat(ended.log()).last().asString().contains("gotm: ", "cannot cut flows in the kernel");
    assertThat(ended.log()).anyMatch(line -> line.contains(limit));
  }
}
