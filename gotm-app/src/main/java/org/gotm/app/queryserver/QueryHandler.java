package org.gotm.app.queryserver;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpVersion;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.Fields;
import org.eclipse.jetty.util.Promise;
import org.eclipse.jetty.util.thread.Invocable.InvocationType;
import org.eclipse.jetty.util.thread.Scheduler;
import org.gotm.app.log.CauseLog;
import org.gotm.core.failure.Reason;

/** What there is for a client: who it is, whether it may ask, and what it asks. Any thread. */
final class QueryHandler extends Handler.Abstract {
  private static final int LONGEST_QUERY = 64 << 10;
  private static final long BODY_SECONDS = 10;

  /** What a client may take to read the rest when the time of the search is over. */
  private static final long READ_SECONDS = 60;

  private static final String PAGE =
      """
      gotm answers queries for recorded packets.

      POST /query               the query is the body; Steno-Limit-Packets, Steno-Limit-Bytes,
                                Gotm-Format: pcap-micros, pcap or pcapng
      GET /pcap?query=QUERY     format=pcap, pcapng or pcap-micros; packets=N, bytes=N
      GET /flows?query=QUERY    records of flows, of a recorder with -flows: format=text or json;
                                flows=N, bytes=N
      GET /debug/stats          counters
      """;

  private final QuerySearch.Surroundings around;
  private final SearchThreads threads;
  private final Optional<AccessFile> access;
  private final Duration limitTime;
  private final StatsPage stats;
  private final CauseLog troubles;
  private final Consumer<String> log;

  QueryHandler(
      QuerySearch.Surroundings around,
      SearchThreads threads,
      Optional<Path> access,
      Duration limitTime) {
    this.around = around;
    this.threads = threads;
    this.access = access.map(AccessFile::new);
    this.limitTime = limitTime;
    this.stats = new StatsPage(around.archive(), around.counts());
    this.log = around.log();
    this.troubles = new CauseLog(log, System::nanoTime);
  }

  @Override
  public boolean handle(Request request, Response response, Callback callback) throws IOException {
    response
        .getHeaders()
        .put(HttpHeader.CACHE_CONTROL, "no-store")
        .put("X-Content-Type-Options", "nosniff");
    Exchange exchange = Exchange.of(request, response, callback);
    Client client = Client.of(exchange.endPoint());
    Resource resource = Resource.of(request);
    String condition = condition(resource, client);
    if (condition == null) {
      exchange.say(403, "you may not ask here\n");
    } else {
      answer(exchange, resource, client, condition);
    }
    return true;
  }

  /** What the client may see, as a query; null if nothing. */
  private String condition(Resource resource, Client client) {
    if (access.isEmpty() || !client.hasCertificate()) {
      return "";
    }
    try {
      Optional<String> condition = access.get().condition(client);
      if (condition.isEmpty()) {
        around.audit().sayForbidden(resource, client, "not in the list of who may ask");
      }
      return condition.orElse(null);
    } catch (IOException e) {
      troubles.say("access", "query-access cannot be used, nobody may ask: " + Reason.withFile(e));
      around.audit().sayForbidden(resource, client, "the list of who may ask cannot be used");
      return null;
    }
  }

  private void answer(Exchange exchange, Resource resource, Client client, String condition)
      throws IOException {
    String path = exchange.request().getHttpURI().getPath();
    String method = resource == Resource.QUERY ? "POST" : "GET";
    if (resource == Resource.FLOWS && !around.archive().hasFlows()) {
      exchange.say(404, "no records of flows are written here\n");
    } else if (resource == Resource.OTHER && !path.matches("/|/debug/stats")) {
      exchange.say(404, "see /\n");
    } else if (!exchange.request().getMethod().equals(method)) {
      exchange.response().getHeaders().put(HttpHeader.ALLOW, method);
      exchange.say(405, "only %s\n".formatted(method));
    } else {
      switch (resource) {
        case QUERY -> readQuery(exchange, client, condition);
        case PCAP -> link(exchange, client, condition);
        case FLOWS -> findFlows(exchange, client, condition);
        case OTHER -> exchange.say(200, path.equals("/") ? PAGE : stats.text());
      }
    }
  }

  /** By other threads, as far as it has not come yet, so that a slow client holds none. */
  private void readQuery(Exchange exchange, Client client, String condition) {
    Scheduler.Task deadline = closeLater(exchange, BODY_SECONDS);
    Promise.Invocable<byte[]> body =
        Promise.Invocable.from(
            InvocationType.BLOCKING,
            (bytes, failure) -> {
              deadline.cancel();
              if (failure == null) {
                post(exchange, client, condition, new String(bytes, StandardCharsets.UTF_8));
              } else {
                exchange.response().getHeaders().put(HttpHeader.CONNECTION, "close");
                refuse(exchange, client, "", 400, "could not read request body");
              }
            });
    Content.Source.asByteArrayAsync(exchange.request(), LONGEST_QUERY, body);
  }

  private void post(Exchange exchange, Client client, String condition, String text) {
    try {
      Question question = Question.posted(text, exchange.request().getHeaders(), limitTime);
      search(exchange, client, condition, question);
    } catch (Question.WrongException e) {
      refuse(exchange, client, text, 400, e.getMessage());
    }
  }

  private void link(Exchange exchange, Client client, String condition) {
    String text = exchange.request().getHttpURI().getQuery();
    try {
      Question question = Question.linked(parameters(exchange.request()), limitTime);
      exchange
          .response()
          .getHeaders()
          .put(
              HttpHeader.CONTENT_DISPOSITION,
              "attachment; filename=\"%s\"".formatted(question.fileName()));
      search(exchange, client, condition, question);
    } catch (Question.WrongException e) {
      refuse(exchange, client, text == null ? "" : text, 400, e.getMessage());
    }
  }

  private void findFlows(Exchange exchange, Client client, String condition) {
    String text = exchange.request().getHttpURI().getQuery();
    try {
      Question question = Question.ofFlows(parameters(exchange.request()), limitTime);
      search(exchange, client, condition, question);
    } catch (Question.WrongException e) {
      refuse(exchange, client, text == null ? "" : text, 400, e.getMessage());
    }
  }

  private static Fields parameters(Request request) throws Question.WrongException {
    try {
      return Request.extractQueryParameters(request);
    } catch (RuntimeException e) {
      throw new Question.WrongException("could not read the parameters");
    }
  }

  private void search(Exchange exchange, Client client, String condition, Question question) {
    if (exchange.request().getConnectionMetaData().getHttpVersion() != HttpVersion.HTTP_1_1) {
      refuse(exchange, client, question.text(), 505, "HTTP/1.1 is needed");
      return;
    }
    exchange.request().addIdleTimeoutListener(timeout -> false); // a search may find nothing long
    exchange.connection().setBusy(true);
    Scheduler.Task deadline = closeLater(exchange, limitTime.toSeconds() + READ_SECONDS);
    QuerySearch search = new QuerySearch(exchange, client, condition, question, around);
    Runnable end =
        () -> {
          deadline.cancel();
          exchange.connection().setBusy(false);
        };
    if (threads.take(() -> runToEnd(search, end))) {
      return;
    }
    end.run();
    exchange.response().getHeaders().remove(HttpHeader.CONTENT_DISPOSITION);
    exchange.response().getHeaders().put(HttpHeader.RETRY_AFTER, "10");
    refuse(exchange, client, question.text(), 503, "too many queries at a time");
  }

  private static void runToEnd(Runnable search, Runnable end) {
    try {
      search.run();
    } finally {
      end.run();
    }
  }

  private void refuse(Exchange exchange, Client client, String query, int status, String reason) {
    exchange.say(status, reason + "\n");
    Resource resource = Resource.of(exchange.request());
    around.audit().say(resource, client, query, Outcome.REFUSED, reason, Audit.Effort.NONE);
  }

  private Scheduler.Task closeLater(Exchange exchange, long seconds) {
    Scheduler scheduler = exchange.request().getComponents().getScheduler();
    return scheduler.schedule(exchange.endPoint()::close, seconds, TimeUnit.SECONDS);
  }
}
