package org.gotm.app.daemon;

import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.gotm.core.capture.ClassCounts;
import org.gotm.core.capture.Counter;
import org.gotm.core.capture.Ledger;

/**
 * Prints a statistics line a worker each interval, what begins or ceases to be wrong, and the
 * ledger at the end. One thread.
 */
final class StatsReporter {
  private final List<CaptureThread> captures;
  private final Consumer<String> log;
  private final Map<CaptureThread, Map<Counter, Long>> before = new java.util.IdentityHashMap<>();
  private final Map<String, Supplier<String>> parts = new LinkedHashMap<>();
  private final Map<String, String> errors = new HashMap<>();

  /**
   * A reporter of captures.
   *
   * @param others what else may be wrong and does not say so itself, by the name of the part; null
   *     if nothing is
   */
  StatsReporter(
      List<CaptureThread> captures, Map<String, Supplier<String>> others, Consumer<String> log) {
    this.captures = captures;
    this.log = log;
    for (CaptureThread capture : captures) {
      parts.put(
          "if=%s W=%02d".formatted(capture.interfaceName(), capture.worker()), capture::error);
    }
    parts.putAll(others);
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
    long packets = since(capture, Counter.DELIVERED) + since(capture, Counter.CUT_IN_KERNEL);
    long output = since(capture, Counter.KEPT);
    return String.format(
        Locale.ROOT,
        "if=%s W=%02d flows=%d removed=%d bytes=%d pkts=%d output=%d outpct=%.1f recvd=%d"
            + " dropped=%d ifdropped=%d lost=%d",
        capture.interfaceName(),
        capture.worker(),
        ledger.get(Counter.FLOWS_ACTIVE),
        since(capture, Counter.FLOWS_EXPIRED),
        since(capture, Counter.BYTES),
        packets,
        output,
        packets == 0 ? 0.0 : 100.0 * output / packets,
        received(ledger),
        ledger.get(Counter.DROPPED),
        ledger.get(Counter.INTERFACE_DROPPED),
        since(capture, Counter.LOST_OUTPUT_FULL)
            + since(capture, Counter.LOST_WRITE_ERROR)
            + since(capture, Counter.LOST_SYNC_ERROR));
  }

  /** The kernel's count is up to a second old; what has come out since has been received. */
  private static long received(Ledger ledger) {
    long seen = ledger.seen() + ledger.get(Counter.DROPPED) + ledger.get(Counter.DISCARDED);
    return Math.max(ledger.get(Counter.RECEIVED), seen);
  }

  private long since(CaptureThread capture, Counter counter) {
    long now = capture.ledger().get(counter);
    Long earlier = before.get(capture).put(counter, now);
    return earlier == null ? now : now - earlier;
  }

  /** Prints large flows, and what errors began or ended since the last call. */
  void printNews() {
    captures.forEach(capture -> capture.printNotes(log));
    parts.forEach((part, error) -> printNews(part, error.get()));
  }

  private void printNews(String part, String error) {
    String earlier = errors.put(part, error == null ? "" : error);
    if (error != null && !error.equals(earlier)) {
      log.accept("%s trouble: %s".formatted(part, error));
    } else if (error == null && earlier != null && !earlier.isEmpty()) {
      log.accept(part + " works again");
    }
  }

  /** Packets seen so far, those that the kernel has cut included. */
  long seen() {
    return captures.stream().mapToLong(c -> c.ledger().seen()).sum();
  }

  /** Packets that were kept and are in no file. */
  long lost() {
    long lost = 0;
    for (CaptureThread capture : captures) {
      Ledger ledger = capture.ledger();
      lost += ledger.get(Counter.LOST_OUTPUT_FULL) + ledger.lostToWriteErrors();
    }
    return lost;
  }

  /**
   * A ledger line a worker, and their total; then one a class of traffic.
   *
   * @param classes names by index
   */
  void printLedger(List<String> classes) {
    Ledger total = new Ledger();
    for (CaptureThread capture : captures) {
      log.accept(
          "ledger if=%s W=%02d %s"
              .formatted(capture.interfaceName(), capture.worker(), capture.ledger()));
      total.addAll(capture.ledger());
    }
    log.accept("ledger total " + total);
    for (int i = 0; classes.size() > 1 && i < classes.size(); i++) {
      ClassCounts counts = total.classes();
      log.accept(
          "ledger class=%s kept=%d cut=%d bytes=%d"
              .formatted(classes.get(i), counts.kept(i), counts.cut(i), counts.bytes(i)));
    }
  }
}
