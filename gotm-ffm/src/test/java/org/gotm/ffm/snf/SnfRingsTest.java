package org.gotm.ffm.snf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import org.gotm.core.packet.FlowKeyOptions;
import org.gotm.core.packet.FlowKeys;
import org.gotm.core.packet.LinkType;
import org.gotm.core.packet.PacketDecoder;
import org.gotm.core.packet.TunnelOptions;
import org.gotm.core.pcapfile.Captures;
import org.gotm.core.pcapfile.PcapFileSource;
import org.gotm.core.source.PacketBatch;
import org.gotm.core.source.PacketSource;
import org.gotm.core.source.SourceStats;
import org.gotm.ffm.Command;
import org.gotm.ffm.ReceivedPackets;
import org.gotm.ffm.SampleTraffic;
import org.gotm.ffm.snf.generated.snf_h;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Several rings of a port, and several ports. */
@Timeout(60)
class SnfRingsTest {
  private static final SnfOptions ENS1 = SnfOptions.of("ens1");
  private static final int RINGS = 4;

  /** For packets whose time is 0 in the capture, which is how SNF says that it has none. */
  private static final long HOST_TIME = 1;

  /**
   * SNF goes by the outermost IP header of a packet. In these captures a flow has packets that it
   * cannot know by that: with and without MPLS; neighbour discovery, which goes by the address that
   * is asked for; ICMP errors, which are of the flow that they quote.
   */
  private static final List<String> FLOWS_BEYOND_THE_OUTERMOST_HEADER =
      List.of("eth-vlan-mpls-mixed.pcap", "eth-ipv6-mixed.pcap", "eth-mixed-emix.pcap");

  @RegisterExtension final FakeSnf fake = new FakeSnf();
  @TempDir Path folder;

  /** One packet, comparable. */
  private record Packet(long timestampNanos, String bytes) {}

  static Stream<Captures.Capture> ethernetCaptures() {
    return Captures.all().stream()
        .filter(capture -> capture.linkType().equals("ether"))
        .filter(capture -> capture.isSound() || capture.name().endsWith(".gz"))
        .filter(capture -> !capture.fileType().equals("snoop"));
  }

  @ParameterizedTest
  @MethodSource("ethernetCaptures")
  void shouldDeliverEveryFrameOnceAndEachFlowOnOneRing(Captures.Capture capture)
      throws IOException {
    Path pcap = asPcap(capture);
    List<SnfSource> sources = SnfSource.openRings(ENS1.withRings(RINGS), Map.of(), () -> HOST_TIME);
    long sent = fake.arrive(0, pcap);
    Map<String, Integer> ringOfFlow = new HashMap<>();
    List<Packet> received = new ArrayList<>();
    for (int ring = 0; ring < RINGS; ring++) {
      try (SnfSource source = sources.get(ring)) {
        source.stop();
        ReceivedPackets packets = new ReceivedPackets();
        List<String> flows = new ArrayList<>();
        drain(source, packets, flows);
        received.addAll(packetsOf(packets));
        if (!FLOWS_BEYOND_THE_OUTERMOST_HEADER.contains(capture.name())) {
          int thisRing = ring;
          assertThat(flows)
              .allMatch(flow -> ringOfFlow.merge(flow, thisRing, (a, b) -> a) == thisRing);
        }
        assertBalanced(source, packets.count());
      }
    }

    assertThat(sent).isEqualTo(received.size());
    if (capture.packets() >= 0) {
      assertThat(sent).as("packets that tcpdump counts").isEqualTo(capture.packets());
    }
    assertThat(sorted(received)).isEqualTo(sorted(packetsOf(pcap)));
  }

  private static void drain(PacketSource source, ReceivedPackets packets, List<String> flows) {
    FlowKeys keys = new FlowKeys(PacketBatch.DEFAULT_CAPACITY, 1);
    FlowKeyOptions outermost = FlowKeyOptions.defaults().withTunnels(TunnelOptions.none());
    PacketDecoder decoder = new PacketDecoder(LinkType.ETHERNET, outermost, keys);
    int polled;
    do {
      polled =
          source.poll(
              batch -> {
                packets.onBatch(batch);
                decoder.decode(batch);
                for (int i = 0; i < batch.count(); i++) {
                  flows.add(flow(keys, i, flows.size()));
                }
              });
    } while (polled != PacketSource.END);
  }

  private static String flow(FlowKeys keys, int i, int unique) {
    return keys.meta(i) == 0
        ? "undecoded %d of %s".formatted(unique, Thread.currentThread())
        : HexFormat.of().toHexDigits(keys.meta(i)) + HexFormat.of().toHexDigits(keys.hash(i));
  }

  private static void assertBalanced(PacketSource source, long delivered) {
    SourceStats stats = new SourceStats();
    source.readStats(stats);
    assertThat(stats.received).isEqualTo(delivered);
    assertThat(stats.dropped + stats.discarded).isZero();
  }

  private static List<Packet> packetsOf(ReceivedPackets received) {
    List<Packet> packets = new ArrayList<>();
    for (int i = 0; i < received.count(); i++) {
      byte[] frame = received.frames().get(i);
      assertThat(received.wireLengths().get(i)).isEqualTo(frame.length);
      packets.add(new Packet(received.timestampsNanos().get(i), HexFormat.of().formatHex(frame)));
    }
    return packets;
  }

  /** The packets of a file, with the times that a NIC gives them: they never go back. */
  private static List<Packet> packetsOf(Path pcap) {
    ReceivedPackets packets = new ReceivedPackets();
    try (PacketSource file = PcapFileSource.open(pcap)) {
      packets.awaitEnd(file);
    }
    List<Packet> result = new ArrayList<>();
    long last = 0;
    for (int i = 0; i < packets.count(); i++) {
      last = Math.max(last, packets.timestampsNanos().get(i));
      last = last == 0 ? HOST_TIME : last;
      result.add(new Packet(last, HexFormat.of().formatHex(packets.frames().get(i))));
    }
    return result;
  }

  private static List<Packet> sorted(List<Packet> packets) {
    return packets.stream()
        .sorted(Comparator.comparing(Packet::timestampNanos).thenComparing(Packet::bytes))
        .toList();
  }

  /** The capture as an uncompressed pcap file, which is all that the fake library reads. */
  private Path asPcap(Captures.Capture capture) throws IOException {
    Path file = capture.extractTo(folder);
    if (capture.name().endsWith(".gz")) {
      Path unpacked = folder.resolve("unpacked.pcap");
      try (InputStream in = new GZIPInputStream(Files.newInputStream(file))) {
        Files.copy(in, unpacked);
      }
      return unpacked;
    }
    if (capture.isPcap() && !capture.fileType().equals("modpcap")) {
      return file;
    }
    Path converted = folder.resolve("converted.pcap");
    Command.check("tcpdump", "-r", file.toString(), "-w", converted.toString());
    return converted;
  }

  private void arrive(int port, int count) {
    for (int i = 0; i < count; i++) {
      fake.arrive(port, SampleTraffic.udp(i, 60 + i), i + 1);
    }
  }

  private static int delivered(SnfSource source) {
    source.stop();
    return new ReceivedPackets().awaitEnd(source).count();
  }

  @Test
  void shouldDeliverEverythingOnEveryRingWhenDuplicating() {
    List<SnfSource> sources = FakeSnf.open(ENS1.withRings(3).withFlags(snf_h.SNF_F_RX_DUPLICATE()));
    arrive(0, 50);

    assertThat(sources).allMatch(source -> delivered(source) == 50);
    sources.forEach(SnfSource::close);
  }

  @Test
  void shouldDeliverBothPortsByTimeWhenMerged() {
    try (SnfSource source = FakeSnf.open(SnfOptions.of("ens1+ens4")).getFirst()) {
      fake.arrive(1, SampleTraffic.udp(0, 60), 2);
      fake.arrive(0, SampleTraffic.udp(1, 61), 1);
      fake.arrive(0, SampleTraffic.udp(2, 62), 3);
      ReceivedPackets received = new ReceivedPackets().await(source, 3);

      assertThat(received.timestampsNanos()).containsExactly(1L, 2L, 3L);
      assertThat(received.frames().get(1)).isEqualTo(SampleTraffic.udp(0, 60));
      assertThat(source.lendsMany()).isFalse();
      assertThat(fake.opened(FakeSnf.PORT_MASK)).isEqualTo(0b11);
    }
  }

  @Test
  void shouldDeliverEachPortToItsOwnSourcesWhenTwoAreOpen() {
    List<SnfSource> first = FakeSnf.open(ENS1.withRings(2));
    List<SnfSource> second = FakeSnf.open(SnfOptions.of("ens4").withRings(2));
    arrive(0, 30);
    arrive(1, 40);

    assertThat(first.stream().mapToInt(SnfRingsTest::delivered).sum()).isEqualTo(30);
    assertThat(second.stream().mapToInt(SnfRingsTest::delivered).sum()).isEqualTo(40);
    first.forEach(SnfSource::close);
    second.forEach(SnfSource::close);
  }

  @Test
  void shouldShareTheRingsWhenTwoOpenThePortForSharing() {
    SnfOptions shared = ENS1.withFlags(snf_h.SNF_F_PSHARED()).withRings(2).withBoardRings(4);
    List<SnfSource> first = FakeSnf.open(shared);
    List<SnfSource> second = FakeSnf.open(shared);
    arrive(0, 100);
    int fromFirst = first.stream().mapToInt(SnfRingsTest::delivered).sum();
    int fromSecond = second.stream().mapToInt(SnfRingsTest::delivered).sum();

    assertThat(fromFirst + fromSecond).isEqualTo(100);
    assertThat(fromFirst).isBetween(1, 99);
    first.forEach(SnfSource::close);
    second.forEach(SnfSource::close);
  }

  @Test
  void shouldLeaveOthersReceivingWhenOneThatSharesThePortIsClosed() {
    SnfOptions shared = ENS1.withFlags(snf_h.SNF_F_PSHARED()).withBoardRings(2);
    SnfSource other = FakeSnf.open(shared.withFirstRing(0)).getFirst();
    try (SnfSource source = FakeSnf.open(shared.withFirstRing(1)).getFirst()) {
      source.stop();
      assertThat(source.poll(batch -> {})).isEqualTo(PacketSource.END);
    }
    fake.arrive(0, new byte[60], 1); // not IP: for ring 0
    assertThat(new ReceivedPackets().await(other, 1).count()).isEqualTo(1);
    other.close();

    assertThat(fake.trace()).doesNotContain("snf_stop");
  }

  @Test
  void shouldSayThatThePortIsTakenWhenItIsNotShared() {
    try (SnfSource first = FakeSnf.open(ENS1).getFirst()) {
      assertThat(first.error()).isNull();
      assertThatThrownBy(() -> FakeSnf.open(ENS1))
          .hasMessageContaining("interface=ens1: snf_open failed: Device or resource busy")
          .hasMessageContaining("another program has the port");
    }
  }
}
