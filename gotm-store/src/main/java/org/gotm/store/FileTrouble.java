package org.gotm.store;

import java.io.IOException;
import java.nio.file.Path;
import org.gotm.core.capture.Counter;

/**
 * Puts into words what is wrong with the files of a series, and counts it. One thread: the output
 * thread.
 */
final class FileTrouble {
  private final Trouble trouble;
  private final OutputCounters counters;
  private final Path folder;
  private final Path name;
  private long lost;

  /** For the series with that current file. */
  FileTrouble(Trouble trouble, OutputParts parts, Path current) {
    this.trouble = trouble;
    this.counters = parts.counters();
    this.folder = parts.names().folder();
    this.name = current.getFileName();
  }

  /** Something failed; {@code action} is a verb. */
  void failed(Trouble.Cause cause, String action, IOException e, long nowNanos) {
    counters.writeErrors.increment();
    trouble.report(
        cause,
        "write=%s: cannot %s %s: %s; capture goes on, it is tried again, and what cannot be written is counted as lost"
            .formatted(folder, action, name, Trouble.reason(e)),
        nowNanos);
  }

  /** Something worked that may have failed before. */
  void succeeded(Trouble.Cause cause, long nowNanos) {
    if (trouble.isOn(cause)
        && trouble.succeeded(
            cause,
            "write=%s: %s works again; %d packets were lost since the trouble began"
                .formatted(folder, name, lost),
            nowNanos)) {
      lost = 0;
    }
  }

  /** True while something of this kind is wrong. */
  boolean isOn(Trouble.Cause cause) {
    return trouble.isOn(cause);
  }

  /** Books packets that cannot be written as lost. */
  void lose(Tally tally) {
    tally.book(Counter.LOST_WRITE_ERROR);
    lost += tally.total();
  }

  /** Takes note of packets that were booked as lost. */
  void lost(long packets) {
    lost += packets;
  }
}
