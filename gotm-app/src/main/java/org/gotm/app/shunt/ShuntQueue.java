package org.gotm.app.shunt;

import java.lang.foreign.Arena;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.gotm.app.log.CauseLog;
import org.gotm.app.shunt.FilterCounts.Status;
import org.gotm.ffm.linux.Libc;

/**
 * What waits for one shunt, and the thread that asks it, one flow at a time. Whoever puts a flow in
 * never waits: when there is no room it is ignored, and counted. So is what has waited too long, as
 * the flow may well be over.
 */
final class ShuntQueue {
  /** Flows that may wait. */
  static final int CAPACITY = 1000;

  private static final long MAX_AGE_NANOS = TimeUnit.SECONDS.toNanos(60);
  private static final long END_NANOS = TimeUnit.MILLISECONDS.toNanos(250);
  private static final int NICE = 5;

  private final Shunt shunt;
  private final FilterCounts counts;
  private final LongSupplier clock;
  private final CauseLog log;
  private final AtomicLong refused = new AtomicLong();
  private final ThreadPoolExecutor thread;

  /**
   * Starts the thread.
   *
   * @param clock in nanoseconds
   */
  ShuntQueue(Shunt shunt, FilterCounts counts, Consumer<String> log, LongSupplier clock) {
    this.shunt = shunt;
    this.counts = counts;
    this.clock = clock;
    this.log = new CauseLog(log, clock);
    thread =
        new ThreadPoolExecutor(
            1,
            1,
            0,
            TimeUnit.SECONDS,
            new ArrayBlockingQueue<>(CAPACITY),
            work -> Thread.ofPlatform().daemon().name("gotm-shunt").unstarted(() -> run(work)),
            (work, pool) -> refuse());
    thread.prestartCoreThread(); // or the first flow's capture thread would
  }

  private static void run(Runnable work) {
    try (Arena arena = Arena.ofConfined()) {
      new Libc(arena).setThreadNice(NICE); // and so what it starts
    }
    work.run();
  }

  private void refuse() {
    refused.incrementAndGet();
    counts.add(Status.IGNORED, 1);
  }

  /** Takes a flow, or not if too many wait. Never waits; any thread. */
  void offer(LargeFlow flow) {
    long asked = clock.getAsLong();
    thread.execute(() -> handle(flow, asked));
  }

  private void handle(LargeFlow flow, long askedNanos) {
    sayRefused();
    long age = clock.getAsLong() - askedNanos;
    if (!shunt.takes(flow)) {
      ignore("no IP", flow.key() + " is not filtered: it is not of IP");
    } else if (age > MAX_AGE_NANOS) {
      long seconds = TimeUnit.NANOSECONDS.toSeconds(age);
      ignore("old", "%s is not filtered: it has waited %d s".formatted(flow.key(), seconds));
    } else {
      ask(flow);
    }
  }

  private void ignore(String cause, String message) {
    counts.add(Status.IGNORED, 1);
    say(cause, message);
  }

  private void ask(LargeFlow flow) {
    try {
      shunt.filter(flow);
      counts.add(Status.OK, 1);
    } catch (ShuntException e) {
      fail(e.getMessage(), flow);
    } catch (InterruptedException e) {
      fail("the recorder ends", flow);
      Thread.currentThread().interrupt();
    } catch (RuntimeException e) {
      fail(e.toString(), flow);
    }
  }

  private void fail(String reason, LargeFlow flow) {
    counts.add(Status.ERR, 1);
    say(reason, "%s is not filtered: %s".formatted(flow.key(), reason));
  }

  private void sayRefused() {
    long flows = refused.getAndSet(0);
    if (flows > 0) {
      say("full", "%d flows are not filtered: %d waited before them".formatted(flows, CAPACITY));
    }
  }

  private void say(String cause, String message) {
    log.say(cause, shunt.name() + ": " + message);
  }

  /** Takes no more flows; those that wait are asked for still. */
  void stop() {
    thread.shutdown();
  }

  /**
   * Waits for the end of those that wait, after {@link #stop}, up to a time; what is left then is
   * ignored.
   */
  void awaitEnd(long nanos) throws InterruptedException {
    if (!thread.awaitTermination(nanos, TimeUnit.NANOSECONDS)) {
      int left = thread.shutdownNow().size();
      thread.awaitTermination(END_NANOS, TimeUnit.NANOSECONDS); // it kills the program that it runs
      if (left > 0) {
        counts.add(Status.IGNORED, left);
        say("end", "%d flows are not filtered: the recorder ends".formatted(left));
      }
    }
    sayRefused();
  }
}
