package org.gotm.core.capture;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.CountDownLatch;
import java.util.function.Consumer;
import org.gotm.core.packet.LinkType;
import org.gotm.core.packet.PacketBuilder;
import org.gotm.core.source.BatchHandler;
import org.gotm.core.source.PacketBatch;
import org.gotm.core.source.PacketSource;
import org.gotm.core.source.SourceStats;

/** A source that does in each poll what the test has written down, and then ends. */
final class ScriptedSource implements PacketSource {
  /** Bytes of each packet, headers included. */
  static final int PACKET_LENGTH = 60;

  private static final byte[] PACKET =
      PacketBuilder.packet().ipv4("10.0.0.1", "10.0.0.2").udp(1, 2).payload(32).build();

  /** What one poll does. */
  private interface Step {
    int poll(BatchHandler handler);
  }

  private final Arena arena = Arena.ofAuto();
  private final MemorySegment memory = arena.allocate(256L * PACKET_LENGTH);
  private final PacketBatch batch = new PacketBatch(256);
  private final Queue<Step> steps = new ArrayDeque<>();
  private final Queue<Step> stepsAfterStop = new ArrayDeque<>();
  private final CountDownLatch stoppable = new CountDownLatch(1);
  private final boolean live;
  private RuntimeException statsFailure;
  private RuntimeException closeFailure;
  private volatile int closes;
  private boolean stopped;
  private long received;
  private long dropped;
  private long nanos = 1_700_000_000_000_000_000L;
  private volatile int wakeups;
  private int statsReadings;

  ScriptedSource(boolean live) {
    this.live = live;
  }

  /** A poll that gives packets, each of a flow of its own. */
  ScriptedSource packets(int count) {
    return packets(count, true);
  }

  /** A poll that gives packets of one flow. */
  ScriptedSource packetsOfOneFlow(int count) {
    return packets(count, false);
  }

  private ScriptedSource packets(int count, boolean eachItsFlow) {
    steps.add(handler -> give(count, eachItsFlow, handler));
    return this;
  }

  /** A poll that gives packets which nobody can decode. */
  ScriptedSource garbage(int count) {
    steps.add(
        handler -> {
          fill(count, true);
          memory.fill((byte) 0xff);
          handler.onBatch(batch);
          return count;
        });
    return this;
  }

  /** A poll that hands over what the test has made. */
  ScriptedSource gives(Consumer<BatchHandler> event) {
    steps.add(
        handler -> {
          event.accept(handler);
          return 1;
        });
    return this;
  }

  /** A poll in which nothing comes. */
  ScriptedSource idle() {
    return does(() -> {});
  }

  /** A poll in which something else happens and nothing comes. */
  ScriptedSource does(Runnable event) {
    steps.add(
        handler -> {
          event.run();
          return 0;
        });
    return this;
  }

  /** A poll that fails. */
  ScriptedSource fails(RuntimeException failure) {
    return does(
        () -> {
          throw failure;
        });
  }

  /** A poll in which the ring has no room for so many packets. */
  ScriptedSource drops(int count) {
    return does(
        () -> {
          received += count;
          dropped += count;
        });
  }

  /** Readings of the statistics that fail. */
  ScriptedSource failsAtStats(RuntimeException failure) {
    statsFailure = failure;
    return this;
  }

  /** Gives packets poll after poll until it is stopped. */
  ScriptedSource endless() {
    steps.add(
        new Step() {
          @Override
          public int poll(BatchHandler handler) {
            stoppable.countDown();
            steps.add(this);
            return give(10, true, handler);
          }
        });
    return this;
  }

  /** What the ring still holds when it is stopped. */
  ScriptedSource packetsAfterStop(int count) {
    stepsAfterStop.add(handler -> give(count, true, handler));
    return this;
  }

  /** Waits until packets flow. */
  void awaitPackets() throws InterruptedException {
    stoppable.await();
  }

  private int give(int count, boolean eachItsFlow, BatchHandler handler) {
    fill(count, eachItsFlow);
    handler.onBatch(batch);
    return count;
  }

  private void fill(int count, boolean eachItsFlow) {
    batch.clear(memory);
    for (int i = 0; i < count; i++) {
      int at = i * PACKET_LENGTH;
      MemorySegment.copy(PACKET, 0, memory, JAVA_BYTE, at, PACKET_LENGTH);
      int flow = eachItsFlow ? (int) received + i + 1 : 0;
      memory.set(JAVA_BYTE, at + 13, (byte) (flow >> 16));
      memory.set(JAVA_BYTE, at + 14, (byte) (flow >> 8));
      memory.set(JAVA_BYTE, at + 15, (byte) flow);
      batch.add(at, PACKET_LENGTH, PACKET_LENGTH, nanos++, 0);
    }
    received += count;
  }

  @Override
  public int poll(BatchHandler handler) {
    Step step = stopped ? stepsAfterStop.poll() : steps.poll();
    return step == null ? END : step.poll(handler);
  }

  @Override
  public String name() {
    return "script";
  }

  @Override
  public int linkType() {
    return LinkType.RAW;
  }

  @Override
  public boolean isLive() {
    return live;
  }

  @Override
  public void stop() {
    stopped = true;
  }

  @Override
  public void wakeup() {
    wakeups++;
  }

  @Override
  public void readStats(SourceStats stats) {
    statsReadings++;
    if (statsFailure != null) {
      throw statsFailure;
    }
    stats.received = received;
    stats.dropped = dropped;
  }

  int statsReadings() {
    return statsReadings;
  }

  boolean wasStopped() {
    return stopped;
  }

  int wakeups() {
    return wakeups;
  }

  @Override
  public void close() {
    stopped = true;
    closes++;
    if (closeFailure != null) {
      throw closeFailure;
    }
  }

  /** Makes closing it fail. */
  ScriptedSource failsAtClose(RuntimeException failure) {
    closeFailure = failure;
    return this;
  }

  /** How often it was closed. */
  int closes() {
    return closes;
  }
}
