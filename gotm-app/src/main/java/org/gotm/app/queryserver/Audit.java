package org.gotm.app.queryserver;

import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.gotm.app.log.CauseLog;

/** Says in the log who has asked what, and what became of it, and counts it. Any thread. */
final class Audit {
  private static final int LONGEST_NAME = 100;
  private static final int LONGEST_QUERY = 500;

  private final Consumer<String> log;
  private final CauseLog refusals;
  private final QueryCounts counts;

  Audit(Consumer<String> log, QueryCounts counts) {
    this.log = log;
    this.refusals = new CauseLog(log, System::nanoTime);
    this.counts = counts;
  }

  /**
   * What was sent.
   *
   * @param packets in the answer
   * @param bytes of it
   * @param files looked into
   * @param nanos how long it took
   */
  record Effort(long packets, long bytes, int files, long nanos) {
    static final Effort NONE = new Effort(0, 0, 0, 0);
  }

  /**
   * A query that has come to its end.
   *
   * @param resource where it was asked
   * @param reason of another outcome than the whole answer; else empty
   */
  void say(
      Resource resource,
      Client client,
      String query,
      Outcome outcome,
      String reason,
      Effort effort) {
    counts.add(resource, outcome, effort.packets(), effort.bytes());
    log.accept(
        "query %s status=%s packets=%d bytes=%d files=%d seconds=%s%s query='%s'"
            .formatted(
                words(client),
                outcome.word(),
                effort.packets(),
                effort.bytes(),
                effort.files(),
                seconds(effort.nanos()),
                reason.isEmpty()
                    ? ""
                    : " reason='%s'".formatted(EscapedText.of(reason, LONGEST_QUERY)),
                EscapedText.of(query, LONGEST_QUERY)));
  }

  /** A client that may not ask, which may try again and again: said once a minute. */
  void sayForbidden(Resource resource, Client client, String reason) {
    counts.add(resource, Outcome.REFUSED, 0, 0);
    refusals.say(
        "forbidden",
        "query %s status=refused reason='%s'"
            .formatted(words(client), EscapedText.of(reason, LONGEST_QUERY)));
  }

  private static String words(Client client) {
    return "who=%s%s from=%s"
        .formatted(
            EscapedText.word(client.name(), LONGEST_NAME),
            client.hasCertificate() ? " sha256=" + client.fingerprint() : "",
            client.from());
  }

  private static String seconds(long nanos) {
    return String.format(Locale.ROOT, "%.3f", nanos / (double) TimeUnit.SECONDS.toNanos(1));
  }
}
