package org.gotm.store.file;

import java.io.IOException;
import java.nio.file.Path;
import java.util.function.Consumer;
import org.gotm.core.failure.Reason;

/**
 * Puts into words what is wrong with the files of a series, counts it, and remembers how many
 * packets it cost. Any thread: the output thread writes, the closer finishes.
 */
public final class FileErrors {
  private final ErrorState state;
  private final FileCounters counters;
  private final Path folder;
  private final Path name;
  private long lost;

  /**
   * Nothing is wrong yet.
   *
   * @param current the series' current file
   * @param log takes one line, from any thread
   */
  public FileErrors(Path folder, Path current, FileCounters counters, Consumer<String> log) {
    this.state = new ErrorState(log);
    this.counters = counters;
    this.folder = folder;
    this.name = current.getFileName();
  }

  /** A file operation failed; {@code action} is a verb. */
  void failed(ErrorState.Cause cause, String action, IOException e, long nowNanos) {
    counters.writeErrors.increment();
    state.report(
        cause,
        "write=%s: cannot %s %s: %s; capture goes on, it is tried again, and what cannot be written is counted as lost"
            .formatted(folder, action, name, Reason.of(e)),
        nowNanos);
  }

  /** Something else failed. */
  public void report(ErrorState.Cause cause, String text, long nowNanos) {
    state.report(cause, "write=%s: %s".formatted(folder, text), nowNanos);
  }

  /** Something worked that may have failed before. */
  public synchronized void succeeded(ErrorState.Cause cause, long nowNanos) {
    if (state.isOn(cause)
        && state.succeeded(
            cause,
            "write=%s: %s works again; %d packets were lost since the trouble began"
                .formatted(folder, name, lost),
            nowNanos)) {
      lost = 0;
    }
  }

  /** True while something of this kind is wrong. */
  boolean isOn(ErrorState.Cause cause) {
    return state.isOn(cause);
  }

  /** Takes note of packets that were booked as lost. */
  synchronized void lost(long packets) {
    lost += packets;
  }

  /** What is wrong now, or null. */
  public String current() {
    return state.current();
  }
}
