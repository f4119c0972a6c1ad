package org.gotm.ffm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.gotm.core.capture.Counter;
import org.gotm.core.capture.Ledger;
import org.gotm.core.packet.LinkType;
import org.gotm.core.source.BatchHandler;
import org.gotm.core.source.PacketBatch;
import org.gotm.core.source.PacketSource;
import org.gotm.core.source.SourceStats;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * What every packet source has to do, live or not. A subclass says how to open the source and how
 * packets get into it.
 */
@Timeout(120)
public abstract class PacketSourceContract {
  /** Where a test puts its capture files. */
  @TempDir protected Path folder;

  /** For subclasses. */
  protected PacketSourceContract() {}

  /**
   * Opens the source under test.
   *
   * @param traffic a capture file: a source that reads files reads this one, others hear of it in
   *     {@link #send}
   */
  protected abstract PacketSource open(Path traffic);

  /**
   * Makes all packets of a capture file arrive at the source; returns when they have been sent. A
   * source that reads files does nothing.
   */
  protected abstract void send(Path traffic);

  /** Whether time stamps are those of the capture file. */
  protected boolean hasTimestampsOfTheFile() {
    return false;
  }

  /** Length of the largest frame that can be sent, in bytes. */
  protected int largestFrame() {
    return 65549;
  }

  /** A capture file of traffic. */
  protected final Path write(SampleTraffic traffic) {
    return traffic.write(folder.resolve("traffic.pcap"));
  }

  @Test
  void shouldDeliverEveryPacketAsItWasWhenSent() {
    SampleTraffic traffic = SampleTraffic.mixed(1000);
    Path file = write(traffic);
    try (PacketSource source = open(file)) {
      send(file);
      new ReceivedPackets().await(source, 1000).assertEqualTo(traffic);
    }
  }

  @Test
  void shouldTellTimesThatNeverGoBackWhenPacketsComeInOrder() {
    Path file = write(SampleTraffic.mixed(500));
    try (PacketSource source = open(file)) {
      send(file);
      List<Long> times = new ReceivedPackets().await(source, 500).timestampsNanos();

      assertThat(times).isSorted();
      if (hasTimestampsOfTheFile()) {
        assertThat(times.getFirst()).isEqualTo(SampleTraffic.FIRST_NANOS);
        assertThat(times.get(499))
            .isEqualTo(SampleTraffic.FIRST_NANOS + 499 * SampleTraffic.STEP_NANOS);
      }
    }
  }

  @Test
  void shouldTellLinkTypeAndNameWhenOpen() {
    try (PacketSource source = open(write(SampleTraffic.mixed(1)))) {
      assertThat(source.linkType()).isEqualTo(LinkType.ETHERNET);
      assertThat(source.name()).isNotBlank();
      assertThat(source.error()).isNull();
    }
  }

  @Test
  void shouldDeliverWholePacketsWhenTheyAreTheLargest() {
    SampleTraffic traffic = SampleTraffic.ofLength(50, largestFrame());
    Path file = write(traffic);
    try (PacketSource source = open(file)) {
      send(file);
      new ReceivedPackets().await(source, 50).assertEqualTo(traffic);
    }
  }

  @Test
  void shouldEndWithNothingWhenNoPacketComes() {
    Path file = write(SampleTraffic.mixed(0));
    try (PacketSource source = open(file)) {
      send(file);
      source.stop();

      assertThat(new ReceivedPackets().awaitEnd(source).count()).isZero();
      assertThat(stats(source).received).isZero();
    }
  }

  @Test
  void shouldStayAtTheEndWhenPolledAgain() {
    Path file = write(SampleTraffic.mixed(1));
    try (PacketSource source = open(file)) {
      source.stop();
      source.stop();
      new ReceivedPackets().awaitEnd(source);

      assertThat(source.poll(batch -> {})).isEqualTo(PacketSource.END);
    }
  }

  @Test
  void shouldAccountForEveryPacketWhenAWorkerHasEnded() {
    Path file = write(SampleTraffic.mixed(2000));
    try (RunningCapture running = new RunningCapture(open(file), 2000)) {
      send(file);
      Ledger ledger = running.awaitPackets().stopAndJoin().ledger();

      assertThat(ledger.get(Counter.RECEIVED)).isEqualTo(2000);
      assertThat(ledger.get(Counter.DELIVERED)).isEqualTo(2000);
      assertThat(ledger.isBalanced()).as(ledger.toString()).isTrue();
    }
  }

  @Test
  void shouldDeliverAgainWhenClosedAndOpened() {
    SampleTraffic traffic = SampleTraffic.mixed(100);
    Path file = write(traffic);
    for (int i = 0; i < 3; i++) {
      try (PacketSource source = open(file)) {
        send(file);
        new ReceivedPackets().await(source, 100).assertEqualTo(traffic);
        assertThat(stats(source).received).isEqualTo(100);
      }
    }
  }

  @Test
  void shouldIgnoreWakeupWhenClosed() {
    PacketSource source = open(write(SampleTraffic.mixed(1)));
    source.close();
    source.wakeup();

    assertThat(source.name()).isNotBlank();
  }

  @Test
  void shouldThrowWhatTheHandlerThrowsWhenPolled() {
    Path file = write(SampleTraffic.mixed(300));
    try (PacketSource source = open(file)) {
      send(file);
      IllegalStateException thrown = new IllegalStateException("the handler's own");
      BatchHandler failing =
          batch -> {
            throw thrown;
          };

      assertThatThrownBy(() -> pollToTheEnd(source, failing)).isSameAs(thrown);
      source.stop();
      new ReceivedPackets().awaitEnd(source);
    }
  }

  private static void pollToTheEnd(PacketSource source, BatchHandler handler) {
    int packets;
    do {
      packets = source.poll(handler);
    } while (packets != PacketSource.END);
  }

  @Test
  void shouldAllocateNothingWhenPacketsComeThrough() {
    int all = 60_000;
    Path file = write(SampleTraffic.ofLength(all, 100));
    PacketCount count = new PacketCount();
    try (PacketSource source = open(file)) {
      source.poll(count);
      send(file);
      int warm = count.await(source, all / 2);
      long before = allocatedBytes();
      count.await(source, all);
      long allocated = allocatedBytes() - before;

      assertThat(allocated).as("bytes for %d packets", all - warm).isLessThan(all - warm);
    }
  }

  private static long allocatedBytes() {
    return ((ThreadMXBean) ManagementFactory.getThreadMXBean()).getCurrentThreadAllocatedBytes();
  }

  private static final class PacketCount implements BatchHandler {
    private int packets;

    @Override
    public void onBatch(PacketBatch batch) {
      packets += batch.count();
    }

    int await(PacketSource source, int count) {
      long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
      while (packets < count) {
        source.poll(this);
        if (System.nanoTime() > deadline) {
          throw new AssertionError("only %d of %d packets came".formatted(packets, count));
        }
      }
      return packets;
    }
  }

  /** The totals of a source now. */
  protected static SourceStats stats(PacketSource source) {
    SourceStats stats = new SourceStats();
    source.readStats(stats);
    return stats;
  }
}
