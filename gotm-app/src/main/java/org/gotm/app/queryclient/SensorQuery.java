package org.gotm.app.queryclient;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.eclipse.jetty.client.InputStreamResponseListener;
import org.eclipse.jetty.client.Request;
import org.eclipse.jetty.client.Response;
import org.eclipse.jetty.client.Result;
import org.eclipse.jetty.client.StringRequestContent;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpMethod;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.io.Transport;
import org.gotm.app.daemon.StartException;
import org.gotm.app.protocol.QueryProtocol;
import org.gotm.store.query.Answer;
import org.gotm.store.query.AnswerFormat;
import org.gotm.store.query.Limits;

/**
 * A query that a sensor elsewhere answers. The answer goes through as it comes, in a fixed amount
 * of memory; what the sensor says of its end stands in the trailers. When the process ends, so does
 * the connection, and the sensor's search. One thread; interrupting it ends the query.
 */
public final class SensorQuery {
  private static final int MOST_OF_A_MESSAGE = 4096;
  private static final int BUFFER = 1 << 16;

  private final SensorAddress sensor;
  private final SensorClient client;

  /**
   * Prepares a query; nothing is sent yet.
   *
   * @param client of the sensor, which stays open
   */
  public SensorQuery(SensorAddress sensor, SensorClient client) {
    this.sensor = sensor;
    this.client = client;
  }

  /** Where an answer goes, opened when there is one. */
  @FunctionalInterface
  public interface Target {
    /** Opens it; the caller closes it. */
    OutputStream open() throws IOException;
  }

  /** Who takes an answer as it comes. */
  @FunctionalInterface
  public interface Taker {
    /**
     * Takes it up to its end.
     *
     * @param body of the answer; throws a {@link StartException} where it breaks off
     */
    void take(InputStream body) throws IOException;
  }

  /**
   * Asks, and writes the answer.
   *
   * @param query what to look for, in the sensor's language
   * @param target gets what came, also if the answer breaks off
   * @throws QueryRefusedException if the sensor does not understand the query
   * @throws StartException if there is no answer, or not all of it; one line
   * @throws IOException if the target cannot be written
   */
  public SensorAnswer run(String query, Limits limits, AnswerFormat format, Target target)
      throws IOException {
    return ask(query, limits, format, body -> copy(body, target));
  }

  /**
   * Asks, and has the answer taken.
   *
   * @param query what to look for, in the sensor's language
   * @throws QueryRefusedException if the sensor does not understand the query
   * @throws PassingException if there is no answer yet
   * @throws StartException if there is no answer, or not all of it; one line
   * @throws IOException that the taker throws
   */
  public SensorAnswer ask(String query, Limits limits, AnswerFormat format, Taker taker)
      throws IOException {
    ConnectionProblem problem = new ConnectionProblem(sensor);
    long patience = SensorClient.IDLE_TIME.toMillis();
    try (InputStreamResponseListener listener = new InputStreamResponseListener()) {
      request(query, limits, format).send(listener);
      Response response = listener.get(patience, TimeUnit.MILLISECONDS);
      if (response.getStatus() != HttpStatus.OK_200) {
        throw refusal(response, listener.getInputStream());
      }
      taker.take(new AnswerInput(listener.getInputStream(), problem));
      return answer(listener.await(patience, TimeUnit.MILLISECONDS));
    } catch (ExecutionException e) {
      throw problem.failure(e.getCause());
    } catch (TimeoutException e) {
      throw problem.failure(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new StartException("url=%s: interrupted".formatted(sensor.text()), e);
    }
  }

  private Request request(String query, Limits limits, AnswerFormat format) {
    Request request =
        client
            .http()
            .newRequest(sensor.endpoint())
            .method(HttpMethod.POST)
            .body(new StringRequestContent("text/plain", query, StandardCharsets.UTF_8))
            .headers(headers -> addLimits(headers, limits, format));
    return sensor.isRemote() ? request : request.transport(new Transport.TCPUnix(sensor.socket()));
  }

  private static void addLimits(HttpFields.Mutable headers, Limits limits, AnswerFormat format) {
    headers.put(QueryProtocol.LIMIT_PACKETS, Long.toString(limits.packets()));
    headers.put(QueryProtocol.LIMIT_BYTES, Long.toString(limits.bytes()));
    headers.put(QueryProtocol.LIMIT_SECONDS, Long.toString(limits.time().toSeconds()));
    headers.put(QueryProtocol.FORMAT, QueryProtocol.word(format));
  }

  private RuntimeException refusal(Response response, InputStream body) {
    String said = printable(firstOf(body));
    int status = response.getStatus();
    if (status == HttpStatus.BAD_REQUEST_400 && !said.isEmpty()) {
      return new QueryRefusedException(said);
    }
    String what =
        switch (status) {
          case HttpStatus.FORBIDDEN_403 -> "does not answer who has this certificate";
          case HttpStatus.NOT_FOUND_404 -> "has no /query, so it is no sensor";
          case HttpStatus.SERVICE_UNAVAILABLE_503 -> "is busy; ask again" + later(response);
          default -> "answers with status " + status;
        };
    String reason = said.isEmpty() ? what : what + ": " + said;
    return status == HttpStatus.SERVICE_UNAVAILABLE_503
        ? new PassingException(line(reason), retryAfter(response), null)
        : failure(reason);
  }

  private static String later(Response response) {
    Duration wait = retryAfter(response);
    return wait.isZero() ? "" : " in %d s".formatted(wait.toSeconds());
  }

  private static Duration retryAfter(Response response) {
    String seconds = response.getHeaders().get("Retry-After");
    return seconds != null && seconds.matches("[0-9]{1,9}")
        ? Duration.ofSeconds(Long.parseLong(seconds))
        : Duration.ZERO;
  }

  private static byte[] firstOf(InputStream body) {
    try {
      return body.readNBytes(MOST_OF_A_MESSAGE);
    } catch (IOException e) {
      return new byte[0]; // the status says enough
    }
  }

  private static String printable(byte[] text) {
    return printable(new String(text, StandardCharsets.UTF_8));
  }

  /** One line, with nothing that would steer a terminal. */
  private static String printable(String text) {
    return text.strip().replaceAll("\\p{C}+", "?");
  }

  private static void copy(InputStream in, Target target) throws IOException {
    byte[] buffer = new byte[BUFFER];
    try (OutputStream out = target.open()) {
      for (int length = in.read(buffer); length >= 0; length = in.read(buffer)) {
        out.write(buffer, 0, length);
      }
    }
  }

  private SensorAnswer answer(Result result) {
    if (result.isFailed()) {
      throw new ConnectionProblem(sensor).brokenOff(result.getFailure());
    }
    HttpFields trailers = result.getResponse().getTrailers();
    if (trailers == null) {
      return new SensorAnswer(
          new Answer(0, 0, 0, 0, 0, ""), ""); // of stenographer itself, which says no more
    }
    String error = trailers.get(QueryProtocol.ERROR);
    if (error != null) {
      throw failure("the search failed, what came until then is kept: " + printable(error));
    }
    return new SensorAnswer(
        new Answer(
            number(trailers, QueryProtocol.PACKETS),
            0,
            number(trailers, QueryProtocol.LEFT_OUT),
            0,
            0,
            words(trailers, QueryProtocol.CUT_SHORT)),
        words(trailers, QueryProtocol.PARTIAL));
  }

  private static String words(HttpFields trailers, String name) {
    String value = trailers.get(name);
    return value == null ? "" : printable(value);
  }

  private static long number(HttpFields trailers, String name) {
    String value = trailers.get(name);
    return value != null && value.matches("[0-9]{1,18}") ? Long.parseLong(value) : 0;
  }

  private StartException failure(String reason) {
    return new StartException(line(reason));
  }

  private String line(String reason) {
    return "url=%s: %s".formatted(sensor.text(), reason);
  }
}
