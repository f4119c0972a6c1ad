package org.gotm.core.capture;

import java.util.function.LongSupplier;
import org.gotm.core.flow.BatchFlows;
import org.gotm.core.flow.FlowCutter;
import org.gotm.core.source.BatchHandler;
import org.gotm.core.source.PacketBatch;
import org.gotm.core.source.PacketSource;
import org.gotm.core.source.SourceStats;

/**
 * One capture thread: polls a source, tells each packet's flow, and passes on those within the
 * cutoff with their flows.
 *
 * <p>{@link #run} returns when the source has ended or {@link #stop} was called and the ring is
 * drained. The way of a packet is {@link #onBatch}. Hot path.
 */
public final class CaptureWorker implements Runnable, BatchHandler {
  private static final long STATS_NANOS = 1_000_000_000;

  private final PacketSource source;
  private final FlowCutter cutter;
  private final PacketSink sink;
  private final Ledger ledger;
  private final LongSupplier nanoClock;
  private final int[] kept = new int[PacketBatch.MAX_CAPACITY];
  private final SourceStats stats = new SourceStats();
  private final SourceStats statsBefore = new SourceStats();
  private final Heartbeat heartbeat = new Heartbeat();
  private volatile boolean stopAsked;
  private volatile Throwable failure;
  private volatile boolean ended;
  private boolean stopping;
  private long lastPacketNanos;
  private long lastPacketClock;
  private long statsClock;

  /**
   * A worker made of its parts; it owns none of them but the source's polling. Cutter, sink and
   * ledger may serve one worker after another.
   *
   * @param nanoClock a monotonic clock, read once a poll
   */
  public CaptureWorker(
      PacketSource source,
      FlowCutter cutter,
      PacketSink sink,
      Ledger ledger,
      LongSupplier nanoClock) {
    this.source = source;
    this.cutter = cutter;
    this.sink = sink;
    this.ledger = ledger;
    this.nanoClock = nanoClock;
  }

  /** Captures until the source ends, a {@link #stop} is carried out, or something fails. */
  @Override
  public void run() {
    attempt(this::capture);
    boolean ringIsLeft = failure != null && source.isLive();
    if (ringIsLeft) {
      attempt(this::loseTheRest);
    }
    attempt(sink::finish);
    attempt(() -> cutter.offloadTo(null));
    attempt(this::readStats);
    if (ringIsLeft) {
      discardWhatIsMissing();
    }
    heartbeat.idle();
    ended = true;
  }

  /** Takes a step of which no failure may keep the next from being taken. */
  private void attempt(Runnable step) {
    try {
      step.run();
    } catch (Throwable e) {
      if (failure == null) {
        failure = e;
      } else if (failure != e) {
        failure.addSuppressed(e);
      }
    }
  }

  private void capture() {
    cutter.begin(source.linkType());
    cutter.offloadTo(source.cutOffload());
    statsClock = nanoClock.getAsLong() - STATS_NANOS;
    int packets;
    while ((packets = poll()) != PacketSource.END) {
      long now = nanoClock.getAsLong();
      heartbeat.begin(now);
      sink.tick(now);
      if (packets > 0) {
        lastPacketClock = now;
      } else if (source.isLive()) {
        cutter.expireIdle(lastPacketNanos + (now - lastPacketClock));
        publishFlows();
      }
      if (now - statsClock >= STATS_NANOS) {
        statsClock = now;
        readStats();
      }
    }
  }

  /** Empties the ring after a failure, so that each of its packets is booked: as lost. */
  private void loseTheRest() {
    source.stop();
    BatchHandler lose = batch -> account(batch.count(), batch.count(), batch.count(), 0, 0);
    while (source.poll(lose) != PacketSource.END) {
      heartbeat.begin(nanoClock.getAsLong());
    }
  }

  /** What a failed source has received and will never hand over is booked as discarded. */
  private void discardWhatIsMissing() {
    long missing = ledger.missing();
    if (missing > 0) {
      ledger.add(Counter.DISCARDED, missing);
    }
  }

  private int poll() {
    if (stopAsked && !stopping) {
      stopping = true;
      source.stop();
    }
    return source.poll(this);
  }

  /** The way of a packet: check all, find their flows and decide, pass on what is kept. */
  @Override
  public void onBatch(PacketBatch batch) {
    int count = batch.count();
    if (count == 0) {
      return;
    }
    int keptCount = count; // in case that the batch is refused or decoding fails
    int taken = 0;
    long bytes = 0;
    long bytesOutput = 0;
    try {
      batch.check();
      bytes = wireBytesLoop(batch);
      keptCount = cutter.decide(batch, kept);
      BatchFlows flows = cutter.flows();
      if (cutter.hasClasses()) {
        ledger.classes().add(batch, flows, kept, keptCount);
      }
      for (int k = 0; k < keptCount; k++) {
        int index = kept[k];
        if (sink.accept(batch, index, flows)) {
          bytesOutput += batch.caplens[index];
          taken++;
        }
      }
      sink.endBatch(batch, flows);
      lastPacketNanos = batch.timestampsNanos[count - 1];
      cutter.expire(lastPacketNanos);
    } finally {
      account(count, keptCount, keptCount - taken, bytes, bytesOutput);
    }
  }

  private static long wireBytesLoop(PacketBatch batch) {
    int[] wireLengths = batch.wireLengths;
    int count = batch.count();
    long bytes = 0;
    for (int i = 0; i < count; i++) {
      bytes += wireLengths[i];
    }
    return bytes;
  }

  private void account(int count, int keptCount, int lost, long bytes, long bytesOutput) {
    ledger.add(Counter.DELIVERED, count);
    ledger.add(Counter.KEPT, keptCount);
    ledger.add(Counter.CUT, count - keptCount);
    ledger.set(Counter.UNDECODED, cutter.undecoded());
    ledger.add(Counter.LOST_OUTPUT_FULL, lost);
    ledger.add(Counter.BYTES, bytes);
    ledger.add(Counter.BYTES_OUTPUT, bytesOutput);
    publishFlows();
  }

  private void publishFlows() {
    ledger.set(Counter.FLOWS, cutter.created());
    ledger.set(Counter.FLOWS_CUT, cutter.cut());
    ledger.set(Counter.FLOWS_EXPIRED, cutter.expired());
    ledger.set(Counter.FLOWS_EVICTED, cutter.evicted());
    ledger.set(Counter.FLOWS_RENEWED, cutter.renewed());
    ledger.set(Counter.FLOWS_ACTIVE, cutter.size());
  }

  private void readStats() {
    source.readStats(stats);
    ledger.addSince(statsBefore, stats);
    statsBefore.set(stats);
    if (cutter.hasClasses()) {
      ledger.classes().setCutBefore(cutter);
    }
  }

  /** Asks the worker to stop taking packets, drain the ring and return. Any thread. */
  public void stop() {
    stopAsked = true;
    source.wakeup();
  }

  /** The account of this worker. */
  public Ledger ledger() {
    return ledger;
  }

  /** The source it polls. */
  public PacketSource source() {
    return source;
  }

  /** What ended the capture before its time, or null. Any thread. */
  public Throwable failure() {
    return failure;
  }

  /**
   * True while the source, the sink or a handler keeps the worker from polling. A live source
   * answers each poll within a fraction of a second, one that reads a quiet pipe may not. Any
   * thread.
   *
   * @param nowNanos the worker's clock
   */
  public boolean standsStill(long nowNanos) {
    return heartbeat.standsStill(nowNanos);
  }

  /** True when {@link #run} has done its work. Any thread. */
  public boolean hasEnded() {
    return ended;
  }
}
