package org.gotm.app.daemon;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.function.LongSupplier;
import org.gotm.app.traffic.SyntheticTraffic;
import org.gotm.core.capture.CaptureWorker;
import org.gotm.core.capture.Ledger;
import org.gotm.core.chunk.ChunkAppender;
import org.gotm.core.chunk.ChunkPool;
import org.gotm.core.flow.Cutoff;
import org.gotm.core.flow.FlowCutter;
import org.gotm.core.flow.FlowListener;
import org.gotm.core.pcapfile.RecordFormat;
import org.gotm.ffm.afpacket.RehearsalSource;
import org.gotm.ffm.linux.Libc;

/**
 * Sends made-up packets the way of the real ones while gotm starts, so that the JIT has compiled it
 * when those come: interpreted code cannot keep up with a fast link. A thread of low priority with
 * memory of its own; it ends by itself.
 */
final class Rehearsal implements Runnable {
  private static final Duration LONGEST = Duration.ofMillis(1500);
  private static final int BLOCKS = 400; // after so many, methods called once a batch are compiled
  private static final int NICE = 10;
  private static final int FLOWS = 2000;
  private static final int PACKETS = 256; // so few that the JIT leaves the making of them alone
  private static final int FRAME_LENGTH = 300;
  private static final int CHUNK_LENGTH = 1 << 20;
  private static final Cutoff CUTOFF = Cutoff.of(400, 1 << 20);

  private final Ledger ledger = new Ledger();

  private Rehearsal() {}

  /** Starts a rehearsal, unless there is no processor to spare for it. */
  static void start() {
    if (Runtime.getRuntime().availableProcessors() > 1) {
      Thread.ofPlatform().daemon().name("rehearsal").start(new Rehearsal());
    }
  }

  @Override
  public void run() {
    try (Arena arena = Arena.ofShared()) {
      new Libc(arena).setThreadNice(NICE);
      MemorySegment capture = SyntheticTraffic.make(FLOWS, PACKETS, FRAME_LENGTH, 1, arena);
      try (RehearsalSource source = new RehearsalSource(capture)) {
        worker(source, arena).run();
      }
    }
  }

  private CaptureWorker worker(RehearsalSource source, Arena arena) {
    FlowCutter.Options options =
        FlowCutter.Options.defaults().withCapacityFlows(FLOWS).withCutoff(CUTOFF);
    ChunkPool pool = new ChunkPool(2, CHUNK_LENGTH, arena);
    ChunkAppender appender =
        new ChunkAppender(
            new ChunkAppender.Options(
                0, source.linkType(), RecordFormat.pcap(), LONGEST.toNanos(), 0, false),
            pool,
            pool::release,
            ledger);
    return new CaptureWorker(
        source,
        new FlowCutter(options, FlowListener.NONE, arena),
        appender,
        ledger,
        new Clock(source));
  }

  /** The worker's clock, which it reads once a block; ends the rehearsal. */
  private static final class Clock implements LongSupplier {
    private final RehearsalSource source;
    private final long endNanos = System.nanoTime() + LONGEST.toNanos();
    private int blocks;

    Clock(RehearsalSource source) {
      this.source = source;
    }

    @Override
    public long getAsLong() {
      long now = System.nanoTime();
      if (++blocks == BLOCKS || now - endNanos >= 0) {
        source.stop();
      }
      return now;
    }
  }
}
