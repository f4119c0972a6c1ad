package org.gotm.ffm.afpacket;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.File;
import java.lang.foreign.MemorySegment;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.gotm.core.capture.Counter;
import org.gotm.core.capture.Ledger;
import org.gotm.core.source.BatchHandler;
import org.gotm.core.source.PacketSource;
import org.gotm.core.source.PacketSourceException;
import org.gotm.core.source.SourceStats;
import org.gotm.ffm.Command;
import org.gotm.ffm.FrameSender;
import org.gotm.ffm.ReceivedPackets;
import org.gotm.ffm.RunningCapture;
import org.gotm.ffm.SampleTraffic;
import org.gotm.ffm.VethPair;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What becomes of blocks, full rings and lost interfaces. */
@Tag("live")
@Timeout(120)
class AfPacketRingTest {
  private static final int BLOCK = 16 * 1024;

  private VethPair pair;
  private FrameSender sender;

  @BeforeEach
  void makePair() {
    pair = VethPair.create();
    sender = new FrameSender(pair.peer());
  }

  @AfterEach
  void removePair() {
    if (sender != null) {
      sender.close();
    }
    if (pair != null) {
      pair.close();
    }
  }

  private AfPacketOptions smallRing() {
    return AfPacketOptions.of(pair.name()).withBuffer(8 * BLOCK, BLOCK);
  }

  private static SourceStats stats(PacketSource source) {
    SourceStats stats = new SourceStats();
    source.readStats(stats);
    return stats;
  }

  private static long extra(PacketSource source, String name) {
    return stats(source).extra[source.extraCounters().indexOf(name)];
  }

  @Test
  void shouldAddUpWhenTheRingWasFull() {
    try (PacketSource source = AfPacketSource.open(smallRing())) {
      sender.send(SampleTraffic.ofLength(3000, 1000).frames());
      assertThat(stats(source).dropped).isPositive();
      assertThat(extra(source, "ring_freezes")).isPositive();

      source.stop();
      long delivered = new ReceivedPackets().awaitEnd(source).count();

      assertThat(stats(source).received).isEqualTo(3000);
      assertThat(delivered).isPositive().isEqualTo(3000 - stats(source).dropped);
    }
  }

  @Test
  void shouldBalanceToThePacketWhenStoppedUnderOverload() {
    try (RunningCapture running = new RunningCapture(AfPacketSource.open(smallRing()), 1)) {
      List<byte[]> burst = SampleTraffic.mixed(50_000).frames();
      Thread load = Thread.ofPlatform().start(() -> sender.send(burst));
      running.awaitPackets().stopAndJoin();
      Ledger ledger = running.ledger();
      joined(load);

      assertThat(ledger.get(Counter.DELIVERED)).isPositive();
      assertThat(ledger.isBalanced()).as(ledger.toString()).isTrue();
    }
  }

  private static void joined(Thread thread) {
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted", e);
    }
  }

  @Test
  void shouldGiveABlockBackWhenAllItsPacketsWereHandled() {
    Set<Long> blocks = new HashSet<>();
    try (PacketSource source = AfPacketSource.open(smallRing())) {
      sender.send(SampleTraffic.ofLength(400, 60).frames()); // more than a batch, in four blocks
      MemorySegment[] ring = new MemorySegment[1];
      while (blocks.size() < 4) {
        source.poll(
            batch -> {
              ring[0] = batch.segment;
              long block = batch.offsets[0] / BLOCK * BLOCK;
              blocks.add(block);
              assertThat(status(ring[0], block)).as("status while handled").isNotZero();
            });
        for (long block : blocks) {
          assertThat(status(ring[0], block)).as("status afterwards").isZero();
        }
      }
    }
  }

  private static int status(MemorySegment ring, long block) {
    return ring.get(JAVA_INT, block + RingLayout.BLOCK_STATUS);
  }

  @Test
  void shouldGoOnWithTheNextBatchWhenAHandlerHasFailed() {
    ReceivedPackets received = new ReceivedPackets();
    IllegalStateException failure = new IllegalStateException("the handler's own");
    BatchHandler failing =
        batch -> {
          received.onBatch(batch);
          throw failure;
        };
    try (PacketSource source = AfPacketSource.open(AfPacketOptions.of(pair.name()))) {
      sender.send(SampleTraffic.ofLength(1000, 60).frames()); // four batches in a block
      assertThatThrownBy(() -> pollTillItFails(source, failing)).isSameAs(failure);
      assertThat(received.count()).isPositive().isLessThan(1000);
      source.stop();
      received.awaitEnd(source);

      assertThat(received.count()).isEqualTo(1000);
      assertThat(stats(source).received).isEqualTo(1000);
    }
  }

  private static void pollTillItFails(PacketSource source, BatchHandler failing) {
    int packets;
    do {
      packets = source.poll(failing);
    } while (packets == 0);
  }

  @Test
  void shouldCutPacketsWhenSnaplenIsShort() {
    ReceivedPackets received = new ReceivedPackets();
    try (PacketSource source =
        AfPacketSource.open(AfPacketOptions.of(pair.name()).withSnaplen(64))) {
      sender.send(SampleTraffic.ofLength(1, 1000).frames());
      received.await(source, 1);
    }

    assertThat(received.frames().getFirst()).hasSize(64);
    assertThat(received.wireLengths()).containsExactly(1000);
  }

  @ParameterizedTest
  @CsvSource({"262144, 3", "1000, 0"})
  void shouldCountPacketsThatAreCutBecauseABlockIsSmall(int snaplen, int cut) throws Exception {
    try (VethPair jumbo = VethPair.create(9000);
        FrameSender large = new FrameSender(jumbo.peer());
        PacketSource source =
            AfPacketSource.open(
                AfPacketOptions.of(jumbo.name())
                    .withBuffer(64 * 8192, 8192)
                    .withSnaplen(snaplen))) {
      ReceivedPackets received = new ReceivedPackets();
      large.send(SampleTraffic.ofLength(3, 9014).frames());
      large.send(SampleTraffic.ofLength(2, 3000).frames());
      received.await(source, 5);

      assertThat(received.wireLengths()).containsExactly(9014, 9014, 9014, 3000, 3000);
      assertThat(extra(source, "cut_to_block")).isEqualTo(cut);
    }
  }

  @Test
  void shouldBePromiscuousWhileOpenWhenAsked() {
    try (PacketSource source = AfPacketSource.open(AfPacketOptions.of(pair.name()))) {
      assertThat(promiscuity()).as(source.name()).isEqualTo("promiscuity 1");
    }
    assertThat(promiscuity()).isEqualTo("promiscuity 0");
    try (PacketSource source =
        AfPacketSource.open(AfPacketOptions.of(pair.name()).withPromiscuous(false))) {
      assertThat(promiscuity()).as(source.name()).isEqualTo("promiscuity 0");
    }
  }

  private String promiscuity() {
    return Command.check("ip", "-d", "-o", "link", "show", pair.name())
        .replaceAll("(?s).*(promiscuity \\d+).*", "$1");
  }

  @Test
  void shouldSayWhatToDoWhenThereIsNoMemoryForTheRing() {
    AfPacketOptions options = AfPacketOptions.of(pair.name()).withBuffer(1L << 42, 1 << 22);

    assertThatExceptionOfType(PacketSourceException.class)
        .isThrownBy(() -> AfPacketSource.open(options))
        .withMessageContaining("interface=" + pair.name())
        .withMessageContaining("buffersize=" + (1L << 42))
        .withMessageContaining("smaller -buffersize");
  }

  @Test
  void shouldGoOnAndSayItsNewNameWhenInterfaceIsRenamed() {
    String newName = pair.name() + "x";
    ReceivedPackets received = new ReceivedPackets();
    try (PacketSource source = AfPacketSource.open(AfPacketOptions.of(pair.name()))) {
      rename(pair.name(), newName);
      try {
        stats(source);
        assertThat(source.error()).contains(pair.name()).contains(newName);
        sender.send(SampleTraffic.mixed(10).frames());
        received.await(source, 10);
      } finally {
        rename(newName, pair.name());
      }
      stats(source);
      assertThat(source.error()).isNull();
    }
  }

  private void rename(String name, String newName) {
    Command.check("ip", "link", "set", name, "down");
    Command.check("ip", "link", "set", name, "name", newName);
    Command.check("ip", "link", "set", newName, "up");
    for (String end : List.of(newName, pair.peer())) {
      while (!Command.check("ip", "-o", "link", "show", end).contains("state UP")) {
        Thread.onSpinWait();
      }
    }
  }

  @Test
  void shouldCountAChangeoverWhenInterfaceWasMadeAnew() {
    try (PacketSource source = AfPacketSource.open(AfPacketOptions.of(pair.name()))) {
      pair.remove();
      pair.add();
      while (extra(source, "changeovers") == 0) {
        source.poll(batch -> {});
      }

      assertThat(source.error()).isNull();
    }
  }

  @Test
  void shouldNotLeakDescriptorsWhenOpeningFails() {
    long before = descriptors();
    for (String name : Collections.nCopies(20, "absent0")) {
      assertThatExceptionOfType(PacketSourceException.class)
          .isThrownBy(() -> AfPacketSource.open(AfPacketOptions.of(name)));
    }

    assertThat(descriptors()).isLessThan(before + 20);
  }

  private static long descriptors() {
    return new File("/proc/self/fd").list().length;
  }
}
