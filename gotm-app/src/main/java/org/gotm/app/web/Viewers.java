package org.gotm.app.web;

import java.util.concurrent.Semaphore;
import java.util.function.Supplier;
import org.gotm.app.metrics.EventStream;

/** Who looks at the page: a stream of events each, and never more than {@link #MOST}. */
final class Viewers {
  /** Streams at a time. */
  static final int MOST = 8;

  private static final long EVENT_MILLIS = 1000;

  private final Supplier<String> state;
  private final RecentLines log;
  private final Semaphore places = new Semaphore(MOST);

  /** Nobody looks yet. */
  Viewers(Supplier<String> state, RecentLines log) {
    this.state = state;
    this.log = log;
  }

  /** One more, or null if there are too many already. Any thread. */
  EventStream admit() {
    return places.tryAcquire() ? new Viewer() : null;
  }

  /** An event with the state each second, and one with the lines of the log that are new. */
  private final class Viewer implements EventStream {
    private boolean isFirst = true;
    private long seen;

    @Override
    public String next() throws InterruptedException {
      if (!isFirst) {
        Thread.sleep(EVENT_MILLIS);
      }
      isFirst = false;
      RecentLines.Lines fresh = log.after(seen);
      seen = fresh.last();
      String lines = fresh.lines().isEmpty() ? "" : event("log", Json.of(fresh.lines()));
      return lines + event("state", state.get());
    }

    private static String event(String type, String json) {
      return "event: %s\ndata: %s\n\n".formatted(type, json);
    }

    @Override
    public void close() {
      places.release();
    }
  }
}
