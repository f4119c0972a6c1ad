package org.gotm.store.file;

import java.util.function.Consumer;

/**
 * What is wrong with a series now: said once per cause and interval in the log, and for as long as
 * it lasts to who asks.
 *
 * <p>Any thread.
 */
public final class ErrorState {
  /** What can go wrong, one error each at a time. */
  public enum Cause {
    /** No current file can be made. */
    OPEN(0),
    /** The current file cannot be written to. */
    WRITE(1_000_000_000),
    /** A file was removed or moved by somebody else before it was complete. */
    VANISHED(1_000_000_000),
    /** A complete file cannot be brought to disk. */
    SYNC(0),
    /** A complete file cannot be given its finished name. */
    MOVE(0),
    /** A chunk could not be compressed. */
    COMPRESS(1_000_000_000),
    /** A thread has failed. */
    THREAD(0);

    private final long calmNanos;

    Cause(long calmNanos) {
      this.calmNanos = calmNanos;
    }
  }

  private static final long LOG_NANOS = 10_000_000_000L;
  private static final Cause[] CAUSES = Cause.values();

  private final Consumer<String> log;
  private final String[] texts = new String[CAUSES.length];
  private final long[] loggedNanos = new long[CAUSES.length];
  private final boolean[] logged = new boolean[CAUSES.length];
  private final boolean[] mendingIsNews = new boolean[CAUSES.length];
  private final long[] reportedNanos = new long[CAUSES.length];
  private volatile String current;

  /** Nothing is wrong yet. */
  ErrorState(Consumer<String> log) {
    this.log = log;
  }

  /**
   * Says that something is wrong.
   *
   * @param nowNanos a monotonic clock
   */
  synchronized void report(Cause cause, String text, long nowNanos) {
    int at = cause.ordinal();
    texts[at] = text;
    current = first();
    reportedNanos[at] = nowNanos;
    if (!logged[at] || nowNanos - loggedNanos[at] >= LOG_NANOS) {
      logged[at] = true;
      mendingIsNews[at] = true;
      loggedNanos[at] = nowNanos;
      log.accept(text);
    }
  }

  /** True while something of this kind is wrong. */
  synchronized boolean isOn(Cause cause) {
    return texts[cause.ordinal()] != null;
  }

  /**
   * Says that what was wrong has succeeded. For writing the trouble is over when it has not come
   * back for a second, as a disk that is nearly full takes one piece and refuses the next.
   *
   * @param text for the log
   * @return true if the trouble is over
   */
  synchronized boolean succeeded(Cause cause, String text, long nowNanos) {
    int at = cause.ordinal();
    if (nowNanos - reportedNanos[at] < cause.calmNanos) {
      return false;
    }
    texts[at] = null;
    current = first();
    if (mendingIsNews[at]) {
      mendingIsNews[at] = false;
      log.accept(text);
    }
    return true;
  }

  private String first() {
    for (String text : texts) {
      if (text != null) {
        return text;
      }
    }
    return null;
  }

  /** What is wrong, or null. Any thread. */
  String current() {
    return current;
  }
}
