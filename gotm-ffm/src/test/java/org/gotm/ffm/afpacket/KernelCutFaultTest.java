package org.gotm.ffm.afpacket;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.gotm.core.capture.Capture;
import org.gotm.core.capture.Counter;
import org.gotm.core.capture.Ledger;
import org.gotm.core.flow.Cutoff;
import org.gotm.core.flow.EndReason;
import org.gotm.core.flow.Flow;
import org.gotm.core.flow.FlowListener;
import org.gotm.core.packet.FlowKey;
import org.gotm.core.packet.FlowKeyOptions;
import org.gotm.core.packet.PacketBuilder;
import org.gotm.core.source.PacketSource;
import org.gotm.ffm.Await;
import org.gotm.ffm.FrameSender;
import org.gotm.ffm.VethPair;
import org.gotm.ffm.kernelcut.KernelCutMode;
import org.gotm.ffm.kernelcut.KernelCutOptions;
import org.gotm.ffm.linux.Libc;
import org.gotm.ffm.linux.PacketSocket;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * What becomes of flows that are cut in the kernel when it has no room, or no more part in it: gotm
 * cuts them itself, and every packet is counted.
 */
@Tag("live")
@Timeout(120)
class KernelCutFaultTest {
  private static final int FIRST_PORT = 20_000;
  private static final int FLOWS_CUT_WITHOUT = 5;
  private static final Cutoff CUTOFF = Cutoff.of(20, 0);
  private static final Duration TIMEOUT = Duration.ofMinutes(1);
  private static final Counter SWITCHES = extra("kernel_cut_switches");
  private static final Counter REFUSALS = extra("kernel_cut_refusals");

  private final Map<Integer, Long> sent = new TreeMap<>();
  private final Map<Integer, Long> counted = new ConcurrentHashMap<>();
  private final Map<Integer, Integer> kept = new ConcurrentHashMap<>();
  private VethPair cable;
  private Capture capture;
  private Thread worker;
  private FrameSender sender;

  private static Counter extra(String name) {
    return Counter.extra(AfPacketSource.EXTRA_COUNTERS.indexOf(name));
  }

  @BeforeEach
  void makeCable() {
    cable = VethPair.create();
  }

  @AfterEach
  void close() {
    if (sender != null) {
      sender.close();
      capture.close();
    }
    if (cable != null) {
      cable.close();
    }
  }

  private void start(KernelCutMode mode, int capacity) {
    AfPacketOptions options =
        AfPacketOptions.of(cable.name())
            .withBuffer(16 << 20, 1 << 18)
            .withKernelCut(
                new KernelCutOptions(mode, FlowKeyOptions.defaults(), TIMEOUT.toNanos(), capacity));
    PacketSource source = AfPacketSource.open(options);
    capture =
        Capture.from(source)
            .capacityFlows(1000)
            .flowTimeout(TIMEOUT)
            .cutoff(CUTOFF)
            .flowListener(ends())
            .onPacket(packet -> kept.merge(number(packet.flow()), 1, Integer::sum));
    worker = Thread.ofPlatform().daemon().start(capture::run);
    sender = new FrameSender(cable.peer());
  }

  private FlowListener ends() {
    return new FlowListener() {
      @Override
      public void onEnd(Flow flow, EndReason reason) {
        counted.merge(number(flow.key()), flow.packets(), Long::sum);
      }
    };
  }

  private static int number(FlowKey flow) {
    return Math.max(flow.firstPort(), flow.secondPort()) - FIRST_PORT;
  }

  /** Sends a packet of each of the flows from 0 on. */
  private void send(int flows) {
    for (int flow = 0; flow < flows; flow++) {
      sender.send(
          PacketBuilder.packet()
              .ethernet(1, 2)
              .ipv4("10.0.0.1", "10.0.0.2")
              .udp(FIRST_PORT + flow, 443)
              .payload(100)
              .build());
      sent.merge(flow, 1L, Long::sum);
    }
  }

  private long get(Counter counter) {
    return capture.ledger().get(counter);
  }

  private long allSent() {
    return sent.values().stream().mapToLong(Long::longValue).sum();
  }

  /** Sends until more packets were cut in the kernel than have been sent so far. */
  private void awaitCutInKernel(int flows) {
    long before = allSent();
    Await.until(
        "cut in the kernel",
        () -> {
          send(flows);
          return get(Counter.CUT_IN_KERNEL) > before;
        });
  }

  /** Sends until more packets were cut behind the kernel than have been sent so far. */
  private void awaitCutBehind(int flows) {
    long before = allSent();
    Await.until(
        "cut behind the kernel",
        () -> {
          send(flows);
          return get(Counter.CUT) > before;
        });
  }

  private void stopAndCheck() throws InterruptedException {
    capture.stop();
    worker.join();
    Ledger ledger = capture.ledger();

    assertThat(capture.ledger().get(Counter.RECEIVED)).isEqualTo(allSent());
    assertThat(ledger.get(Counter.DROPPED)).isZero();
    assertThat(ledger.isBalanced()).as("%s", ledger).isTrue();
    assertThat(counted).isEqualTo(sent);
    Map<Integer, Integer> expected = new TreeMap<>();
    sent.forEach((flow, all) -> expected.put(flow, (int) Math.min(CUTOFF.packets(), all)));
    assertThat(kept).isEqualTo(expected);
  }

  @Test
  void shouldCutBehindTheKernelWhatItHasNoRoomFor() throws Exception {
    start(KernelCutMode.ON, 2);
    awaitCutInKernel(3);
    long behind = get(Counter.CUT);
    awaitCutInKernel(3);
    stopAndCheck();

    assertThat(get(REFUSALS)).isPositive();
    assertThat(get(Counter.CUT) - behind).as("the third flow").isPositive();
    assertThat(get(Counter.CUT_IN_KERNEL)).isLessThan(sent.get(0) + sent.get(1));
  }

  /** Nobody can from outside, but a descriptor may be passed on. */
  @ParameterizedTest
  @EnumSource(names = {"ON", "AUTO"})
  void shouldPutTheProgramInAgainWhenItWasTakenOut(KernelCutMode mode) throws Exception {
    start(mode, 100);
    awaitCutInKernel(3);
    descriptors("socket:").forEach(this::takeOut);
    awaitCutInKernel(3);
    stopAndCheck();

    assertThat(get(SWITCHES)).isEqualTo(1);
  }

  private void takeOut(int fd) {
    PacketSocket socket = PacketSocket.borrowed(cable.name(), fd);
    try {
      socket.detachFilter();
    } finally {
      socket.close();
    }
  }

  /** As when rights that it takes are gone. */
  @Test
  void shouldCutBehindTheKernelWhenItRefusesMoreFlows() throws Throwable {
    start(KernelCutMode.ON, 100);
    awaitCutInKernel(3);
    breakDescriptors("anon_inode:bpf-map");
    awaitCutBehind(3 + FLOWS_CUT_WITHOUT);
    Await.until("told", () -> get(Counter.KERNEL_CUT_ON) == 0);
    cable.remove();
    cable.add();
    sender.close();
    sender = new FrameSender(cable.peer());
    Await.until("the new interface", () -> get(extra("changeovers")) == 1);
    awaitCutBehind(3 + FLOWS_CUT_WITHOUT);
    stopAndCheck();

    assertThat(get(Counter.KERNEL_CUT_ON)).isZero();
  }

  /** Has them be something else, so that no other file gets their numbers. */
  private static void breakDescriptors(String kind) throws Throwable {
    Linker linker = Linker.nativeLinker();
    MemorySegment address = linker.defaultLookup().findOrThrow("dup2");
    MethodHandle dup2 =
        linker.downcallHandle(address, FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT));
    List<Integer> broken = descriptors(kind);
    assertThat(broken).isNotEmpty();
    try (Arena arena = Arena.ofConfined()) {
      Libc libc = new Libc(arena);
      int other = libc.eventfd();
      for (int fd : broken) {
        assertThat((int) dup2.invokeExact(other, fd)).isEqualTo(fd);
      }
      libc.close(other);
    }
  }

  /** Those of this process. */
  private static List<Integer> descriptors(String kind) {
    try (Stream<Path> all = Files.list(Path.of("/proc/self/fd"))) {
      return all.filter(link -> targetOf(link).startsWith(kind))
          .map(link -> Integer.valueOf(link.getFileName().toString()))
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String targetOf(Path link) {
    try {
      return Files.readSymbolicLink(link).toString();
    } catch (IOException e) {
      return ""; // that by which the folder is read
    }
  }
}
