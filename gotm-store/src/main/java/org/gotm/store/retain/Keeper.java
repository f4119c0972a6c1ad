package org.gotm.store.retain;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.BooleanSupplier;

/**
 * What is done at each look at the disk: take in what was finished, delete what the limits ask for,
 * say what cannot be done, and find out how far back the files go. One thread.
 */
final class Keeper {
  private static final DateTimeFormatter DAY = DateTimeFormatter.ofPattern("uuuu/MM/dd");

  /** So often everything is looked at from the beginning. */
  private static final long ROUND_NANOS = TimeUnit.HOURS.toNanos(1);

  /** And so often while something is wrong with single files. */
  private static final long TROUBLED_ROUND_NANOS = TimeUnit.MINUTES.toNanos(1);

  /** So often the folder of the day is counted again. */
  private static final long COUNT_NANOS = TimeUnit.MINUTES.toNanos(10);

  /** When nothing is left to delete it is tried again so often, and when a file is finished. */
  private static final long NOTHING_LEFT_NANOS = TimeUnit.SECONDS.toNanos(10);

  private static final int FILES_A_PASS = 1000;
  private static final long NANOS_A_SECOND = 1_000_000_000;

  private final Retainer.Parts parts;
  private final Disk disk;
  private final Trouble trouble;
  private final RetentionPlan plan;
  private final HeldFolder held;
  private final Pass pass;
  private final ClockWatch clock = new ClockWatch();
  private final LongAdder deletedFiles = new LongAdder();
  private final LongAdder deletedBytes = new LongAdder();
  private PassSummary summary = new PassSummary();
  private CaptureFile oldest;
  private double oldestSeconds = Double.NaN;
  private boolean begun;
  private long rewoundNanos;
  private long countedNanos;
  private long exhaustedNanos;
  private boolean exhausted;
  private boolean lags;
  private boolean forecastSaid;
  private String lastDay;

  /** Nothing done yet. */
  Keeper(Retainer.Parts parts, Disk disk, Trouble trouble) {
    this.parts = parts;
    this.disk = disk;
    this.trouble = trouble;
    plan = new RetentionPlan(parts.retention(), parts.zone());
    CaptureTree tree = new CaptureTree(parts.folder(), trouble);
    held = new HeldFolder(tree, new OldestFirst(tree, this::today), new FolderBytes(tree));
    pass = new Pass(List.of(held), disk, false, trouble, this::onDeleted);
  }

  /** Today's folder; nothing is tidied up if nothing may be deleted. */
  private String today() {
    Instant now = Instant.ofEpochSecond(parts.epochNanos().getAsLong() / NANOS_A_SECOND);
    return plan.retention().isOff() ? "" : DAY.format(now.atZone(parts.zone()));
  }

  /** From now on these are the limits, for all files that are there. */
  void use(Retention retention) {
    if (!retention.equals(plan.retention())) {
      plan.use(retention);
      begun = false;
      exhausted = false;
      say("the limits are %s now".formatted(retention));
    }
  }

  /** The folder and what is known of it. */
  HeldFolder held() {
    return held;
  }

  /**
   * How long the next look may wait: no shorter than usual when the disk does not show yet what was
   * deleted, as some file systems do, or a reader has the file open; or too much would go.
   */
  long waitNanos() {
    return lags ? RetentionPlan.LOOK_NANOS : plan.waitNanos();
  }

  /** Counts on, if that is of use; false if there was nothing to count. */
  boolean count() throws IOException {
    return plan.retention().diskBudget().isPresent() && held.bytes().step();
  }

  /**
   * Looks at the disk and does what is to be done.
   *
   * @param goesOn asked before each file that is deleted
   */
  void look(FinishedInbox.News news, long now, BooleanSupplier goesOn) throws IOException {
    plan.note(disk.space(), parts.bytesWritten().getAsLong(), now);
    boolean isNew = news.firstPath() != null;
    if (isNew) {
      takeIn(news);
    }
    countAgainIfDue(now);
    boolean rewinds = rewindIfDue(now);
    boolean deletes = delete(now, isNew || rewinds, goesOn);
    if (deletes || isNew || rewinds) {
      findOldest();
    }
    sayForecast();
  }

  private void takeIn(FinishedInbox.News news) {
    held.oldest().onFinished(news.firstPath());
    plan.onFinished(news.lastBytes());
    news.bytesOfDays().forEach(this::addTo);
  }

  private void addTo(String day, long bytes) {
    held.bytes().add(day, bytes);
    if (lastDay != null && !lastDay.equals(day)) {
      held.bytes().countAgain(lastDay); // for what lies beside its files by now
    }
    lastDay = day;
  }

  private void countAgainIfDue(long now) {
    if (lastDay != null && now - countedNanos >= COUNT_NANOS) {
      countedNanos = now;
      held.bytes().countAgain(lastDay);
    }
  }

  private boolean rewindIfDue(long now) {
    long round = trouble.isPartial() ? TROUBLED_ROUND_NANOS : ROUND_NANOS;
    boolean due = !begun || now - rewoundNanos >= round;
    if (due) {
      begun = true;
      rewoundNanos = now;
      held.oldest().rewind();
      trouble.endRound();
    }
    return due;
  }

  /** True if a file went. */
  private boolean delete(long now, boolean tryAgain, BooleanSupplier goesOn) throws IOException {
    Goal goal = plan.goal(believedEpochNanos(now));
    boolean waits = exhausted && !tryAgain && now - exhaustedNanos < NOTHING_LEFT_NANOS;
    if (plan.retention().isOff() || waits) {
      return false;
    }
    summary = new PassSummary();
    long freeBefore = disk.space().freeBytes();
    pass.run(goal, () -> goesOn.getAsBoolean() && summary.files() < FILES_A_PASS);
    lags = disk.space().freeBytes() < freeBefore + summary.bytes() / 2;
    if (summary.files() > 0) {
      say(summary.text());
    }
    exhausted = held.oldest().isAtEnd();
    exhaustedNanos = now;
    sayWhetherNothingIsLeft(goal);
    return summary.files() > 0;
  }

  /** The clock, or 0 while it is doubted. */
  private long believedEpochNanos(long now) {
    long epochNanos = parts.epochNanos().getAsLong();
    if (clock.note(epochNanos, now) && plan.retention().maxAge().isPresent()) {
      say("the clock was set forward: no file is deleted for its age within the next hour");
    }
    return clock.isDoubted() ? 0 : epochNanos;
  }

  private void onDeleted(Pass.Deletion deletion) {
    summary.add(deletion);
    plan.onDeleted(deletion.bytes());
    deletedFiles.increment();
    deletedBytes.add(deletion.bytes());
  }

  /** It is told when the limit itself is passed, not the margin before it. */
  private void sayWhetherNothingIsLeft(Goal goal) throws IOException {
    if (exhausted && disk.space().freeBytes() < plan.limitBytes()) {
      trouble.report(
          Trouble.Cause.NOTHING_LEFT,
          "less is free than diskfree=%s, and no file is left that may be deleted: make room, or unpin files"
              .formatted(plan.retention().diskFree().orElseThrow()));
    } else if (exhausted && held.isOverBudget(goal)) {
      trouble.report(
          Trouble.Cause.NOTHING_LEFT,
          "files take more than diskbudget=%s, and none is left that may be deleted: unpin files"
              .formatted(ByteText.of(plan.retention().diskBudget().orElseThrow())));
    } else {
      trouble.succeeded(Trouble.Cause.NOTHING_LEFT);
    }
  }

  private void findOldest() throws IOException {
    CaptureFile first = held.oldest().peek();
    while (first != null && held.tree().bytesOf(first) < 0) {
      held.oldest().take();
      first = held.oldest().peek();
    }
    if (first == null) {
      oldestSeconds = Double.NaN;
    } else if (oldest == null || !oldest.path().equals(first.path())) {
      oldestSeconds = FirstPacket.seconds(parts.folder(), first, parts.zone());
    }
    oldest = first;
  }

  private void sayForecast() {
    if (forecastSaid || !plan.retention().isOff() || !plan.hasMinute()) {
      return;
    }
    forecastSaid = true;
    double seconds = plan.fullInSeconds();
    say(
        Double.isInfinite(seconds)
            ? "the disk did not fill within the last minute"
            : "at the rate of the last minute, %s a second, the disk is full in %s"
                .formatted(
                    ByteText.of((long) plan.bytesPerSecond()),
                    TimeText.of(Duration.ofSeconds((long) seconds))));
  }

  private void say(String text) {
    parts.log().accept("retention: " + text);
  }

  /** When the disk will be full; infinite while {@code diskfree} sees to it. */
  double fullInSeconds() {
    boolean isHeld = plan.retention().diskFree().isPresent() && !exhausted;
    return isHeld ? Double.POSITIVE_INFINITY : plan.fullInSeconds();
  }

  /** Time of the oldest packet, in seconds since 1970, or NaN. */
  double oldestSeconds() {
    return oldestSeconds;
  }

  /** Captures that were deleted. Any thread. */
  long deletedFiles() {
    return deletedFiles.sum();
  }

  /** Bytes that they took, with what lay beside them. Any thread. */
  long deletedBytes() {
    return deletedBytes.sum();
  }
}
