package org.gotm.store.flows;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.gotm.core.failure.Reason;
import org.gotm.core.flow.FlowCutter;
import org.gotm.core.flow.FlowRecordRing;
import org.gotm.store.api.RecordingException;
import org.gotm.store.file.Doorbell;

/**
 * Writes the records of flows to spool files of an hour, on a thread of its own, and deletes those
 * that are too old. What is wrong with it costs records, which are counted, and never a packet.
 *
 * <p>Thread rule: any thread, but {@link #finish} and {@link #close} by one.
 */
public final class FlowSpool implements AutoCloseable {
  private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(20);
  private static final long SYNC_NANOS = TimeUnit.SECONDS.toNanos(1);
  private static final long LOG_NANOS = TimeUnit.SECONDS.toNanos(10);
  private static final long STANDSTILL_NANOS = TimeUnit.SECONDS.toNanos(5);
  private static final long SHOW_NANOS = TimeUnit.MILLISECONDS.toNanos(2500);
  private static final long CLOSE_MILLIS = 2000;
  private static final long SHOW_LOOK_MILLIS = 2;

  private final Options options;
  private final List<Worker> workers;
  private final SpoolNames names;
  private final SpoolWriter writer;
  private final Doorbell doorbell;
  private final Thread thread;
  private final AtomicReference<Asked> asked = new AtomicReference<>(Asked.NOTHING);
  private long[] requests = {};
  private long syncedNanos;
  private long failedNanos;
  private long loggedNanos;
  private long lostBefore;
  private volatile long busySinceNanos;
  private volatile boolean isLiveComplete;
  private volatile boolean finishing;
  private volatile boolean abandoned;
  private volatile String error;

  /** How far it is that flows that go on are shown: who asks, and the thread, take turns. */
  private enum Asked {
    NOTHING,
    TO_BEGIN,
    BEGUN,
    TO_FINISH,
    TO_ABANDON
  }

  /**
   * Where records come from.
   *
   * @param ring which this alone reads
   * @param cutter is asked for those of flows that go on
   */
  public record Worker(FlowRecordRing ring, FlowCutter cutter) {}

  /**
   * What a spool is to do.
   *
   * @param output folder, in which {@code flows} is made
   * @param name of what is recorded, which names the files, too
   * @param header what the numbers in records are called now
   * @param age after which files are deleted; zero for never
   * @param isLive true to tell other processes of flows that go on
   * @param clock of the files' names
   * @param log takes a line
   * @param yieldPriority is called by the thread first
   */
  public record Options(
      Path output,
      String name,
      Supplier<SpoolHeader> header,
      Duration age,
      boolean isLive,
      Clock clock,
      Consumer<String> log,
      Runnable yieldPriority) {}

  /**
   * Makes the folder, mends what a crash left there, and begins. The lock of the recording keeps
   * other recorders of this name away.
   *
   * @throws RecordingException if the folder cannot be made or read, with the line to show to the
   *     user
   */
  public FlowSpool(Options options, List<Worker> workers) {
    this.options = options;
    this.workers = List.copyOf(workers);
    names = new SpoolNames(options.output(), options.name());
    makeFolder();
    writer = new SpoolWriter(names, workers.stream().map(Worker::ring).toList(), options.header());
    doorbell = options.isLive() ? openDoorbell() : null;
    thread = Thread.ofPlatform().daemon().name("gotm-flows").start(this::run);
  }

  private void makeFolder() {
    try {
      Files.createDirectories(names.folder());
      Files.deleteIfExists(names.live());
      new SpoolMender(names, options.log()).mendAll();
    } catch (IOException e) {
      throw new RecordingException(
          "flows=true: %s cannot be written to: %s; mend it or leave -flows out"
              .formatted(names.folder(), Reason.of(e)),
          e);
    }
  }

  private Doorbell openDoorbell() {
    try {
      return new Doorbell(names.socket(), this::show);
    } catch (IOException e) {
      log(
          "flows: queries will not see flows that go on: %s: %s"
              .formatted(names.socket(), Reason.of(e)));
      return null;
    }
  }

  private void log(String line) {
    options.log().accept(line);
  }

  private void run() {
    try {
      options.yieldPriority().run();
      while (!finishing && !abandoned) {
        step(System.nanoTime());
        LockSupport.parkNanos(LOOK_NANOS);
      }
      end();
    } catch (Throwable e) {
      error = "flows: the thread that writes records has failed: " + e;
      log(error);
    } finally {
      workers.forEach(worker -> worker.ring().close());
    }
  }

  /** After a failure, what came since waits a second for the next attempt. */
  private void step(long now) {
    if (error == null || now - failedNanos >= SYNC_NANOS) {
      attempt(now, this::write);
    }
    logLost(now);
  }

  /** What may fail. */
  @FunctionalInterface
  private interface Attempt {
    /** True if it has shown that records can be written. */
    boolean run(long now) throws IOException;
  }

  private boolean attempt(long now, Attempt attempt) {
    busySinceNanos = now;
    try {
      if (attempt.run(now) && error != null) {
        error = null;
        log("flows: records are written again");
      }
      return true;
    } catch (IOException e) {
      fail(e, now);
      return false;
    } finally {
      busySinceNanos = 0;
    }
  }

  private void fail(IOException e, long now) {
    failedNanos = now;
    String text =
        "flows: records cannot be written: %s: %s".formatted(writer.place(), Reason.of(e));
    if (!text.equals(error)) {
      log(text);
    }
    error = text;
  }

  private boolean write(long now) throws IOException {
    Instant time = options.clock().instant();
    if (writer.beginHour(time) && !options.age().isZero()) {
      new SpoolAge(names.folder(), options.log()).deleteBefore(time.minus(options.age()));
    }
    Asked wanted = asked.get(); // before what there is, so that this is all of it
    if (wanted == Asked.TO_ABANDON) {
      writer.abandonLive(); // it may be what has filled the disk
      asked.set(Asked.NOTHING);
    }
    boolean wrote = writer.drain(time);
    if (now - syncedNanos >= SYNC_NANOS) {
      syncedNanos = now;
      writer.sync();
    }
    if (wanted == Asked.TO_BEGIN) {
      writer.beginLive();
      asked.compareAndSet(Asked.TO_BEGIN, Asked.BEGUN); // or it has taken too long
    } else if (wanted == Asked.TO_FINISH) {
      asked.set(Asked.TO_ABANDON); // if it fails
      writer.finishLive();
      isLiveComplete = true;
      asked.set(Asked.NOTHING);
    }
    return wrote;
  }

  private void logLost(long now) {
    long lost = lost();
    if (lost > lostBefore && now - loggedNanos >= LOG_NANOS) {
      log("flows: %d records lost, for want of room".formatted(lost - lostBefore));
      lostBefore = lost;
      loggedNanos = now;
    }
  }

  private void end() {
    if (!abandoned && attempt(System.nanoTime(), this::writeLast)) {
      return;
    }
    long left = workers.stream().mapToLong(worker -> worker.ring().waiting()).sum();
    if (left > 0) {
      log("flows: %d records lost at the end".formatted(left));
    }
  }

  private boolean writeLast(long now) throws IOException {
    writer.drain(options.clock().instant());
    writer.finishFile();
    writer.forgetLive();
    return true;
  }

  /**
   * Writes what is known of all flows that have not ended by now where {@link FlowSearch} finds it.
   *
   * @return false if it takes too long
   */
  public synchronized boolean show() throws InterruptedException {
    long deadline = System.nanoTime() + SHOW_NANOS;
    boolean isReady = await(() -> isAsked(Asked.NOTHING) && areShown(), deadline);
    if (!isReady) {
      return false; // what somebody asked for before still goes on
    }
    isLiveComplete = false;
    asked.set(Asked.TO_BEGIN);
    boolean areShown = await(() -> isAsked(Asked.BEGUN), deadline) && ask(deadline);
    asked.set(areShown ? Asked.TO_FINISH : Asked.TO_ABANDON);
    return await(() -> isAsked(Asked.NOTHING), deadline) && isLiveComplete;
  }

  private boolean isAsked(Asked state) {
    return asked.get() == state;
  }

  private boolean ask(long deadline) throws InterruptedException {
    requests = workers.stream().mapToLong(worker -> worker.cutter().showFlows()).toArray();
    return await(this::areShown, deadline);
  }

  /** As {@link FlowSearch.Show}, for the process that writes the records itself. */
  public List<Path> showIn(Path folder) {
    try {
      if (show()) {
        return List.of(names.live());
      }
      log("flows: those that go on are missing in an answer, as they could not be had in time");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // the search ends at its next look
    }
    return List.of();
  }

  private boolean areShown() {
    for (int i = 0; i < requests.length; i++) {
      if (!workers.get(i).cutter().hasShown(requests[i])) {
        return false;
      }
    }
    return true;
  }

  private boolean await(BooleanSupplier condition, long deadline) throws InterruptedException {
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() - deadline > 0 || !thread.isAlive()) {
        return false;
      }
      Thread.sleep(SHOW_LOOK_MILLIS);
    }
    return true;
  }

  /** Writes all records that there are and finishes the file. All workers' flows have ended. */
  public void finish() {
    finishing = true;
    LockSupport.unpark(thread);
    join(0);
  }

  /** Ends as it is, after a moment; what was not written is lost, the file is mended later. */
  @Override
  public void close() {
    abandoned = true;
    LockSupport.unpark(thread);
    join(CLOSE_MILLIS);
    if (doorbell != null) {
      doorbell.close();
    }
  }

  private void join(long millis) {
    try {
      thread.join(millis);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** What keeps records from being written now, in one line; null if nothing does. */
  public String error() {
    return error == null ? standstill() : error;
  }

  /**
   * That the disk has not answered for some seconds, in one line, or null if it does. The thread
   * that waits for it cannot say so in the log.
   */
  public String standstill() {
    long since = busySinceNanos;
    return since != 0 && System.nanoTime() - since > STANDSTILL_NANOS
        ? "flows: %s: the disk does not answer".formatted(names.folder())
        : null;
  }

  /** Records that workers have written, to files or on the way there. */
  public long records() {
    return workers.stream().mapToLong(worker -> worker.ring().records()).sum();
  }

  /** Records that found no room. */
  public long lost() {
    return workers.stream().mapToLong(worker -> worker.ring().lost()).sum();
  }
}
