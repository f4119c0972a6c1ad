package org.gotm.app.sensors;

import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.Lock;
import java.util.function.Consumer;
import org.gotm.app.daemon.StartException;
import org.gotm.app.queryclient.QueryRefusedException;
import org.gotm.app.queryclient.SensorQuery;
import org.gotm.store.query.AnswerFormat;
import org.gotm.store.query.AnswerWriter;
import org.gotm.store.query.Limits;

/**
 * Merges what sensors answer by time: the earliest of their next packets is written once each
 * sensor has one, has ended, or is not waited for any longer. One thread.
 */
final class SensorMerge {
  private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

  private final Lock lock;
  private final Condition arrived;
  private final Duration timeout;
  private final Limits limits;
  private final Consumer<String> notes;
  private final Runnable watcher;
  private final SensorCounts counts;
  private final long beginNanos = System.nanoTime();
  private final List<FeedQueue> needed = new ArrayList<>();
  private final PriorityQueue<FeedQueue> ready =
      new PriorityQueue<>(
          Comparator.<FeedQueue>comparingLong(queue -> queue.current().nanos())
              .thenComparingInt(FeedQueue::order));
  private final List<String> missing = new ArrayList<>();
  private final List<String> unsaid = new ArrayList<>();
  private final List<FeedQueue> refusing = new ArrayList<>();
  private int asked;
  private int answering;
  private boolean hasWritten;

  /**
   * A merge of nothing yet.
   *
   * @param lock of all its queues
   * @param limits of the whole answer
   * @param notes hears of each sensor whose packets may be missing
   * @param watcher called again and again; what it throws ends the merge
   * @param counts of answers
   */
  SensorMerge(
      Lock lock,
      Duration timeout,
      Limits limits,
      Consumer<String> notes,
      Runnable watcher,
      SensorCounts counts) {
    this.lock = lock;
    this.arrived = lock.newCondition();
    this.timeout = timeout;
    this.limits = limits;
    this.notes = notes;
    this.watcher = watcher;
    this.counts = counts;
  }

  /** Where another sensor puts its packets. */
  FeedQueue add(String name) {
    FeedQueue queue = new FeedQueue(name, asked++, lock, arrived);
    queue.need(beginNanos);
    needed.add(queue);
    return queue;
  }

  /**
   * Writes all packets.
   *
   * @throws QueryRefusedException if no sensor understands the query
   * @throws StartException if no sensor answers
   */
  FleetAnswer run(AnswerFormat format, SensorQuery.Target target) throws IOException {
    while (answering == 0 && !needed.isEmpty() && !isLate()) {
      take(true);
    }
    if (answering == 0 && needed.isEmpty()) {
      throw nobody();
    }
    try (OutputStream out = target.open()) {
      AnswerWriter answer = new AnswerWriter(out, format, limits);
      writeAll(answer);
      answer.flush();
      refusing.forEach(this::sayRefusal);
      sayAll();
      if (!missing.isEmpty()) {
        counts.countPartial();
      }
      return new FleetAnswer(answer.answer(0, 0), asked, List.copyOf(missing));
    }
  }

  private RuntimeException nobody() {
    if (refusing.size() == asked) {
      return refusing.getFirst().refusal();
    }
    refusing.forEach(this::sayRefusal);
    sayAll();
    return new StartException("no sensor answers: %d were asked".formatted(asked));
  }

  private void sayRefusal(FeedQueue queue) {
    miss(queue, queue.trouble());
  }

  private void writeAll(AnswerWriter answer) throws IOException {
    while (!answer.isFull()) {
      if (!needed.isEmpty()) {
        takeOrWait(answer);
      }
      if (isLate()) {
        answer.endByTime();
        needed.forEach(queue -> miss(queue, "nothing more came within the limit of time"));
      } else if (needed.isEmpty()) {
        if (ready.isEmpty()) {
          return;
        }
        write(ready.poll(), answer);
      }
    }
  }

  private void takeOrWait(AnswerWriter answer) throws IOException {
    take(false);
    if (needed.isEmpty()) {
      return;
    }
    if (hasWritten) {
      hasWritten = false;
      answer.flush(); // who asked need not wait until there is more
    }
    take(true);
  }

  private void write(FeedQueue earliest, AnswerWriter answer) throws IOException {
    if (earliest.isFirstBackInTime()) {
      notes.accept(
          "sensor=%s: its times go back: packets are not all in order".formatted(earliest.name()));
    }
    answer.write(earliest.current(), earliest.name());
    hasWritten = true;
    earliest.current().next();
    if (earliest.current().isEmpty()) {
      earliest.need(System.nanoTime());
      needed.add(earliest);
    } else {
      ready.add(earliest);
    }
  }

  private boolean isLate() {
    return !limits.time().isZero() && System.nanoTime() - beginNanos > limits.time().toNanos();
  }

  /** Takes what came; if that is not all, and it may, waits a moment for more. */
  private void take(boolean mayWait) {
    lock.lock();
    try {
      takeWhatCame();
      if (mayWait && !needed.isEmpty()) {
        arrived.awaitNanos(LOOK_NANOS);
        takeWhatCame();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new StartException("interrupted", e);
    } finally {
      lock.unlock();
    }
    sayAll();
    watcher.run();
  }

  private void takeWhatCame() {
    long now = System.nanoTime();
    for (Iterator<FeedQueue> queues = needed.iterator(); queues.hasNext(); ) {
      FeedQueue queue = queues.next();
      boolean isSettled = queue.advance() ? isReady(queue, now) : isOver(queue, now);
      if (isSettled) {
        queues.remove();
      }
    }
  }

  private boolean isReady(FeedQueue queue, long now) {
    if (queue.needNoMore(now)) {
      answering++;
    }
    return ready.add(queue);
  }

  private boolean isOver(FeedQueue queue, long now) {
    if (queue.isOver()) {
      end(queue);
      return true;
    }
    String impatience = queue.impatience(timeout, now);
    if (impatience != null) {
      miss(queue, impatience);
      queue.stop();
    }
    return impatience != null;
  }

  private void end(FeedQueue queue) {
    if (queue.refusal() != null) {
      refusing.add(queue);
    } else if (!queue.trouble().isEmpty()) {
      miss(queue, queue.trouble());
    } else {
      answering++;
      counts.count(queue.name(), true);
    }
  }

  private void miss(FeedQueue queue, String reason) {
    missing.add("%s: %s".formatted(queue.name(), reason));
    unsaid.add("sensor=%s: %s".formatted(queue.name(), reason));
    counts.count(queue.name(), false);
  }

  private void sayAll() {
    unsaid.forEach(notes);
    unsaid.clear();
  }
}
