package org.gotm.ffm.afpacket;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.gotm.core.packet.PacketBuilder.packet;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.gotm.core.packet.FlowKeyOptions;
import org.gotm.core.packet.FlowKeys;
import org.gotm.core.packet.PacketBuilder;
import org.gotm.core.packet.PacketDecoder;
import org.gotm.core.packet.TunnelOptions;
import org.gotm.core.pcapfile.Tcpdump;
import org.gotm.core.source.BatchHandler;
import org.gotm.core.source.PacketBatch;
import org.gotm.core.source.PacketSource;
import org.gotm.core.source.PacketSourceException;
import org.gotm.core.source.SourceStats;
import org.gotm.ffm.FilterTraffic;
import org.gotm.ffm.FrameSender;
import org.gotm.ffm.ReceivedPackets;
import org.gotm.ffm.VethPair;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** One interface, several workers. */
@Tag("live")
@Timeout(120)
class AfPacketGroupTest {
  private static final int WORKERS = 4;
  private static final int FLOWS = 64;

  private final List<Worker> workers = new ArrayList<>();
  private final Map<List<Long>, Set<Integer>> workersOfFlow = new HashMap<>();
  private VethPair pair;

  /** What one source got. */
  private final class Worker implements BatchHandler {
    final int number;
    final PacketSource source;
    final ReceivedPackets received = new ReceivedPackets();
    final FlowKeys keys = new FlowKeys(PacketBatch.DEFAULT_CAPACITY, 1);
    final PacketDecoder decoder;

    Worker(int number, PacketSource source) {
      this.number = number;
      this.source = source;
      decoder = new PacketDecoder(source.linkType(), FlowKeyOptions.defaults(), keys);
    }

    @Override
    public void onBatch(PacketBatch batch) {
      received.onBatch(batch);
      decoder.decode(batch);
      for (int i = 0; i < batch.count(); i++) {
        if (keys.meta(i) != 0) {
          workersOfFlow.computeIfAbsent(key(i), key -> new HashSet<>()).add(number);
        }
      }
    }

    private List<Long> key(int i) {
      return FlowKeys.isOneWord(keys.meta(i))
          ? List.of(keys.meta(i), keys.address(i, 0))
          : List.of(
              keys.meta(i),
              keys.address(i, 0),
              keys.address(i, 1),
              keys.address(i, 2),
              keys.address(i, 3));
    }
  }

  @BeforeEach
  void makePair() {
    pair = VethPair.create(VethPair.LARGEST_MTU);
  }

  @AfterEach
  void removePair() {
    workers.forEach(worker -> worker.source.close());
    if (pair != null) {
      pair.close();
    }
  }

  private void open() {
    open(WORKERS);
  }

  private void open(int workers) {
    open(pair.name(), workers);
  }

  private void open(String interfaceName, int workers) {
    AfPacketOptions options = AfPacketOptions.of(interfaceName).withBuffer(32 << 20, 1 << 20);
    for (PacketSource source : AfPacketGroup.open(options, workers)) {
      this.workers.add(new Worker(this.workers.size(), source));
    }
  }

  /** Sends every other frame in the other direction: it is seen on its way out. */
  private void sendBothWays(List<byte[]> frames) {
    try (FrameSender in = new FrameSender(pair.peer());
        FrameSender out = new FrameSender(pair.name())) {
      for (int i = 0; i < frames.size(); i++) {
        (i % 2 == 0 ? in : out).send(frames.get(i));
      }
    }
  }

  private void drain() {
    for (Worker worker : workers) {
      worker.source.stop();
      while (worker.source.poll(worker) != PacketSource.END) {
        // more
      }
    }
  }

  private List<byte[]> received() {
    return workers.stream().flatMap(worker -> worker.received.frames().stream()).toList();
  }

  private static List<byte[]> sorted(List<byte[]> frames) {
    return frames.stream().sorted(Arrays::compare).toList();
  }

  private static void assertSameFrames(List<byte[]> actual, List<byte[]> expected) {
    assertThat(actual).hasSameSizeAs(expected);
    List<byte[]> sortedActual = sorted(actual);
    List<byte[]> sortedExpected = sorted(expected);
    for (int i = 0; i < sortedExpected.size(); i++) {
      assertThat(sortedActual.get(i)).isEqualTo(sortedExpected.get(i));
    }
  }

  @Test
  void shouldKeepEachFlowOnOneWorkerAndLoseNothingWhenCapturesAreReplayed() {
    Tcpdump.require();
    List<byte[]> sent = EthernetCaptures.all().sendable();
    open();
    sendBothWays(sent);
    drain();

    assertSameFrames(received(), sent);
    assertThat(workersOfFlow).hasSizeGreaterThan(1000);
    assertThat(workersOfFlow).allSatisfy((flow, seenBy) -> assertThat(seenBy).hasSize(1));
    assertThat(workers).allMatch(worker -> worker.received.count() > sent.size() / 10);
    assertThat(workers)
        .allSatisfy(worker -> assertThat(worker.received.timestampsNanos()).isSorted());
  }

  @Test
  void shouldKeepEachInnerFlowOnOneWorkerWhenAllAreInOneTunnel() {
    List<byte[]> sent = new ArrayList<>();
    for (int flow = 0; flow < FLOWS; flow++) {
      sent.add(inTunnel(flow, "10.0.0.1", 4000 + flow, "10.0.0.2", 80));
      sent.add(inTunnel(flow + 7, "10.0.0.2", 80, "10.0.0.1", 4000 + flow));
    }
    open();
    sendBothWays(sent);
    drain();

    assertSameFrames(received(), sent);
    assertThat(workersOfFlow).hasSize(FLOWS);
    assertThat(workersOfFlow).allSatisfy((flow, seenBy) -> assertThat(seenBy).hasSize(1));
    assertThat(workers).allMatch(worker -> worker.received.count() > 0);
  }

  private static byte[] inTunnel(
      int entropy, String source, int sourcePort, String target, int targetPort) {
    return packet()
        .ethernet(1, 2)
        .ipv4("172.16.0.1", "172.16.0.2")
        .udp(50000 + entropy, 4789)
        .bytes(8, 0, 0, 0, 0, 0, 7, 0)
        .ethernet(3, 4)
        .ipv4(source, target)
        .tcp(sourcePort, targetPort, PacketBuilder.ACK)
        .payload(100)
        .build();
  }

  @Test
  void shouldKeepEachInnerFlowOnOneWorkerWhenAllInterfacesAreShared() {
    List<byte[]> sent = new ArrayList<>();
    for (int flow = 0; flow < FLOWS; flow++) {
      sent.add(inTunnel(flow, "10.0.0.1", 4000 + flow, "10.0.0.2", 80));
      sent.add(inTunnel(flow + 7, "10.0.0.2", 80, "10.0.0.1", 4000 + flow));
      sent.add(tagged(flow, "10.0.0.1", "10.0.0.2"));
      sent.add(tagged(flow, "10.0.0.2", "10.0.0.1"));
    }
    open("any", WORKERS);
    sendBothWays(sent);
    drain();

    assertThat(received()).hasSizeGreaterThanOrEqualTo(2 * sent.size());
    assertThat(workersOfFlow).hasSizeGreaterThanOrEqualTo(2 * FLOWS);
    assertThat(workersOfFlow).allSatisfy((flow, seenBy) -> assertThat(seenBy).hasSize(1));
  }

  private static byte[] tagged(int flow, String source, String target) {
    return packet()
        .ethernet(1, 2)
        .vlan(0x88a8, 5)
        .vlan(0x8100, 6)
        .ipv4(source, target)
        .udp(5000 + flow, 5000 + flow)
        .payload(20)
        .build();
  }

  @Test
  void shouldKeepLaterFragmentsWithTheFirstWhenTheyHaveNoPorts() {
    List<byte[]> sent = new ArrayList<>();
    for (int flow = 0; flow < FLOWS; flow++) {
      sent.add(fragment(flow).ipv4Fragment(flow, 0, true).udp(4000 + flow, 53).payload(8).build());
      sent.add(fragment(flow).ipv4Fragment(flow, 2, true).protocol(17).payload(16).build());
      sent.add(fragment(flow).ipv4Fragment(flow, 4, false).protocol(17).payload(16).build());
    }
    open();
    try (FrameSender in = new FrameSender(pair.peer())) {
      in.send(sent);
    }
    drain();

    assertSameFrames(received(), sent);
    assertThat(workersOfFlow).hasSize(FLOWS);
    assertThat(workersOfFlow).allSatisfy((flow, seenBy) -> assertThat(seenBy).hasSize(1));
    assertThat(workers).allMatch(worker -> worker.received.count() > 0);
  }

  private static PacketBuilder fragment(int flow) {
    return packet().ethernet(1, 2).ipv4("10.0.0.1", flow % 2 == 0 ? "10.0.0.2" : "10.0.0.3");
  }

  @Test
  void shouldSayHowPacketsAreSpreadWhenThereAreSeveralWorkers() {
    List<String> notes = new ArrayList<>();
    AfPacketOptions options = AfPacketOptions.of(pair.name()).withBuffer(1 << 20, 1 << 18);
    AfPacketGroup.open(options, 1, TunnelOptions.all(), notes::add).forEach(PacketSource::close);
    assertThat(notes).isEmpty();

    AfPacketGroup.open(options, 2, TunnelOptions.all(), notes::add).forEach(PacketSource::close);
    assertThat(notes)
        .containsExactly(
            "if=%s workers=2: packets are spread by the innermost flow (eBPF), in tunnels and of fragments too"
                .formatted(pair.name()));
    assertThat(notes.getFirst()).endsWith(AfPacketGroup.spread());
  }

  @Test
  void shouldAddUpWhenEachWorkerCountsItsOwn() {
    Tcpdump.require();
    List<byte[]> sent = EthernetCaptures.all().sendable();
    open();
    sendBothWays(sent);
    drain();

    long all = 0;
    for (Worker worker : workers) {
      SourceStats stats = new SourceStats();
      worker.source.readStats(stats);
      assertThat(stats.received).isEqualTo(worker.received.count());
      assertThat(stats.dropped).isZero();
      all += stats.received;
    }
    assertThat(all).isEqualTo(sent.size());
  }

  @Test
  void shouldGoOnAsAGroupWhenInterfaceWasRemovedAndIsBack() {
    Tcpdump.require();
    List<byte[]> sent = EthernetCaptures.all().sendable();
    open();
    pair.remove();
    awaitError(true);
    pair.add();
    awaitError(false);
    sendBothWays(sent);
    drain();

    assertSameFrames(received(), sent);
    assertThat(workersOfFlow).allSatisfy((flow, seenBy) -> assertThat(seenBy).hasSize(1));
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  void shouldGoOnAsAGroupWhenInterfaceWasInAnotherNamespaceAndIsBack(int number) {
    List<byte[]> sent = FilterTraffic.frames();
    open(number);
    pair.moveAway();
    awaitError(true);
    pair.moveBack();
    awaitError(false);
    sendBothWays(sent);
    drain();

    assertSameFrames(received(), sent);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  void shouldGoOnAsAGroupWhenInterfaceWasMadeAnewWithTheSameIndex(int number) {
    List<byte[]> sent = FilterTraffic.frames();
    int index = pair.index();
    open(number);
    pair.remove();
    awaitError(true);
    pair.add(index);
    awaitError(false);
    sendBothWays(sent);
    drain();

    assertSameFrames(received(), sent);
  }

  @Test
  void shouldStayOneGroupWhenAWorkerHasMissedThatTheInterfaceWasAway() {
    List<byte[]> sent = FilterTraffic.frames();
    open(2);
    pair.moveAway();
    pair.moveBack();
    awaitError(workers.getFirst(), true);
    awaitError(workers.getFirst(), false);
    pair.moveAway();
    pair.moveBack();
    for (Worker worker : workers) {
      awaitError(worker, true);
      awaitError(worker, false);
    }
    sendBothWays(sent);
    drain();

    assertSameFrames(received(), sent);
  }

  private void awaitError(boolean expected) {
    workers.forEach(worker -> awaitError(worker, expected));
  }

  private static void awaitError(Worker worker, boolean expected) {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
    while ((worker.source.error() != null) != expected) {
      worker.source.poll(worker);
      assertThat(System.nanoTime()).as(worker.source.error()).isLessThan(deadline);
    }
  }

  @Test
  void shouldLeaveNothingOpenWhenTheGroupCannotBe() {
    AfPacketOptions options = AfPacketOptions.of("absent0");

    assertThatExceptionOfType(PacketSourceException.class)
        .isThrownBy(() -> AfPacketGroup.open(options, WORKERS))
        .withMessageContaining("absent0");
  }

  @Test
  void shouldNameTheValueWhenThereAreTooManyWorkers() {
    AfPacketOptions options = AfPacketOptions.of(pair.name());

    assertThatIllegalArgumentException()
        .isThrownBy(() -> AfPacketGroup.open(options, 257))
        .withMessageContaining("workers=257");
  }
}
