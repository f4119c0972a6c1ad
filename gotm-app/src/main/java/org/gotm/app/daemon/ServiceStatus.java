package org.gotm.app.daemon;

import java.util.List;
import java.util.Locale;
import org.gotm.core.capture.Counter;
import org.gotm.core.capture.Ledger;

/**
 * How the recording goes, in the one line that {@code systemctl status} shows: rates since the line
 * before, losses since the start. One thread.
 */
final class ServiceStatus {
  private static final double NANOS_A_SECOND = 1e9;
  private static final double MEGABIT = 1e6;

  private final List<CaptureThread> captures;
  private Ledger before = new Ledger();
  private long beforeNanos;

  ServiceStatus(List<CaptureThread> captures, long nowNanos) {
    this.captures = captures;
    this.beforeNanos = nowNanos;
  }

  /** The line for now. */
  String line(long nowNanos) {
    Ledger now = new Ledger();
    captures.forEach(capture -> now.addAll(capture.ledger()));
    double seconds = Math.max(nowNanos - beforeNanos, 1) / NANOS_A_SECOND;
    long packets = now.seen() - before.seen();
    long lost = now.get(Counter.LOST_OUTPUT_FULL) + now.lostToWriteErrors();
    String line =
        String.format(
            Locale.ROOT,
            "%.0f packets/s, %.1f Mbit/s, %.1f %% kept; since the start %d dropped, %d lost",
            packets / seconds,
            since(now, Counter.BYTES) * Byte.SIZE / seconds / MEGABIT,
            packets == 0 ? 0 : 100.0 * since(now, Counter.KEPT) / packets,
            now.get(Counter.DROPPED) + now.get(Counter.INTERFACE_DROPPED),
            lost);
    before = now;
    beforeNanos = nowNanos;
    return line;
  }

  private long since(Ledger now, Counter counter) {
    return now.get(counter) - before.get(counter);
  }
}
