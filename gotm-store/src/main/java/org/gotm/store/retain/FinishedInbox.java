package org.gotm.store.retain;

import java.util.HashMap;
import java.util.Map;

/**
 * What was told of finished files since it was last asked for, in no more memory than one entry a
 * day. Any thread tells and never waits, one takes.
 */
final class FinishedInbox {
  private Map<String, Long> bytesOfDays = new HashMap<>();
  private String firstPath;
  private long lastBytes;
  private boolean woken;

  /**
   * News of finished files.
   *
   * @param bytesOfDays what came to each day
   * @param firstPath the first by name, below the output folder; null if there is none
   * @param lastBytes size of the one that was told of last
   */
  record News(Map<String, Long> bytesOfDays, String firstPath, long lastBytes) {}

  /** Nothing was told. */
  FinishedInbox() {}

  /** A file has got its name, {@code yyyy/MM/dd/...} below the output folder. */
  synchronized void add(String path, long bytes) {
    bytesOfDays.merge(path.substring(0, path.lastIndexOf('/')), bytes, Long::sum);
    firstPath = firstPath == null || path.compareTo(firstPath) < 0 ? path : firstPath;
    lastBytes = bytes;
    wake();
  }

  /** Ends the wait of who waits, or the next one. */
  synchronized void wake() {
    woken = true;
    notifyAll();
  }

  /** Waits for something to be told, at most so many milliseconds, above 0. */
  synchronized void await(long millis) throws InterruptedException {
    if (!woken) {
      wait(millis);
    }
    woken = false;
  }

  /** Takes what was told. */
  synchronized News take() {
    News news = new News(bytesOfDays, firstPath, lastBytes);
    bytesOfDays = new HashMap<>();
    firstPath = null;
    return news;
  }
}
