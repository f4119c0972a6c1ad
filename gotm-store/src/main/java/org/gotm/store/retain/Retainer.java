package org.gotm.store.retain;

import java.io.IOException;
import java.nio.file.Path;
import java.time.ZoneId;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.gotm.core.failure.Reason;
import org.gotm.store.api.FinishedFile;

/**
 * The thread that keeps an output folder within its limits: it looks at the disk every two seconds,
 * more often when the disk fills fast, and when a file is finished; deletes the oldest files as far
 * as the limits ask for it; and tells how full the disk is, and how far back the files go. Nobody
 * waits for it. Any thread.
 */
public final class Retainer {
  /** Between two steps of counting, so that it takes little of the disk. */
  private static final long STEP_MILLIS = 10;

  private static final long STANDSTILL_NANOS = TimeUnit.SECONDS.toNanos(30);
  private static final long JOIN_MILLIS = 1000;
  private static final long NANOS_A_MILLI = 1_000_000;

  private final Parts parts;
  private final Disk disk;
  private final Trouble trouble;
  private final Keeper keeper;
  private final FinishedInbox inbox = new FinishedInbox();
  private final Thread thread;
  private volatile boolean stopped;
  private volatile Retention wanted;
  private volatile long lookedNanos;
  private volatile Status status = new Status(0, 0, Double.NaN, Double.NaN);

  /**
   * What it works on.
   *
   * @param folder where the files are
   * @param zone the time zone of their names
   * @param retention the limits
   * @param bytesWritten how much was written to files so far
   * @param epochNanos the clock, nanoseconds since 1970
   * @param nanoTime a monotonic clock
   * @param log takes one line, from any thread
   * @param yieldPriority run by the thread first, to lower its priority
   */
  public record Parts(
      Path folder,
      ZoneId zone,
      Retention retention,
      LongSupplier bytesWritten,
      LongSupplier epochNanos,
      LongSupplier nanoTime,
      Consumer<String> log,
      Runnable yieldPriority) {}

  /** How things stood at the last look. */
  private record Status(
      long freeBytes, long sizeBytes, double fullInSeconds, double oldestSeconds) {}

  /** A retainer that is not started yet. */
  public Retainer(Parts parts) {
    this(parts, Disk.of(parts.folder()));
  }

  Retainer(Parts parts, Disk disk) {
    this.parts = parts;
    this.disk = disk;
    trouble = new Trouble(parts.folder(), parts.nanoTime(), parts.log());
    keeper = new Keeper(parts, disk, trouble);
    wanted = parts.retention();
    thread = Thread.ofPlatform().daemon().name("gotm-retention").unstarted(this::run);
    lookedNanos = parts.nanoTime().getAsLong();
  }

  /** Starts the thread. */
  public void start() {
    thread.start();
  }

  /** From now on these are the limits. Never waits. */
  public void use(Retention retention) {
    wanted = retention;
    inbox.wake();
  }

  /** Takes note of a finished file. Never waits. */
  public void onFinished(FinishedFile file) {
    inbox.add(parts.folder().relativize(file.path()).toString(), file.bytes());
  }

  /** Asks the thread to end after the file that it is at, and gives it a second for that. */
  public void stop() throws InterruptedException {
    if (!stopped) {
      stopped = true;
      inbox.wake();
      thread.join(JOIN_MILLIS);
    }
  }

  private void run() {
    try {
      parts.yieldPriority().run();
      while (!stopped) {
        inbox.await(Math.max(1, attempt() / NANOS_A_MILLI));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // nobody interrupts it
    } finally {
      keeper.held().bytes().close();
    }
  }

  /** Does what is due, whatever happens; answers how long the next time may wait. */
  private long attempt() {
    try {
      long wait = step(parts.nanoTime().getAsLong());
      trouble.succeeded(Trouble.Cause.DISK);
      trouble.succeeded(Trouble.Cause.DEFECT);
      return wait;
    } catch (IOException e) {
      trouble.report(Trouble.Cause.DISK, "look at the disk of", parts.folder(), e);
    } catch (Throwable e) {
      trouble.report(Trouble.Cause.DEFECT, "a defect keeps files from being deleted: " + e);
    }
    return RetentionPlan.LOOK_NANOS;
  }

  private long step(long now) throws IOException {
    keeper.use(wanted);
    boolean counts = keeper.count();
    if (!counts || now - lookedNanos >= keeper.waitNanos()) {
      keeper.look(inbox.take(), now, () -> !stopped);
      publish();
      lookedNanos = now;
    }
    return counts ? STEP_MILLIS * NANOS_A_MILLI : keeper.waitNanos();
  }

  private void publish() throws IOException {
    Disk.Space space = disk.space();
    status =
        new Status(
            space.freeBytes(), space.sizeBytes(), keeper.fullInSeconds(), keeper.oldestSeconds());
  }

  /** What it does with files, in one line, for the beginning of a log. */
  public String promise() {
    return parts.retention().isOff()
        ? "Nothing is ever deleted (no diskfree, diskbudget or maxage); " + room()
        : "The oldest files are deleted in time (%s); %s".formatted(parts.retention(), room());
  }

  private String room() {
    try {
      Disk.Space space = disk.space();
      return "%s of %s are free"
          .formatted(ByteText.of(space.freeBytes()), ByteText.of(space.sizeBytes()));
    } catch (IOException e) {
      return "how much is free is not known: " + Reason.of(e);
    }
  }

  /**
   * What keeps it from its work now, in one line, or null if nothing does. It is in the log as
   * well, but for a {@link #standstill}.
   */
  public String error() {
    String stands = standstill();
    return stands == null ? trouble.current() : stands;
  }

  /** That the disk has not answered for long, in one line, or null if it does. */
  public String standstill() {
    boolean stands = parts.nanoTime().getAsLong() - lookedNanos > STANDSTILL_NANOS;
    return thread.isAlive() && stands
        ? "write=%s: the disk has not let files be listed or deleted for %d s or more"
            .formatted(parts.folder(), TimeUnit.NANOSECONDS.toSeconds(STANDSTILL_NANOS))
        : null;
  }

  /** Captures that were deleted. */
  public long deletedFiles() {
    return keeper.deletedFiles();
  }

  /** Bytes that they took, with what lay beside them. */
  public long deletedBytes() {
    return keeper.deletedBytes();
  }

  /** What was free of the disk at the last look, for ordinary users. */
  public long freeBytes() {
    return status.freeBytes();
  }

  /** The size of the disk. */
  public long sizeBytes() {
    return status.sizeBytes();
  }

  /**
   * When the disk will be full at the rate of the last minute; infinite if it does not fill or
   * {@code diskfree} sees to it, NaN before the first look.
   */
  public double fullInSeconds() {
    return status.fullInSeconds();
  }

  /** The time of the oldest packet in files that are not pinned, in seconds since 1970, or NaN. */
  public double oldestPacketSeconds() {
    return status.oldestSeconds();
  }

  /** How many folders were read so far. */
  long folderReads() {
    return keeper.held().tree().reads();
  }
}
