package org.gotm.app.daemon;

import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;
import org.gotm.core.capture.Counter;
import org.gotm.core.capture.Ledger;

/** Prints a statistics line a worker each interval, and the ledger at the end. One thread. */
final class StatsReporter {
  private final List<CaptureThread> captures;
  private final Consumer<String> log;
  private final Map<CaptureThread, Map<Counter, Long>> before = new java.util.IdentityHashMap<>();
  private final Map<CaptureThread, String> errors = new java.util.IdentityHashMap<>();

  StatsReporter(List<CaptureThread> captures, Consumer<String> log) {
    this.captures = captures;
    this.log = log;
    captures.forEach(capture -> before.put(capture, new EnumMap<>(Counter.class)));
  }

  /**
   * A line a worker: what happened since the last line, but the source's counters since the start.
   */
  void printInterval() {
    for (CaptureThread capture : captures) {
      log.accept(line(capture));
    }
  }

  private String line(CaptureThread capture) {
    Ledger ledger = capture.ledger();
    long packets = since(capture, Counter.DELIVERED);
    long output = since(capture, Counter.KEPT);
    return String.format(
        Locale.ROOT,
        "if=%s W=%02d flows=%d removed=%d bytes=%d pkts=%d output=%d outpct=%.1f recvd=%d"
            + " dropped=%d ifdropped=%d",
        capture.interfaceName(),
        capture.worker(),
        ledger.get(Counter.FLOWS_ACTIVE),
        since(capture, Counter.FLOWS_EXPIRED),
        since(capture, Counter.BYTES),
        packets,
        output,
        packets == 0 ? 0.0 : 100.0 * output / packets,
        ledger.get(Counter.RECEIVED),
        ledger.get(Counter.DROPPED),
        ledger.get(Counter.INTERFACE_DROPPED));
  }

  private long since(CaptureThread capture, Counter counter) {
    long now = capture.ledger().get(counter);
    Long earlier = before.get(capture).put(counter, now);
    return earlier == null ? now : now - earlier;
  }

  /** Prints large flows, and what errors began or ended since the last call. */
  void printNews() {
    for (CaptureThread capture : captures) {
      capture.printNotes(log);
      String error = capture.error();
      String earlier = errors.put(capture, error == null ? "" : error);
      if (error != null && !error.equals(earlier)) {
        log.accept(
            "if=%s W=%02d trouble: %s".formatted(capture.interfaceName(), capture.worker(), error));
      } else if (error == null && earlier != null && !earlier.isEmpty()) {
        log.accept("if=%s W=%02d works again".formatted(capture.interfaceName(), capture.worker()));
      }
    }
  }

  /** A ledger line a worker, and their total. */
  void printLedger() {
    Ledger total = new Ledger();
    for (CaptureThread capture : captures) {
      log.accept(
          "ledger if=%s W=%02d %s"
              .formatted(capture.interfaceName(), capture.worker(), capture.ledger()));
      total.addAll(capture.ledger());
    }
    log.accept("ledger total " + total);
  }
}
