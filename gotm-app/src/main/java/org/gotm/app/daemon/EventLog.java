package org.gotm.app.daemon;

import java.io.PrintStream;
import java.time.Clock;
import java.time.ZonedDateTime;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.gotm.app.web.RecentLines;
import org.gotm.core.capture.Heartbeat;

/**
 * The log: lines such as {@code 2017/08/29 17:45:58 Rotating}, in local time, or of another {@link
 * #use style}. A thread of its own writes them, so that nothing ever waits for who reads the log:
 * when nobody does, lines are dropped and counted, and the log says how many once it is read again.
 *
 * <p>Any thread.
 */
public final class EventLog implements Consumer<String>, AutoCloseable {
  /** Lines that may wait. */
  private static final int CAPACITY = 1024;

  private static final long CLOSE_MILLIS = 1000;
  private static final Runnable LAST = () -> {};
  private static final LogStyle PLAIN = new LogStyle(LogFormat.TEXT, false);

  private final PrintStream stream;
  private final Clock clock;
  private final Progress progress;
  private final BlockingQueue<Runnable> queue = new ArrayBlockingQueue<>(CAPACITY);
  private final AtomicLong dropped = new AtomicLong();
  private final RecentLines recent = new RecentLines();
  private final Heartbeat heartbeat = new Heartbeat();
  private final Thread thread;
  private volatile LogStyle style = PLAIN;
  private long droppedAndSaid;
  private volatile boolean closed;

  /** Starts the thread. */
  public EventLog(PrintStream stream, Clock clock) {
    this(stream, clock, new Progress(stream, 0));
  }

  /**
   * Starts the thread.
   *
   * @param progress what log lines push down, on the same terminal
   */
  public EventLog(PrintStream stream, Clock clock, Progress progress) {
    this.stream = stream;
    this.clock = clock;
    this.progress = progress;
    this.thread = Thread.ofPlatform().daemon().name("gotm-log").start(this::run);
  }

  private void run() {
    try {
      for (Runnable next; (next = queue.take()) != LAST; ) {
        heartbeat.begin(System.nanoTime());
        next.run();
        sayDropped();
        heartbeat.idle();
      }
      progress.clear();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // nobody interrupts it
    }
  }

  private void sayDropped() {
    long lines = dropped.get() - droppedAndSaid;
    if (lines > 0) {
      droppedAndSaid += lines;
      write(stamped(lines + " lines of the log were dropped, as nobody read it"));
    }
  }

  private void write(String line) {
    progress.clear();
    stream.println(line);
  }

  private String stamped(String message) {
    return style.line(ZonedDateTime.now(clock), message);
  }

  /** How lines look from now on. */
  public void use(LogStyle newStyle) {
    style = newStyle;
  }

  /** Takes a line. Never waits. */
  @Override
  public void accept(String message) {
    ZonedDateTime now = ZonedDateTime.now(clock);
    recent.add(PLAIN.line(now, message));
    String line = style.line(now, message);
    if (!queue.offer(() -> write(line))) {
      dropped.incrementAndGet();
    }
  }

  /** Shows how far a reading of files has come, unless lines wait. Never waits. */
  void draw(long bytes, long packets) {
    if (queue.isEmpty()) {
      queue.offer(() -> progress.draw(bytes, packets));
    }
  }

  /** The last lines, also of those that were dropped. */
  RecentLines recent() {
    return recent;
  }

  /** Lines that were dropped, as nobody read the log. */
  public long dropped() {
    return dropped.get();
  }

  /** That nobody reads the log, or null. */
  public String error() {
    return heartbeat.standsStill(System.nanoTime())
        ? "nobody reads standard error: lines wait, and are dropped when there are more than "
            + CAPACITY
        : null;
  }

  /** Writes what waits, but gives up after a second if nobody reads it. */
  @Override
  public void close() {
    if (closed) {
      return;
    }
    closed = true;
    try {
      if (queue.offer(LAST)) {
        thread.join(CLOSE_MILLIS);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
