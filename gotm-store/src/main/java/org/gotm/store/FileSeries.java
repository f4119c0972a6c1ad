package org.gotm.store;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.gotm.core.capture.Counter;
import org.gotm.core.capture.Ledger;
import org.gotm.core.chunk.Chunk;

/**
 * One series of files and its output thread: takes chunks of one link type from the workers and
 * carries them into the current file. Allocates nothing per chunk.
 *
 * <p>Thread rule: package methods may be called by any thread; all that is private is the output
 * thread's.
 */
final class FileSeries implements Runnable {
  private static final long LONGEST_WAIT_NANOS = 100_000_000;
  private static final long MERGE_WAIT_NANOS = 5_000_000;

  /** A worker to wait for in the merge. */
  private record Expected(int worker, Ledger ledger) {}

  private final OutputParts parts;
  private final Arena arena = Arena.ofShared();
  private final Doorbell doorbell = new Doorbell();
  private final Trouble trouble;
  private final ChunkQueue queue;
  private final TimeMerge merge;
  private final PcapWriter writer;
  private final RecordPath path;
  private final RotationSchedule schedule;
  private final ConcurrentLinkedQueue<Expected> expected = new ConcurrentLinkedQueue<>();
  private final Thread thread;
  private volatile boolean rotateAsked;
  private volatile boolean finishing;
  private volatile boolean abandoned;
  private volatile boolean ended;

  /**
   * A series that is not started yet.
   *
   * @param name what tells its files from those of other series, empty for the main series
   * @param linkType LINKTYPE_ value of its records
   * @param startNanos the clock when the output was opened
   */
  FileSeries(OutputParts parts, String name, int linkType, long startNanos) {
    OutputOptions options = parts.options();
    this.parts = parts;
    trouble = new Trouble(parts.log());
    queue = new ChunkQueue(parts.pool().size());
    merge =
        new TimeMerge(
            parts.pool(), options.flushNanos(), options.format().precision().nanosPerUnit());
    MemorySegment staging = DiskFile.newStaging();
    MemorySegment header = FileHeader.of(options, linkType, arena);
    writer = new PcapWriter(parts, name, header, staging, trouble);
    path =
        parts.compressors() == null
            ? new PlainPath(writer, parts.pool())
            : new CompressedPath(writer, parts, trouble, doorbell, arena);
    schedule =
        new RotationSchedule(
            startNanos, options.rotation().intervalNanos(), parts.epochNanos().getAsLong());
    thread = Thread.ofPlatform().daemon().name("gotm-output" + name).unstarted(this);
  }

  /** Makes the current file, before {@link #start}. */
  void open() throws IOException {
    writer.open(System.nanoTime());
  }

  /** Starts the thread, which makes the current file if it is not there. */
  void start() {
    thread.start();
  }

  /** Tells of a worker whose packets will come, so that the merge can wait for it. */
  void expect(int worker, Ledger ledger) {
    expected.add(new Expected(worker, ledger));
    doorbell.ring();
  }

  /** Takes a chunk. Never waits. */
  void accept(Chunk chunk) {
    queue.offer(chunk);
    if (ended) {
      dropQueued();
    } else {
      doorbell.ring();
    }
  }

  /** Asks for a new file now. */
  void rotate() {
    rotateAsked = true;
    doorbell.ring();
  }

  /** Asks the thread to carry what it was given and to finish the file. */
  void finish() {
    finishing = true;
    doorbell.ring();
  }

  /** Asks the thread to end soon, leaving the file as it is. */
  void abandon() {
    abandoned = true;
    doorbell.ring();
  }

  /** Waits for the thread to end. */
  void join(long millis) throws InterruptedException {
    thread.join(millis);
  }

  /** Chunks that wait to be taken. */
  int queueDepth() {
    return queue.size();
  }

  /** What is wrong now, or null. */
  String trouble() {
    return trouble.current();
  }

  @Override
  public void run() {
    try {
      carry();
      end();
      arena.close();
    } catch (Throwable e) {
      fail(e);
    }
  }

  /** Nothing is written from here on, and everybody may know; the workers go on. */
  private void fail(Throwable e) {
    try {
      trouble.report(
          Trouble.Cause.THREAD,
          "write=%s: thread %s has failed, packets are lost from now on: %s"
              .formatted(parts.names().folder(), thread.getName(), e),
          System.nanoTime());
    } finally {
      end();
    }
  }

  private void carry() {
    writer.prepare(false, 0, System.nanoTime());
    while (!abandoned) {
      boolean last = finishing; // read before the queue: no chunk comes after it was set
      long now = System.nanoTime();
      boolean moved = path.collect(now) | takeIn(now, last);
      rotateIfDue(now);
      if (!moved && path.hasRoom()) {
        path.push(now);
      }
      writer.flushIfDue(now);
      if (!moved && last && isDrained()) {
        writer.finish(now);
        return;
      }
      if (!moved) {
        doorbell.await(waitNanos(now));
      }
    }
    giveUp();
  }

  /** Takes chunks from the queue and sends on what has its final order. */
  private boolean takeIn(long now, boolean last) {
    for (Expected worker; (worker = expected.poll()) != null; ) {
      merge.expect(worker.worker(), worker.ledger());
    }
    if (merge.workers() <= 1) {
      Chunk chunk = path.hasRoom() ? nextChunk() : null;
      if (chunk == null) {
        return false;
      }
      if (merge.passes(chunk)) {
        path.take(chunk, now);
        return true;
      }
      merge.add(chunk, now);
    }
    return takeInMerged(now, last);
  }

  private boolean takeInMerged(long now, boolean last) {
    for (Chunk chunk; (chunk = nextChunk()) != null; ) {
      merge.add(chunk, now);
    }
    boolean moved = false;
    while (path.hasRoom() && merge.choose(now, last)) {
      path.takeRun(merge, now);
      moved = true;
    }
    return moved;
  }

  private Chunk nextChunk() {
    Chunk chunk = queue.poll();
    while (chunk != null && chunk.packets() == 0) {
      parts.pool().release(chunk);
      chunk = queue.poll();
    }
    return chunk;
  }

  private void rotateIfDue(long now) {
    boolean asked = rotateAsked;
    if (schedule.takeDue(parts.epochNanos().getAsLong()) || asked) {
      rotateAsked = false;
      path.push(now);
      writer.rotate(now);
    }
  }

  private boolean isDrained() {
    return queue.size() == 0 && merge.isEmpty() && path.isEmpty();
  }

  private long waitNanos(long now) {
    long wait = merge.isEmpty() ? LONGEST_WAIT_NANOS : MERGE_WAIT_NANOS;
    wait = Math.min(wait, schedule.dueIn(parts.epochNanos().getAsLong()));
    return Math.max(Math.min(wait, writer.flushDueIn(now)), 1);
  }

  /** Books what is under way as lost and closes the file; the compressors are cancelled. */
  private void giveUp() {
    long now = System.nanoTime();
    path.push(now);
    while (!path.isEmpty()) {
      if (!path.collect(now)) {
        doorbell.await(LONGEST_WAIT_NANOS);
      }
    }
    writer.abandon(now);
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
        Booking.book(chunk.ledger(), Counter.LOST_WRITE_ERROR, chunk.packets());
        parts.pool().release(chunk);
      }
    }
  }
}
