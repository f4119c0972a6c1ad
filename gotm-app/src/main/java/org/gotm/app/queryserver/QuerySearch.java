package org.gotm.app.queryserver;

import java.io.IOException;
import java.io.OutputStream;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.gotm.core.failure.Reason;
import org.gotm.store.query.Answer;
import org.gotm.store.query.QueryException;

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
   * @param archive what there is to search
   * @param audit hears of the end
   * @param counts of queries
   * @param log hears of files that could not be searched as a whole
   * @param isClosing true once the server ends
   */
  record Surroundings(
      Archive archive,
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
    try {
      look();
      search();
    } catch (QueryException e) {
      exchange.say(400, e.getMessage() + "\n");
      say(Outcome.REFUSED, e.getMessage());
    } catch (CancelledException e) {
      exchange.abandon(e.getMessage());
      say(Outcome.CANCELLED, e.getMessage());
    } catch (IOException e) {
      fail(Reason.withFile(e));
    } catch (Throwable e) {
      fail(e.getMessage() == null ? e.toString() : e.getMessage());
    } finally {
      around.counts().end(System.nanoTime() - beginNanos);
    }
  }

  private void fail(String reason) {
    exchange.breakOff(reason);
    say(Outcome.FAILED, reason);
  }

  private void search() throws IOException {
    Inquiry inquiry =
        new Inquiry(
            question.text(),
            condition,
            question.format(),
            question.limits(),
            this::begin,
            this::watch,
            this::note);
    boolean isOfPackets = question.of() == Question.Of.PACKETS;
    Answered answered =
        isOfPackets
            ? around.archive().answer(inquiry)
            : around.archive().answerFlows(inquiry, question.of() == Question.Of.FLOW_JSON);
    Answer answer = answered.answer();
    exchange.end(question, answered);
    Audit.Effort effort =
        new Audit.Effort(
            isOfPackets ? answer.packets() : 0, body.sent(), answer.files(), nanosSoFar());
    String reason = answered.reason();
    say(reason.isEmpty() ? Outcome.OK : Outcome.CUT, reason, effort);
  }

  private OutputStream begin() {
    body = new AnswerBody(exchange.begin(question));
    return body;
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
      throw new IllegalStateException("the server ends");
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
    say(outcome, reason, effort);
  }

  private void say(Outcome outcome, String reason, Audit.Effort effort) {
    Resource resource = Resource.of(exchange.request());
    around.audit().say(resource, client, question.text(), outcome, reason, effort);
  }
}
