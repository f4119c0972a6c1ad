package org.gotm.app.sensors;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.gotm.app.daemon.StartException;
import org.gotm.app.queryclient.QueryRefusedException;
import org.gotm.app.queryclient.SensorQuery;
import org.gotm.store.query.AnswerFormat;
import org.gotm.store.query.Limits;

/**
 * One query to many sensors, whose answers become one, in the order of time. Memory depends on how
 * many sensors there are, not on what they answer. Any thread, several queries at a time.
 */
public final class FleetQuery {
  private static final Duration END_TIME = Duration.ofSeconds(2);

  private final List<Sensor> sensors;
  private final Patience patience;
  private final Consumer<String> notes;
  private final SensorCounts counts;

  /**
   * Prepares; nothing is asked yet.
   *
   * @param sensors in the order in which packets of the same time are told
   * @param notes hears of each sensor that does not answer, or not whole, as soon as that is known
   */
  public FleetQuery(List<Sensor> sensors, Patience patience, Consumer<String> notes) {
    this(sensors, patience, notes, new SensorCounts());
  }

  /**
   * Prepares as {@link #FleetQuery(List, Patience, Consumer)} does.
   *
   * @param counts which sensors answer, and which do not
   */
  public FleetQuery(
      List<Sensor> sensors, Patience patience, Consumer<String> notes, SensorCounts counts) {
    this.sensors = List.copyOf(sensors);
    this.patience = patience;
    this.notes = notes;
    this.counts = counts;
  }

  /**
   * Asks, and writes the answer.
   *
   * @param limits of the whole answer
   * @param target opened once a sensor answers
   * @param watcher called again and again by this thread; what it throws ends the query
   * @throws QueryRefusedException if no sensor understands the query
   * @throws StartException if no sensor answers; one line
   * @throws IOException if the target cannot be written
   */
  public FleetAnswer run(
      String query, Limits limits, AnswerFormat format, SensorQuery.Target target, Runnable watcher)
      throws IOException {
    ReentrantLock lock = new ReentrantLock();
    SensorMerge merge = new SensorMerge(lock, patience.timeout(), limits, notes, watcher, counts);
    SensorFeed.Question question = new SensorFeed.Question(query, ofEach(limits));
    Semaphore turns = new Semaphore(patience.atOnce(), true);
    List<Thread> threads = new ArrayList<>();
    try (SensorClients clients = new SensorClients(patience.timeout())) {
      try {
        for (Sensor sensor : sensors) {
          FeedQueue queue = merge.add(sensor.name());
          SensorFeed feed = new SensorFeed(sensor, question, turns, patience.timeout(), queue);
          threads.add(Thread.ofVirtual().name(sensor.name()).start(() -> feed.run(clients)));
          queue.endWith(threads.getLast()::interrupt);
        }
        return merge.run(format, target);
      } finally {
        end(threads);
      }
    }
  }

  /** So that a limit of time ends the whole answer before it ends one of them. */
  private static Limits ofEach(Limits limits) {
    return limits.time().isZero()
        ? limits
        : new Limits(limits.packets(), limits.bytes(), limits.time().plusSeconds(1));
  }

  private static void end(List<Thread> threads) {
    threads.forEach(Thread::interrupt);
    long deadline = System.nanoTime() + END_TIME.toNanos();
    for (Thread thread : threads) {
      try {
        thread.join(Duration.ofNanos(Math.max(1, deadline - System.nanoTime())));
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt(); // they end by themselves
        return;
      }
    }
  }
}
