package org.gotm.app.queryclient;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.eclipse.jetty.client.HttpClient;
import org.eclipse.jetty.client.InputStreamResponseListener;
import org.eclipse.jetty.client.Request;
import org.eclipse.jetty.client.Response;
import org.eclipse.jetty.client.Result;
import org.eclipse.jetty.client.StringRequestContent;
import org.eclipse.jetty.client.transport.HttpClientTransportOverHTTP;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpMethod;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.io.Transport;
import org.eclipse.jetty.util.ssl.SslContextFactory;
import org.gotm.app.daemon.StartException;
import org.gotm.app.protocol.QueryProtocol;
import org.gotm.store.query.Answer;
import org.gotm.store.query.AnswerFormat;
import org.gotm.store.query.Limits;

/**
 * A query that a sensor elsewhere answers. The answer goes through as it comes, in a fixed amount
 * of memory; what the sensor says of its end stands in the trailers. When the process ends, so does
 * the connection, and the sensor's search. One thread.
 */
public final class SensorQuery implements AutoCloseable {
  private static final Duration CONNECT_TIME = Duration.ofSeconds(10);

  /** More than a sensor searches for; one that is gone is noticed earlier. */
  private static final Duration IDLE_TIME = Duration.ofMinutes(20);

  /** Says nothing: what fails is told by exceptions. */
  private static final Logger JETTY_LOG = Logger.getLogger("org.eclipse.jetty");

  private static final int MOST_OF_A_MESSAGE = 4096;
  private static final int BUFFER = 1 << 16;

  private final SensorAddress sensor;
  private final HttpClient client;

  /**
   * Prepares a query; nothing is sent yet.
   *
   * @throws StartException if a file of keys cannot be used
   */
  public SensorQuery(SensorAddress sensor, SensorKeys keys) {
    JETTY_LOG.setLevel(Level.OFF);
    this.sensor = sensor;
    this.client = new HttpClient(new HttpClientTransportOverHTTP(connector(sensor, keys)));
    client.setFollowRedirects(false);
    client.setConnectTimeout(CONNECT_TIME.toMillis());
    client.setIdleTimeout(IDLE_TIME.toMillis());
  }

  private static KeepAliveConnector connector(SensorAddress sensor, SensorKeys keys) {
    KeepAliveConnector connector = new KeepAliveConnector();
    connector.setSelectors(1);
    if (sensor.isRemote()) {
      SslContextFactory.Client tls = new SslContextFactory.Client();
      tls.setSslContext(keys.context());
      connector.setSslContextFactory(tls);
    }
    return connector;
  }

  /** Where an answer goes, opened when there is one. */
  @FunctionalInterface
  public interface Target {
    /** Opens it; the caller closes it. */
    OutputStream open() throws IOException;
  }

  /**
   * Asks, and writes the answer.
   *
   * @param query what to look for, in the sensor's language
   * @param target gets what came, also if the answer breaks off
   * @return how it ended; the sensor does not tell how many files it looked into
   * @throws QueryRefusedException if the sensor does not understand the query
   * @throws StartException if there is no answer, or not all of it; one line
   * @throws IOException if the target cannot be written
   */
  public Answer run(String query, Limits limits, AnswerFormat format, Target target)
      throws IOException {
    try (InputStreamResponseListener listener = new InputStreamResponseListener()) {
      start();
      request(query, limits, format).send(listener);
      Response response = listener.get(IDLE_TIME.toMillis(), TimeUnit.MILLISECONDS);
      if (response.getStatus() != HttpStatus.OK_200) {
        throw refusal(response, listener.getInputStream());
      }
      copy(listener.getInputStream(), target);
      Result result = listener.await(IDLE_TIME.toMillis(), TimeUnit.MILLISECONDS);
      return answer(result);
    } catch (ExecutionException e) {
      throw new ConnectionProblem(sensor).failure(e.getCause());
    } catch (TimeoutException e) {
      throw new ConnectionProblem(sensor).failure(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new StartException("url=%s: interrupted".formatted(sensor.text()), e);
    }
  }

  private void start() {
    try {
      client.start();
      client.getContentDecoderFactories().clear();
    } catch (Exception e) {
      throw new IllegalStateException("the client does not start", e);
    }
  }

  private Request request(String query, Limits limits, AnswerFormat format) {
    Request request =
        client
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
    return failure(said.isEmpty() ? what : what + ": " + said);
  }

  private static String later(Response response) {
    String seconds = response.getHeaders().get("Retry-After");
    return seconds != null && seconds.matches("[0-9]{1,9}") ? " in %s s".formatted(seconds) : "";
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

  private void copy(InputStream in, Target target) throws IOException {
    byte[] buffer = new byte[BUFFER];
    try (OutputStream out = target.open()) {
      for (int length = read(in, buffer); length >= 0; length = read(in, buffer)) {
        out.write(buffer, 0, length);
      }
    }
  }

  /** Apart from writes, since one who reads on may go, and a sensor may fail. */
  private int read(InputStream in, byte[] buffer) {
    try {
      return in.read(buffer);
    } catch (IOException e) {
      throw new ConnectionProblem(sensor).brokenOff(e);
    }
  }

  private Answer answer(Result result) {
    if (result.isFailed()) {
      throw new ConnectionProblem(sensor).brokenOff(result.getFailure());
    }
    HttpFields trailers = result.getResponse().getTrailers();
    if (trailers == null) {
      return new Answer(0, 0, 0, 0, 0, ""); // of stenographer itself, which says no more
    }
    String error = trailers.get(QueryProtocol.ERROR);
    if (error != null) {
      throw failure("the search failed, what came until then is kept: " + printable(error));
    }
    String cutShort = trailers.get(QueryProtocol.CUT_SHORT);
    return new Answer(
        number(trailers, QueryProtocol.PACKETS),
        0,
        number(trailers, QueryProtocol.LEFT_OUT),
        0,
        0,
        cutShort == null ? "" : printable(cutShort));
  }

  private static long number(HttpFields trailers, String name) {
    String value = trailers.get(name);
    return value != null && value.matches("[0-9]{1,18}") ? Long.parseLong(value) : 0;
  }

  private StartException failure(String reason) {
    return new StartException("url=%s: %s".formatted(sensor.text(), reason));
  }

  @Override
  public void close() {
    try {
      client.stop();
    } catch (Exception e) {
      throw new IllegalStateException("the client does not stop", e);
    }
  }
}
