package org.gotm.store.retain;

import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.concurrent.TimeUnit;

/**
 * What the limits ask for now.
 *
 * <p>Deletion begins before the disk has come to its limit, by a margin: what the disk may take in
 * two looks at the worst rate of the last minute, or the last finished file if that is larger, but
 * at most a quarter of the disk. Within the margin a recorder deletes as much as it has written
 * itself, so that several on one disk each keep their share of it; beyond the limit each deletes
 * whatever is missing. One thread.
 */
final class RetentionPlan {
  /** The longest time between two looks at the disk. */
  static final long LOOK_NANOS = TimeUnit.SECONDS.toNanos(2);

  private static final long SHORTEST_LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(100);
  private static final int LOOKS_AHEAD = 2;
  private static final int LARGEST_PART = 4;
  private static final DateTimeFormatter SECOND =
      DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH-mm-ss");

  private final ZoneId zone;
  private final DiskUse use = new DiskUse();
  private Disk.Space space = new Disk.Space(0, 0);
  private long lastFileBytes;
  private long writtenBytes;
  private long debtBytes;
  private Retention retention;

  /**
   * A plan that nothing is known for.
   *
   * @param zone the time zone of file names
   */
  RetentionPlan(Retention retention, ZoneId zone) {
    this.retention = retention;
    this.zone = zone;
  }

  /** From now on these are the limits. */
  void use(Retention newRetention) {
    retention = newRetention;
  }

  Retention retention() {
    return retention;
  }

  /** How things stand now; {@code newWrittenBytes} is what this recording has written so far. */
  void note(Disk.Space newSpace, long newWrittenBytes, long nowNanos) {
    use.note(newSpace.freeBytes(), newWrittenBytes, nowNanos);
    space = newSpace;
    debtBytes += newWrittenBytes - writtenBytes;
    writtenBytes = newWrittenBytes;
    if (space.freeBytes() >= limitBytes() + margin()) {
      debtBytes = 0;
    }
  }

  /** A file of that size was finished. */
  void onFinished(long bytes) {
    lastFileBytes = bytes;
  }

  /** A file of that size was deleted. */
  void onDeleted(long bytes) {
    debtBytes -= bytes;
  }

  /** What is to stay free of the disk, 0 if that does not matter. */
  long limitBytes() {
    return retention.diskFree().map(free -> free.bytesOf(space.sizeBytes())).orElse(0L);
  }

  private long margin() {
    double ahead = use.peakBytesPerSecond() * LOOKS_AHEAD * LOOK_NANOS / 1e9;
    return Math.min(space.sizeBytes() / LARGEST_PART, Math.max((long) ahead, lastFileBytes));
  }

  /**
   * What a pass is to reach.
   *
   * @param epochNanos the clock; 0 if it is not to be believed, and no file goes for its age
   */
  Goal goal(long epochNanos) {
    return new Goal(freeGoal(), budgetGoal(), ageGoal(epochNanos));
  }

  private long freeGoal() {
    long limit = limitBytes();
    if (limit == 0 || space.freeBytes() < limit) {
      return limit;
    }
    return Math.min(limit + margin(), space.freeBytes() + Math.max(debtBytes, 0));
  }

  /** The current file, which is in no sum yet, is to find room, too. */
  private long budgetGoal() {
    if (retention.diskBudget().isEmpty()) {
      return Long.MAX_VALUE;
    }
    long budget = retention.diskBudget().getAsLong();
    return budget - Math.min(budget / LARGEST_PART, lastFileBytes);
  }

  private String ageGoal(long epochNanos) {
    if (retention.maxAge().isEmpty() || epochNanos == 0) {
      return "";
    }
    Instant now = Instant.ofEpochSecond(epochNanos / 1_000_000_000);
    return SECOND.format(now.minus(retention.maxAge().get()).atZone(zone));
  }

  /** How long the next look may wait. */
  long waitNanos() {
    double peak = use.peakBytesPerSecond();
    double seconds = (space.freeBytes() - limitBytes()) / (LOOKS_AHEAD * Math.max(peak, 1));
    return (long) Math.clamp(seconds * 1e9, SHORTEST_LOOK_NANOS, LOOK_NANOS);
  }

  /** Bytes a second, over the last minute; 0 until something is known. */
  double bytesPerSecond() {
    return use.bytesPerSecond();
  }

  /** True when the rate is that of a whole minute. */
  boolean hasMinute() {
    return use.hasMinute();
  }

  /** Seconds until nothing is free at the rate of the last minute; infinite if nothing is lost. */
  double fullInSeconds() {
    double rate = use.bytesPerSecond();
    return rate == 0 ? Double.POSITIVE_INFINITY : space.freeBytes() / rate;
  }
}
