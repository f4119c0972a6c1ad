package org.gotm.app.sensors;

import java.time.Duration;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.Lock;
import org.gotm.app.daemon.StartException;
import org.gotm.app.queryclient.QueryRefusedException;
import org.gotm.core.source.PacketBatch;
import org.gotm.store.query.Found;

/**
 * A sensor's packets between the thread that reads them and the one that merges: some that are
 * read, some that wait, and some that are taken, so never more than a fixed amount. The reader
 * waits while there is no room.
 */
final class FeedQueue {
  private static final int FIRST_BYTES = 1 << 13;

  private final String name;
  private final int order;
  private final Lock lock;
  private final Condition arrived;
  private final Condition taken;

  /** The reader's. */
  private Found filling = new Found(FIRST_BYTES);

  // under the lock
  private Found waiting;
  private Found spare = new Found(FIRST_BYTES);
  private boolean hasBegun;
  private boolean hasEnded;
  private long beginNanos;
  private String trouble = "";
  private QueryRefusedException refusal;

  // the merge's
  private Found current = new Found(FIRST_BYTES);
  private long neededNanos;
  private long keptWaitingNanos;
  private long lastNanos = Long.MIN_VALUE;
  private boolean hasAnswered;
  private boolean hasGoneBack;
  private Runnable stop = () -> {};

  /**
   * A queue that waits for its sensor to begin.
   *
   * @param order in the list
   * @param lock of all queues of a merge
   * @param arrived what the merge waits for
   */
  FeedQueue(String name, int order, Lock lock, Condition arrived) {
    this.name = name;
    this.order = order;
    this.lock = lock;
    this.arrived = arrived;
    this.taken = lock.newCondition();
  }

  String name() {
    return name;
  }

  /** Place in the list. */
  int order() {
    return order;
  }

  // ---- the reader

  /** The sensor is asked from now on. */
  void begin(long nowNanos) {
    lock.lock();
    try {
      beginNanos = nowNanos;
      hasBegun = true;
    } finally {
      lock.unlock();
    }
  }

  /** Packets that are not handed over yet. */
  Found filling() {
    return filling;
  }

  void add(PacketBatch batch, int i, int linkType) {
    filling.add(batch, i, linkType);
  }

  /**
   * Has the merge take what was added; waits while it has enough.
   *
   * @throws StartException if this is interrupted
   */
  void handOver() {
    lock.lock();
    try {
      while (waiting != null) {
        taken.await();
      }
      waiting = filling;
      filling = spare;
      arrived.signal();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new StartException("interrupted", e);
    } finally {
      lock.unlock();
    }
  }

  /** What is wrong so far, if it does not get better. */
  void setTrouble(String newTrouble) {
    lock.lock();
    try {
      trouble = newTrouble;
    } finally {
      lock.unlock();
    }
  }

  /**
   * No packet will follow.
   *
   * @param newTrouble why the answer is not whole; empty if it is
   * @param newRefusal if the sensor does not understand the query; else null
   */
  void end(String newTrouble, QueryRefusedException newRefusal) {
    lock.lock();
    try {
      hasEnded = true;
      trouble = newTrouble;
      refusal = newRefusal;
      arrived.signal();
    } finally {
      lock.unlock();
    }
  }

  // ---- the merge

  /** Packets at hand, unless {@link #advance} says that there are none. */
  Found current() {
    return current;
  }

  /** Takes what waits, if none is at hand; false if there is none. Under the lock. */
  boolean advance() {
    if (!current.isEmpty()) {
      return true;
    }
    if (waiting == null) {
      return false;
    }
    spare = current;
    current = waiting;
    waiting = null;
    taken.signal();
    return true;
  }

  /** True once all packets were taken. Under the lock. */
  boolean isOver() {
    return hasEnded && waiting == null && current.isEmpty();
  }

  /** Why the answer is not whole, so far as is known; empty if it is. Under the lock. */
  String trouble() {
    return trouble;
  }

  /** The refusal of the query, or null. Under the lock. */
  QueryRefusedException refusal() {
    return refusal;
  }

  /** The merge cannot go on without this from now on. */
  void need(long nowNanos) {
    neededNanos = nowNanos;
  }

  /** The merge has what it needs; true the first time. Under the lock. */
  boolean needNoMore(long nowNanos) {
    keptWaitingNanos += waited(nowNanos);
    boolean isFirst = !hasAnswered;
    hasAnswered = true;
    return isFirst;
  }

  private long waited(long nowNanos) {
    return hasBegun ? Math.max(0, nowNanos - Math.max(neededNanos, beginNanos)) : 0;
  }

  /** Why it is not waited for any longer; null if it is. Under the lock. */
  String impatience(Duration timeout, long nowNanos) {
    long waited = waited(nowNanos);
    if (waited > timeout.toNanos()) {
      return trouble.isEmpty() ? "no packet within %d s".formatted(timeout.toSeconds()) : trouble;
    }
    Duration most = timeout.multipliedBy(Patience.TIMEOUTS_IN_ALL);
    return keptWaitingNanos + waited > most.toNanos()
        ? "kept the others waiting for more than %d s in all".formatted(most.toSeconds())
        : null;
  }

  /** Notes the time of the packet at hand; true if it is the first that is before the last one. */
  boolean isFirstBackInTime() {
    long nanos = current.nanos();
    boolean isFirst = nanos < lastNanos && !hasGoneBack;
    hasGoneBack |= isFirst;
    lastNanos = nanos;
    return isFirst;
  }

  /** How its reader is ended. */
  void endWith(Runnable newStop) {
    stop = newStop;
  }

  /** Ends its reader. */
  void stop() {
    stop.run();
  }
}
