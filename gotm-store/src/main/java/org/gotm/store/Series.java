package org.gotm.store;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.IntUnaryOperator;
import org.gotm.core.capture.Counter;
import org.gotm.core.capture.Heartbeat;
import org.gotm.core.capture.Ledger;
import org.gotm.core.chunk.Chunk;
import org.gotm.core.chunk.ChunkPool;
import org.gotm.store.api.Compression;
import org.gotm.store.compress.CompressorPool;
import org.gotm.store.compress.PieceRecords;
import org.gotm.store.file.ErrorState;
import org.gotm.store.file.FileCounters;
import org.gotm.store.file.FileErrors;
import org.gotm.store.file.FileHeader;
import org.gotm.store.file.InterfaceTable;
import org.gotm.store.file.IntervalLedger;
import org.gotm.store.file.RotationSchedule;
import org.gotm.store.file.SeriesOutput;
import org.gotm.store.order.ChunkQueue;
import org.gotm.store.order.Run;
import org.gotm.store.order.TimeMerge;
import org.gotm.store.order.Wakeup;

/**
 * One series of files and its output thread: takes chunks of one link type from the workers and
 * carries them into the current file. Allocates nothing per chunk.
 *
 * <p>Thread rule: package methods may be called by any thread; all that is private is the output
 * thread's.
 */
final class Series implements Runnable {
  private static final long LONGEST_WAIT_NANOS = 100_000_000;
  private static final long MERGE_WAIT_NANOS = 5_000_000;

  /** A worker to wait for in the merge. */
  private record Expected(int worker, Ledger ledger) {}

  /**
   * What all series of a recording share.
   *
   * @param compressors null without compression and index
   * @param startNanos the clock when the recording was opened
   */
  record Shared(
      RecordingOptions options,
      ChunkPool pool,
      Destination destination,
      CompressorPool compressors,
      FileCounters counters,
      InterfaceTable interfaces,
      long startNanos) {}

  private final Shared shared;
  private final Arena arena = Arena.ofShared();
  private final Wakeup wakeup = new Wakeup();
  private final Heartbeat heartbeat = new Heartbeat();
  private final IntervalLedger interval;
  private final FileErrors errors;
  private final ChunkQueue queue;
  private final TimeMerge merge;
  private final SeriesOutput file;
  private final Pieces pieces;
  private final RotationSchedule schedule;
  private final ConcurrentLinkedQueue<Expected> expected = new ConcurrentLinkedQueue<>();
  private final Thread thread;
  private volatile boolean rotateAsked;
  private volatile long showAsked = Long.MIN_VALUE;
  private volatile long shown = Long.MIN_VALUE;
  private volatile boolean finishing;
  private volatile boolean abandoned;
  private volatile boolean ended;
  private volatile boolean clean;
  private volatile boolean failed;

  /**
   * A series that is not started yet.
   *
   * @param name what tells its files from those of other series, empty for the main series
   * @param linkType LINKTYPE_ value of its records
   */
  Series(Shared shared, String name, int linkType) {
    RecordingOptions options = shared.options();
    this.shared = shared;
    interval = new IntervalLedger(options.epochNanos().getAsLong());
    errors = shared.destination().errors(name, shared.counters());
    queue = new ChunkQueue(shared.pool().size());
    merge = new TimeMerge(shared.pool(), options.stageNanos(), options.format());
    file = newFile(name, linkType);
    int count = shared.compressors() == null ? 1 : 2 * options.compressorThreads() + 2;
    pieces =
        new Pieces(
            file,
            shared.compressors(),
            options.compression() instanceof Compression.None,
            new PieceRecords(options.format(), linkTypes(linkType)),
            count,
            errors,
            shared.pool(),
            wakeup::ring,
            arena);
    schedule =
        options.byPacketTime() || options.aligned().isEmpty()
            ? new RotationSchedule(
                shared.startNanos(),
                options.byPacketTime() ? 0 : options.rotationNanos(),
                options.epochNanos().getAsLong())
            : new RotationSchedule(options.aligned().get(), options.epochNanos().getAsLong());
    thread = Thread.ofPlatform().daemon().name("gotm-output" + name).unstarted(this);
  }

  private IntUnaryOperator linkTypes(int linkType) {
    InterfaceTable interfaces = shared.interfaces();
    return shared.options().format().hasInterfaces()
        ? number -> interfaces.interfaces().get(number).linkType()
        : number -> linkType;
  }

  private SeriesOutput newFile(String name, int linkType) {
    RecordingOptions options = shared.options();
    FileHeader header =
        new FileHeader(options.format(), linkType, shared.interfaces(), options.compression());
    return shared.destination().output(name, header, errors, interval, shared.counters(), arena);
  }

  /** Makes the current file, before {@link #start}. */
  void open() throws IOException {
    file.open(System.nanoTime());
  }

  /** Starts the thread, which makes the current file if it is not there. */
  void start() {
    thread.start();
  }

  /** Tells of a worker whose packets will come, so that the merge can wait for it. */
  void expect(int worker, Ledger ledger) {
    expected.add(new Expected(worker, ledger));
    wakeup.ring();
  }

  /** Takes a chunk. Never waits. */
  void accept(Chunk chunk) {
    queue.offer(chunk);
    if (ended) {
      dropQueued();
    } else {
      wakeup.ring();
    }
  }

  /** Asks for a new file now. */
  void rotate() {
    rotateAsked = true;
    wakeup.ring();
  }

  /**
   * Asks for all packets up to a time to be brought to where other processes see them, of those
   * that were {@linkplain #accept accepted} before.
   */
  void show(long epochNanos) {
    synchronized (wakeup) {
      showAsked = Math.max(showAsked, epochNanos);
    }
    wakeup.ring();
  }

  /** True when that is done. */
  boolean hasShown(long epochNanos) {
    return shown >= epochNanos || ended;
  }

  /** Asks the thread to carry what it was given and to finish the file. */
  void finish() {
    finishing = true;
    wakeup.ring();
  }

  /** Asks the thread to end soon, leaving the file as it is. */
  void abandon() {
    abandoned = true;
    wakeup.ring();
  }

  /**
   * Waits for the thread to end, at most so many milliseconds, or without end if 0; true if it has.
   */
  void join(long millis) throws InterruptedException {
    thread.join(millis);
  }

  /** Books as lost all that was written and that the disk was not made to keep. */
  void loseUnsynced() {
    interval.loseUnsynced();
  }

  /** Chunks that wait for the thread. */
  int queueDepth() {
    return queue.size();
  }

  /** What is wrong now, or null. */
  String error() {
    return file.failure() != null ? file.failure() : errors.current();
  }

  /** True while the thread waits for the disk, or for files to be closed, and nothing else. */
  boolean standsStill(long now) {
    return heartbeat.standsStill(now);
  }

  /** True when the thread has ended before its time, and all packets are lost from then on. */
  boolean hasFailed() {
    return failed || file.failure() != null;
  }

  @Override
  public void run() {
    try {
      carry();
      end();
      clean = true;
    } catch (Throwable e) {
      fail(e);
    } finally {
      heartbeat.idle();
    }
  }

  /** Nothing is written from here on, and everybody may know; the workers go on. */
  private void fail(Throwable e) {
    failed = true;
    try {
      errors.report(
          ErrorState.Cause.THREAD,
          "thread %s has failed, packets are lost from now on: %s".formatted(thread.getName(), e),
          System.nanoTime());
    } finally {
      pieces.drop();
      file.lose();
      end();
      file.secure();
    }
  }

  private void carry() {
    file.openIfMissing(System.nanoTime());
    while (!abandoned) {
      boolean last = finishing; // read before the queue: no chunk comes after it was set
      long show = showAsked; // and none that belongs to it comes after this
      long now = System.nanoTime();
      heartbeat.begin(now);
      boolean moved = pieces.collect(now) | takeIn(now, last, show);
      rotateIfDue(now);
      if (!moved && pieces.hasRoom()) {
        pieces.push(now);
      }
      if (!moved && show > shown && pieces.isEmpty()) {
        file.flush(now);
        shown = show;
      }
      file.flushIfDue(now);
      if (!moved && last && isDrained()) {
        file.finish(now);
        return;
      }
      if (!moved) {
        heartbeat.idle();
        wakeup.await(waitNanos(now));
      }
    }
    giveUp();
  }

  /** Takes chunks from the queue and sends on what has its final order. */
  private boolean takeIn(long now, boolean last, long show) {
    for (Expected worker; (worker = expected.poll()) != null; ) {
      merge.expect(worker.worker(), worker.ledger());
      interval.add(worker.ledger());
    }
    if (merge.workers() <= 1) {
      Chunk chunk = pieces.hasRoom() ? nextChunk() : null;
      if (chunk == null) {
        return false;
      }
      if (merge.passes(chunk)) {
        pieces.take(chunk, now);
        return true;
      }
      merge.add(chunk, now);
    }
    return takeInMerged(now, last, show);
  }

  private boolean takeInMerged(long now, boolean last, long show) {
    for (Chunk chunk; (chunk = nextChunk()) != null; ) {
      merge.add(chunk, now);
    }
    boolean moved = false;
    for (Run run; pieces.hasRoom() && (run = merge.next(now, last, show)) != null; ) {
      pieces.take(run, now);
      merge.taken();
      moved = true;
    }
    return moved;
  }

  private Chunk nextChunk() {
    Chunk chunk = queue.poll();
    while (chunk != null && chunk.packets() == 0) {
      shared.pool().release(chunk);
      chunk = queue.poll();
    }
    if (chunk != null) {
      interval.add(chunk.ledger());
    }
    return chunk;
  }

  private void rotateIfDue(long now) {
    boolean asked = rotateAsked;
    if (schedule.takeDue(shared.options().epochNanos().getAsLong()) || asked) {
      rotateAsked = false;
      pieces.push(now);
      file.rotate(now);
    }
  }

  private boolean isDrained() {
    return queue.size() == 0 && merge.isEmpty() && pieces.isEmpty();
  }

  private long waitNanos(long now) {
    long wait = merge.isEmpty() ? LONGEST_WAIT_NANOS : MERGE_WAIT_NANOS;
    wait = Math.min(wait, schedule.dueIn(shared.options().epochNanos().getAsLong()));
    return Math.max(Math.min(wait, file.flushDueIn(now)), 1);
  }

  /** Books what is under way as lost and closes the file; the compressors are cancelled. */
  private void giveUp() {
    long now = System.nanoTime();
    pieces.push(now);
    while (!pieces.isEmpty()) {
      if (!pieces.collect(now)) {
        wakeup.await(LONGEST_WAIT_NANOS);
      }
    }
    file.abandon(now);
  }

  private void end() {
    merge.drop();
    ended = true;
    dropQueued();
  }

  /** Books what came too late as lost. The output thread, and workers after its end. */
  private void dropQueued() {
    synchronized (queue) {
      for (Chunk chunk; (chunk = queue.poll()) != null; ) {
        chunk.ledger().addShared(Counter.LOST_WRITE_ERROR, chunk.packets());
        shared.pool().release(chunk);
      }
    }
  }

  /**
   * Frees the memory, of which the closer must have no need any more; not that of a thread that has
   * failed, as a compressor may still use it.
   */
  void free() {
    if (clean) {
      arena.close();
    }
  }
}
