package org.gotm.app.queryserver;

import java.io.IOException;
import java.time.Instant;
import java.time.ZoneId;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.gotm.app.bpf.BpfTests;
import org.gotm.store.query.Answer;
import org.gotm.store.query.Query;
import org.gotm.store.query.QueryException;
import org.gotm.store.query.Search;

/** One query, from its words to the line in the log. One thread. */
final class QuerySearch implements Runnable {
  private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

  private final Exchange exchange;
  private final Client client;
  private final String condition;
  private final Question question;
  private final Surroundings around;
  private final long beginNanos = System.nanoTime();
  private AnswerBody body;
  private long lookedNanos;

  /**
   * What all queries share.
   *
   * @param recorded what there is to search
   * @param audit hears of the end
   * @param counts of queries
   * @param log hears of files that could not be searched as a whole
   * @param isClosing true once the server ends
   */
  record Surroundings(
      Recorded recorded,
      Audit audit,
      QueryCounts counts,
      Consumer<String> log,
      BooleanSupplier isClosing) {}

  /**
   * A query that waits.
   *
   * @param condition what the client may see, as a query
   */
  QuerySearch(
      Exchange exchange, Client client, String condition, Question question, Surroundings around) {
    this.exchange = exchange;
    this.client = client;
    this.condition = condition;
    this.question = question;
    this.around = around;
  }

  @Override
  public void run() {
    around.counts().begin();
    try (BpfTests tests = new BpfTests()) {
      look();
      search(query(tests));
    } catch (QueryException e) {
      exchange.say(400, e.getMessage() + "\n");
      say(Outcome.REFUSED, e.getMessage());
    } catch (CancelledException e) {
      exchange.abandon(e.getMessage());
      say(Outcome.CANCELLED, e.getMessage());
    } catch (Throwable e) {
      String reason = e.getMessage() == null ? e.toString() : e.getMessage();
      exchange.breakOff(reason);
      say(Outcome.FAILED, reason);
    } finally {
      around.counts().end(System.nanoTime() - beginNanos);
    }
  }

  private Query query(BpfTests tests) {
    Instant now = Instant.now();
    ZoneId zone = ZoneId.systemDefault();
    Query asked = Query.parse(question.text(), now, zone, tests);
    return asked.within(Query.parse(condition, now, zone, tests));
  }

  private void search(Query query) throws IOException {
    body = new AnswerBody(exchange.begin(question));
    Search search =
        new Search(query, question.limits(), this::note, System::nanoTime)
            .shownBy(around.recorded().show())
            .watchedBy(this::watch);
    Answer answer = search.run(around.recorded().folders(), question.format(), body);
    exchange.end(answer);
    Audit.Effort effort =
        new Audit.Effort(answer.packets(), body.sent(), answer.files(), nanosSoFar());
    around
        .audit()
        .say(
            client,
            question.text(),
            answer.isComplete() ? Outcome.OK : Outcome.CUT,
            answer.cutShort(),
            effort);
  }

  private void note(String note) {
    around.log().accept("query " + note);
  }

  /** Called again and again by the search. */
  private void watch() {
    checkEnd();
    long now = System.nanoTime();
    if (now - lookedNanos >= LOOK_NANOS) {
      lookedNanos = now;
      look();
    }
  }

  private void checkEnd() {
    if (around.isClosing().getAsBoolean()) {
      throw new IllegalStateException("the recorder ends");
    }
  }

  private void look() {
    checkEnd();
    if (exchange.connection().isPeerGone()) {
      throw new CancelledException("the client has gone");
    }
  }

  private long nanosSoFar() {
    return System.nanoTime() - beginNanos;
  }

  private void say(Outcome outcome, String reason) {
    Audit.Effort effort = new Audit.Effort(0, body == null ? 0 : body.sent(), 0, nanosSoFar());
    around.audit().say(client, question.text(), outcome, reason, effort);
  }
}
