package org.gotm.ffm.afpacket;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import org.gotm.core.Seed;
import org.gotm.core.capture.Capture;
import org.gotm.core.capture.CaptureWorker;
import org.gotm.core.capture.Counter;
import org.gotm.core.capture.Ledger;
import org.gotm.core.capture.PacketSink;
import org.gotm.core.flow.Cutoff;
import org.gotm.core.flow.EndReason;
import org.gotm.core.flow.Flow;
import org.gotm.core.flow.FlowCutter;
import org.gotm.core.flow.FlowListener;
import org.gotm.core.flow.FlowRecord;
import org.gotm.core.flow.FlowRecordLayout;
import org.gotm.core.flow.FlowRecordRing;
import org.gotm.core.flow.TrafficClasses;
import org.gotm.core.packet.PacketBuilder;
import org.gotm.core.packet.TunnelOptions;
import org.gotm.core.source.PacketSource;
import org.gotm.core.source.PacketSourceException;
import org.gotm.ffm.Await;
import org.gotm.ffm.FrameSender;
import org.gotm.ffm.VethPair;
import org.gotm.ffm.bpf.BpfInstruction;
import org.gotm.ffm.bpf.SocketFilter;
import org.gotm.ffm.kernelcut.KernelCutMode;
import org.gotm.ffm.kernelcut.KernelCutOptions;
import org.gotm.ffm.linux.CaptureMode;
import org.gotm.ffm.pcap.FilterCompiler;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * A few flows with nearly all packets, cut in the kernel: every packet and every flow is counted,
 * and what is kept is what would be kept without.
 */
@Tag("live")
@Timeout(120)
class KernelCutTest {
  private static final int PACKETS = 20_000;
  private static final int FLOWS = 200;
  private static final int ELEPHANTS = 10;
  private static final int FIRST_PORT = 20_000;
  private static final int WIRE_LENGTH = 154;
  private static final Cutoff CUTOFF = Cutoff.of(20, 0);
  private static final FlowCutter.Options OPTIONS =
      FlowCutter.Options.defaults().withCapacityFlows(1000).withTimeout(Duration.ofMinutes(1));

  private final Random random = new Random(Seed.of(KernelCutTest.class));
  private final VethPair cable = VethPair.create();
  private final Map<Integer, Totals> sent = new TreeMap<>();
  private final Map<Integer, Totals> counted = new ConcurrentHashMap<>();
  private final Map<Integer, Integer> kept = new ConcurrentHashMap<>();
  private final List<String> notes = new ArrayList<>();
  private long bytesSent;

  /** What a flow has. */
  private record Totals(long packets, long payload) {
    Totals plus(long morePackets, long morePayload) {
      return new Totals(packets + morePackets, payload + morePayload);
    }
  }

  @AfterEach
  void close() {
    cable.close();
  }

  private static AfPacketOptions options(String interfaceName, KernelCutMode mode) {
    return AfPacketOptions.of(interfaceName)
        .withBuffer(16 << 20, 1 << 18)
        .withKernelCut(KernelCutOptions.of(mode, OPTIONS));
  }

  private Capture capture(AfPacketOptions options, int workers) {
    List<PacketSource> sources =
        AfPacketGroup.open(options, workers, TunnelOptions.all(), notes::add);
    FlowListener listener =
        new FlowListener() {
          @Override
          public void onEnd(Flow flow, EndReason reason) {
            counted.merge(
                number(flow.key().firstPort(), flow.key().secondPort()),
                new Totals(flow.packets(), flow.bytes()),
                (a, b) -> a.plus(b.packets(), b.payload()));
          }
        };
    return Capture.from(sources)
        .capacityFlows(OPTIONS.capacityFlows())
        .flowTimeout(Duration.ofNanos(OPTIONS.timeoutNanos()))
        .cutoff(CUTOFF)
        .flowListener(listener)
        .onPacket(
            packet ->
                kept.merge(
                    number(packet.flow().firstPort(), packet.flow().secondPort()),
                    1,
                    Integer::sum));
  }

  private static int number(int firstPort, int secondPort) {
    return Math.max(firstPort, secondPort) - FIRST_PORT;
  }

  /** A data packet of a flow, this way or back. */
  private byte[] frame(int flow, int payload) {
    return frame(flow, payload, random.nextBoolean());
  }

  private byte[] frame(int flow, int payload, boolean isBack) {
    int near = isBack ? 443 : FIRST_PORT + flow;
    int far = isBack ? FIRST_PORT + flow : 443;
    PacketBuilder packet = PacketBuilder.packet().ethernet(1, 2);
    if (flow % 5 == 0) {
      packet.vlan(0x8100, 7);
    }
    String client = flow % 4 == 0 ? "2001:db8::1" : "10.1.2.3";
    String server = flow % 4 == 0 ? "2001:db8::2" : "10.3.2.1";
    if (flow % 4 == 0) {
      packet.ipv6(isBack ? server : client, isBack ? client : server);
    } else {
      packet.ipv4(isBack ? server : client, isBack ? client : server);
    }
    if (flow % 3 == 0) {
      packet.udp(near, far);
    } else {
      packet.tcp(near, far, PacketBuilder.ACK);
    }
    return packet.payload(payload).build();
  }

  private void send(FrameSender sender, int packets) {
    for (int i = 0; i < packets; i++) {
      int flow = random.nextInt(20) == 0 ? random.nextInt(FLOWS) : random.nextInt(ELEPHANTS);
      int payload = 1 + random.nextInt(1000);
      byte[] frame = frame(flow, payload);
      sender.send(frame);
      bytesSent += frame.length - (flow % 5 == 0 ? 4 : 0); // a tag is taken out of the frame
      sent.merge(flow, new Totals(1, payload), (a, b) -> a.plus(b.packets(), b.payload()));
    }
  }

  private Map<Integer, Integer> expectedKept() {
    Map<Integer, Integer> expected = new TreeMap<>();
    sent.forEach(
        (flow, all) -> expected.put(flow, (int) Math.min(CUTOFF.packets(), all.packets())));
    return expected;
  }

  /** Captures what a test sends, then stops. */
  private Ledger run(Capture capture, Runnable sending) throws InterruptedException {
    try (capture) {
      Thread thread = Thread.ofPlatform().daemon().start(capture::run);
      sending.run();
      capture.stop();
      thread.join();
      return capture.ledger();
    }
  }

  @ParameterizedTest
  @CsvSource({"ON, 1", "ON, 2", "AUTO, 1", "AUTO, 2"})
  void shouldCountEveryPacketOfEveryFlow(KernelCutMode mode, int workers) throws Exception {
    try (FrameSender sender = new FrameSender(cable.peer())) {
      Capture capture = capture(options(cable.name(), mode), workers);
      Ledger ledger =
          run(
              capture,
              () -> {
                send(sender, PACKETS);
                if (mode == KernelCutMode.AUTO) {
                  Await.until(
                      "it pays",
                      () -> {
                        send(sender, 1000);
                        return capture.ledger().get(Counter.CUT_IN_KERNEL) > 0;
                      });
                }
              });

      assertThat(ledger.get(Counter.BYTES)).isEqualTo(bytesSent);
      long all = sent.values().stream().mapToLong(Totals::packets).sum();
      assertThat(ledger.get(Counter.RECEIVED)).isEqualTo(all);
      assertThat(ledger.get(Counter.DROPPED)).isZero();
      assertThat(ledger.missing()).as("%s", ledger).isZero();
      assertThat(ledger.get(Counter.CUT_IN_KERNEL)).isGreaterThan(all / 50);
      assertThat(counted).isEqualTo(sent);
      assertThat(kept).isEqualTo(expectedKept());
      if (mode == KernelCutMode.ON) {
        assertThat(ledger.get(Counter.CUT_IN_KERNEL)).isGreaterThan(all / 2);
      }
    }
  }

  @Test
  void shouldStandBehindTheFilter() throws Exception {
    SocketFilter filter = FilterCompiler.compile("udp or vlan", cable.name());
    try (FrameSender sender = new FrameSender(cable.peer())) {
      AfPacketOptions options = options(cable.name(), KernelCutMode.ON).withFilter(filter);
      Ledger ledger = run(capture(options, 1), () -> send(sender, PACKETS));

      sent.keySet().removeIf(flow -> flow % 3 != 0 && flow % 5 != 0);
      assertThat(counted).isEqualTo(sent);
      assertThat(kept).isEqualTo(expectedKept());
      assertThat(ledger.missing()).isZero();
      assertThat(ledger.get(Counter.CUT_IN_KERNEL)).isPositive();
    }
  }

  @Test
  void shouldGoOnWhenTheInterfaceComesBack() throws Exception {
    Capture capture = capture(options(cable.name(), KernelCutMode.ON), 1);
    Ledger ledger =
        run(
            capture,
            () -> {
              try (FrameSender sender = new FrameSender(cable.peer())) {
                send(sender, 3000);
              }
              Await.until("all", () -> capture.ledger().get(Counter.RECEIVED) == 3000);
              cable.remove();
              cable.add();
              long before = capture.ledger().get(Counter.CUT_IN_KERNEL);
              Await.until(
                  "a cut on the new one",
                  () -> {
                    try (FrameSender sender = new FrameSender(cable.peer())) {
                      sender.send(frame(1, 10));
                    }
                    return capture.ledger().get(Counter.CUT_IN_KERNEL) > before;
                  });
            });

    assertThat(ledger.missing()).as("%s", ledger).isZero();
  }

  /** It must not swallow a connection that begins on the ports of one that is cut. */
  @Test
  void shouldLetANewConnectionThrough() throws Exception {
    Capture capture = capture(options(cable.name(), KernelCutMode.ON), 1);
    try (FrameSender sender = new FrameSender(cable.peer())) {
      Ledger ledger =
          run(
              capture,
              () -> {
                long begin = System.nanoTime();
                Await.until(
                    "a cut in the kernel, of a flow old enough that a SYN is believed",
                    () -> {
                      sender.send(packet(PacketBuilder.ACK));
                      return capture.ledger().get(Counter.CUT_IN_KERNEL) > 0
                          && System.nanoTime() - begin > 1_200_000_000;
                    });
                int before = kept.get(1);
                sender.send(packet(PacketBuilder.SYN));
                for (int i = 0; i < 10; i++) {
                  sender.send(packet(PacketBuilder.ACK));
                }
                Await.until("the new connection", () -> kept.get(1) == before + 11);
              });

      assertThat(ledger.missing()).isZero();
    }
  }

  private static byte[] packet(int flags) {
    return PacketBuilder.packet()
        .ethernet(1, 2)
        .ipv4("10.0.0.1", "10.0.0.2")
        .tcp(FIRST_PORT + 1, 443, flags)
        .payload(100)
        .build();
  }

  @Test
  void shouldDeliverHeadersIfThatIsAskedFor() throws Exception {
    List<Integer> lengths = new ArrayList<>();
    PacketSink sink =
        (batch, index, flows) -> {
          assertThat(batch.wireLengths[index]).isEqualTo(WIRE_LENGTH);
          return lengths.add(batch.caplens[index]);
        };
    Ledger ledger = new Ledger();
    try (Arena arena = Arena.ofShared();
        PacketSource source = AfPacketSource.open(options(cable.name(), KernelCutMode.HEADERS));
        FrameSender sender = new FrameSender(cable.peer())) {
      FlowCutter cutter = new FlowCutter(OPTIONS, FlowListener.NONE, arena);
      cutter.use(TrafficClasses.only(CUTOFF, 96));
      CaptureWorker worker = new CaptureWorker(source, cutter, sink, ledger, System::nanoTime);
      Thread thread = Thread.ofPlatform().daemon().start(worker);
      Await.until(
          "packets after the cut",
          () -> {
            sender.send(packet(PacketBuilder.ACK));
            return ledger.get(Counter.DELIVERED) > 200;
          });
      worker.stop();
      thread.join();
    }

    assertThat(ledger.get(Counter.KEPT)).isEqualTo(ledger.get(Counter.RECEIVED));
    assertThat(ledger.get(Counter.CUT_IN_KERNEL)).isZero();
    assertThat(lengths.subList(0, 20)).containsOnly(WIRE_LENGTH);
    assertThat(lengths.subList(20, lengths.size())).containsOnly(96);
    assertThat(ledger.get(Counter.FLOWS_CUT)).isEqualTo(1);
  }

  /** What an end has sent. */
  private record Sent(long packets, long bytes, long payload) {
    Sent plus(Sent other) {
      return new Sent(packets + other.packets, bytes + other.bytes, payload + other.payload);
    }
  }

  /** One end of a flow. */
  private record End(int flow, boolean isServer) {}

  /** Records tell of each end what they would without the cut in the kernel. */
  @Test
  void shouldRecordWhatEitherEndHasSent() throws Exception {
    Map<End, Sent> expected = new HashMap<>();
    Map<End, Sent> told = new HashMap<>();
    Ledger ledger = new Ledger();
    try (Arena arena = Arena.ofShared();
        PacketSource source = AfPacketSource.open(options(cable.name(), KernelCutMode.ON));
        FrameSender sender = new FrameSender(cable.peer())) {
      FlowRecordRing ring = new FlowRecordRing(1 << 12, 0, 0, false, arena);
      FlowCutter cutter = new FlowCutter(OPTIONS, FlowListener.NONE, ring, arena);
      cutter.use(TrafficClasses.only(CUTOFF));
      CaptureWorker worker =
          new CaptureWorker(source, cutter, (b, i, f) -> true, ledger, System::nanoTime);
      Thread thread = Thread.ofPlatform().daemon().start(worker);
      for (int i = 0; i < PACKETS; i++) {
        int flow = random.nextInt(ELEPHANTS);
        int payload = 1 + random.nextInt(1000);
        boolean isBack = random.nextInt(3) == 0;
        byte[] frame = frame(flow, payload, isBack);
        sender.send(frame);
        int onWire = frame.length - (flow % 5 == 0 ? 4 : 0); // the tag is taken out
        expected.merge(new End(flow, isBack), new Sent(1, onWire, payload), Sent::plus);
      }
      worker.stop();
      thread.join();
      cutter.end();
      MemorySegment records = ring.readable();
      for (long at = 0; at < records.byteSize(); at += FlowRecordLayout.LENGTH) {
        tell(new FlowRecord().at(records, at), told);
      }
    }

    assertThat(ledger.get(Counter.CUT_IN_KERNEL)).isGreaterThan(PACKETS / 2);
    assertThat(told).isEqualTo(expected);
  }

  private static void tell(FlowRecord flow, Map<End, Sent> told) {
    int number = number(flow.key().firstPort(), flow.key().secondPort());
    boolean isServer = flow.key().firstPort() == 443;
    Sent source = new Sent(flow.sourcePackets(), flow.sourceBytes(), flow.sourcePayloadBytes());
    Sent destination =
        new Sent(
            flow.destinationPackets(), flow.destinationBytes(), flow.destinationPayloadBytes());
    told.merge(new End(number, isServer), source, Sent::plus);
    told.merge(new End(number, !isServer), destination, Sent::plus);
  }

  @Test
  void shouldDoWithoutWhenTheFilterKeepsNothing() {
    AfPacketOptions auto =
        options(cable.name(), KernelCutMode.AUTO).withFilter(SocketFilter.keep(0));
    AfPacketGroup.open(auto, 1, TunnelOptions.all(), notes::add).getFirst().close();

    assertThat(notes).singleElement().asString().contains("keeps nothing");
  }

  /** What cannot be had is said, or is a reason not to begin. */
  @Test
  void shouldSayWhyItCannot() {
    SocketFilter odd =
        new SocketFilter(
            List.of(
                new BpfInstruction(0x20, 0, 0, -0x1000 + 28), new BpfInstruction(0x16, 0, 0, 0)));
    AfPacketOptions auto = options(cable.name(), KernelCutMode.AUTO).withFilter(odd);
    AfPacketGroup.open(auto, 1, TunnelOptions.all(), notes::add).getFirst().close();

    assertThat(notes)
        .singleElement()
        .asString()
        .contains(cable.name(), "not cut in the kernel", "instruction 0");
    AfPacketOptions on = options(cable.name(), KernelCutMode.ON).withFilter(odd);
    assertThatExceptionOfType(PacketSourceException.class)
        .isThrownBy(() -> AfPacketSource.open(on))
        .withMessageContainingAll("kernelcut=on", "instruction 0");
    assertThatExceptionOfType(PacketSourceException.class)
        .isThrownBy(() -> AfPacketSource.open(options(CaptureMode.ANY, KernelCutMode.ON)))
        .withMessageContaining("not on all at once");
  }
}
