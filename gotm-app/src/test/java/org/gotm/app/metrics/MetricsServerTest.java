package org.gotm.app.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.gotm.store.metrics.FixedMeters;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MetricsServerTest {
  private final HttpClient client = HttpClient.newHttpClient();
  private final List<String> log = new CopyOnWriteArrayList<>();
  private volatile List<String> errors = List.of();
  private volatile Error failure;
  private volatile String event = "data: x\n\n";
  private volatile boolean streamClosed;
  private MetricsServer server;

  /** A page {@code /other}, and at {@code /stream} the same event over and over. */
  private final Site site =
      new Site() {
        @Override
        public Page page(String path) {
          return path.equals("/other")
              ? new Page(200, "text/html", "<p>", List.of("Cache-Control: no-cache"))
              : null;
        }

        @Override
        public EventStream stream(String path) {
          return path.equals("/stream") ? new Stream() : null;
        }
      };

  private final class Stream implements EventStream {
    @Override
    public String next() throws InterruptedException {
      Thread.sleep(1);
      if (failure != null) {
        throw failure;
      }
      return event;
    }

    @Override
    public void close() {
      streamClosed = true;
    }
  }

  @BeforeEach
  void serve() throws IOException {
    server = open(0);
    serve(server);
  }

  private MetricsServer open(int port) throws IOException {
    return MetricsServer.open(
        new InetSocketAddress(InetAddress.getLoopbackAddress(), port), log::add, 20);
  }

  private void serve(MetricsServer someServer) {
    someServer.serve(
        FixedRecorder.of(FixedMeters.worker("en0", 0))::scrape,
        () -> {
          if (failure != null) {
            throw failure;
          }
          return errors;
        },
        site);
  }

  @AfterEach
  void close() {
    client.close();
    server.close();
  }

  private HttpResponse<String> send(String method, String path)
      throws IOException, InterruptedException {
    URI uri = URI.create("http://localhost:" + server.port() + path);
    return client.send(
        HttpRequest.newBuilder(uri).method(method, HttpRequest.BodyPublishers.noBody()).build(),
        BodyHandlers.ofString());
  }

  @Test
  void shouldAnswerInPrometheusTextFormatWhenAskedForMetrics() throws Exception {
    HttpResponse<String> response = send("GET", "/metrics");

    assertThat(response.statusCode()).isEqualTo(200);
    assertThat(response.headers().firstValue("Content-Type"))
        .hasValue("text/plain; version=0.0.4; charset=utf-8");
    assertThat(response.body()).contains("\ngotm_bytes_total{interface=\"en0\",worker=\"0\"} ");
  }

  @Test
  void shouldAnswerOkWhenAllIsWell() throws Exception {
    HttpResponse<String> response = send("GET", "/healthz");

    assertThat(response.statusCode()).isEqualTo(200);
    assertThat(response.body()).isEqualTo("ok\n");
  }

  @Test
  void shouldSayWhatIsWrongForAsLongAsItIs() throws Exception {
    errors = List.of("interface en0 worker 0: it is down", "output: disk full");
    HttpResponse<String> during = send("GET", "/healthz");
    errors = List.of();
    HttpResponse<String> after = send("GET", "/healthz");

    assertThat(during.statusCode()).isEqualTo(503);
    assertThat(during.body()).isEqualTo("interface en0 worker 0: it is down\noutput: disk full\n");
    assertThat(after.statusCode()).isEqualTo(200);
  }

  @Test
  void shouldAnswerWithoutABodyWhenOnlyTheHeadIsAskedFor() throws Exception {
    assertThat(send("HEAD", "/metrics").statusCode()).isEqualTo(200);
    assertThat(send("HEAD", "/metrics").body()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"/nosuch", "/metricsfoo", "/metrics/", "/healthzfoo"})
  void shouldNameThePagesWhenAskedForAnother(String path) throws Exception {
    HttpResponse<String> response = send("GET", path);

    assertThat(response.statusCode()).isEqualTo(404);
    assertThat(response.body()).contains("/metrics").contains("/healthz");
  }

  @Test
  void shouldAnswerTheSamePageWhenItIsAskedForWithAQuery() throws Exception {
    assertThat(send("GET", "/healthz?verbose=1").body()).isEqualTo("ok\n");
  }

  @Test
  void shouldTellTheLengthWhenOnlyTheHeadIsAskedFor() throws Exception {
    assertThat(send("HEAD", "/healthz").headers().firstValue("Content-Length")).hasValue("3");
  }

  @Test
  void shouldRefuseWhatIsNeitherGetNorHead() throws Exception {
    assertThat(send("DELETE", "/metrics").statusCode()).isEqualTo(405);
  }

  private Socket connect() throws IOException {
    Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port());
    socket.setSoTimeout(60_000);
    return socket;
  }

  private static boolean isClosedByServer(Socket socket) throws IOException {
    try {
      return socket.getInputStream().read() < 0;
    } catch (SocketTimeoutException e) {
      return false;
    } catch (SocketException reset) {
      return true;
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "GET /metr", "GET /metrics HTTP/1.1\r\nHost: x\r\n"})
  void shouldAnswerOthersWhenOneIsHalfOpenAndCloseItAfterSomeSeconds(String half) throws Exception {
    long begin = System.nanoTime();
    try (Socket socket = connect()) {
      socket.getOutputStream().write(half.getBytes(StandardCharsets.US_ASCII));

      assertThat(send("GET", "/metrics").statusCode()).isEqualTo(200);
      assertThat(send("GET", "/healthz").statusCode()).isEqualTo(200);
      assertThat(System.nanoTime() - begin).isLessThan(Exchange.ASK_NANOS);
      assertThat(isClosedByServer(socket)).isTrue();
      assertThat(System.nanoTime() - begin).isGreaterThanOrEqualTo(Exchange.ASK_NANOS / 2);
    }
  }

  @Test
  void shouldAnswerAndKeepFewOpenWhenManyConnectAndSayNothing() throws Exception {
    List<Socket> idle = new ArrayList<>();
    try {
      for (int i = 0; i < 500; i++) {
        idle.add(connect());
      }
      long begin = System.nanoTime();

      assertThat(send("GET", "/metrics").statusCode()).isEqualTo(200);
      assertThat(send("GET", "/healthz").statusCode()).isEqualTo(200);
      for (Socket socket : idle.subList(0, 500 - Exchanges.MOST)) {
        assertThat(isClosedByServer(socket)).isTrue();
      }
      assertThat(System.nanoTime() - begin)
          .as("those beyond the limit are closed at once, not when their time is over")
          .isLessThan(Exchange.ASK_NANOS);
    } finally {
      for (Socket socket : idle) {
        socket.close();
      }
    }
  }

  @Test
  void shouldAnswerOthersAndCloseAndForgetThoseThatNeverReadTheirAnswer() throws Exception {
    errors = List.of("x".repeat(8 << 20)); // more than the sockets between them hold
    List<Socket> deaf = new ArrayList<>();
    try {
      for (int i = 0; i < 4; i++) {
        deaf.add(connect());
        deaf.getLast()
            .getOutputStream()
            .write("GET /healthz HTTP/1.1\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
      }
      long begin = System.nanoTime();
      while (answering() < 4) {
        Thread.sleep(1);
      }
      assertThat(send("GET", "/metrics").statusCode()).isEqualTo(200);
      assertThat(System.nanoTime() - begin).isLessThan(Exchange.ANSWER_NANOS);
      while (answering() > 0) {
        Thread.sleep(1);
      }

      assertThat(System.nanoTime() - begin).isGreaterThan(Exchange.ANSWER_NANOS / 2);
      assertThat(deaf.getFirst().getInputStream().transferTo(OutputStream.nullOutputStream()))
          .isLessThan(8 << 20);
    } catch (SocketException reset) {
      assertThat(reset).as("how a close with bytes unread looks").hasMessageContaining("reset");
    } finally {
      for (Socket socket : deaf) {
        socket.close();
      }
    }
  }

  /** Threads that hold an answer. */
  private static long answering() {
    return Thread.getAllStackTraces().values().stream()
        .filter(
            stack ->
                Arrays.stream(stack)
                    .anyMatch(frame -> frame.getClassName().equals(Exchange.class.getName())))
        .count();
  }

  @Test
  void shouldServeThePagesOfTheSite() throws Exception {
    HttpResponse<String> response = send("GET", "/other");

    assertThat(response.body()).isEqualTo("<p>");
    assertThat(response.headers().firstValue("Content-Type")).hasValue("text/html");
    assertThat(response.headers().firstValue("Cache-Control")).hasValue("no-cache");
  }

  @Test
  void shouldSendEventsUntilTheClientGoes() throws Exception {
    try (Socket socket = connect()) {
      socket.getOutputStream().write(bytes("GET /stream HTTP/1.1\r\n\r\n"));
      String text = new String(socket.getInputStream().readNBytes(400), StandardCharsets.US_ASCII);

      assertThat(text).startsWith("HTTP/1.1 200 OK").contains("text/event-stream");
      assertThat(text).contains("\n\ndata: x\n\ndata: x\n\n");
      assertThat(streamClosed).isFalse();
    }
    awaitStreamClosed();
  }

  @Test
  void shouldDropAClientThatReadsNoEvents() throws Exception {
    event = "data: %s\n\n".formatted("x".repeat(1 << 20));
    try (Socket socket = connect()) {
      socket.getOutputStream().write(bytes("GET /stream HTTP/1.1\r\n\r\n"));
      long begin = System.nanoTime();
      awaitStreamClosed();

      assertThat(System.nanoTime() - begin).isGreaterThan(Exchange.ANSWER_NANOS / 2);
    }
  }

  @Test
  void shouldEndAStreamAndLogItWhenAnEventCannotBeMade() throws Exception {
    failure = new OutOfMemoryError("Java heap space");

    assertThat(send("GET", "/stream").body()).isEmpty();
    awaitStreamClosed();
    assertThat(log).singleElement().asString().contains("Java heap space");
  }

  private static byte[] bytes(String request) {
    return request.getBytes(StandardCharsets.US_ASCII);
  }

  private void awaitStreamClosed() throws InterruptedException {
    while (!streamClosed) {
      Thread.sleep(1);
    }
  }

  @Test
  void shouldCloseWhenARequestNeverEnds() throws Exception {
    try (Socket socket = connect()) {
      byte[] line = new byte[9000];
      Arrays.fill(line, (byte) 'a');
      socket.getOutputStream().write(line);

      assertThat(new String(socket.getInputStream().readNBytes(12), StandardCharsets.US_ASCII))
          .isEqualTo("HTTP/1.1 431");
    }
    assertThat(send("GET", "/healthz").statusCode()).isEqualTo(200);
  }

  @Test
  void shouldGoOnAndLogItOnceWhenMemoryRunsOutInRequests() throws Exception {
    failure = new OutOfMemoryError("Java heap space");
    assertThat(send("GET", "/healthz").statusCode()).isEqualTo(500);
    assertThat(send("GET", "/healthz").statusCode()).isEqualTo(500);
    failure = null;

    assertThat(send("GET", "/healthz").statusCode()).isEqualTo(200);
    assertThat(log).singleElement().asString().contains("Java heap space");
  }

  @Test
  void shouldAskAgainWhenThePortIsInUseUntilItIsFree() throws Exception {
    int port = server.port();
    try (MetricsServer second = open(port)) {
      serve(second);
      assertThat(second.port()).isZero();
      assertThat(log)
          .singleElement()
          .asString()
          .contains("metrics-address=localhost:" + port, "the port is in use");
      server.close();
      while (second.port() == 0) {
        Thread.sleep(1);
      }

      assertThat(send("GET", "/healthz").body()).isEqualTo("ok\n");
      assertThat(log.getLast()).contains("metrics-address=localhost:" + port, "works now");
    }
  }

  @Test
  void shouldLogEverySixthTimeOnlyWhenThePortStaysInUse() throws Exception {
    try (MetricsServer second = open(server.port())) {
      serve(second);
      long begin = System.nanoTime();
      while (log.size() < 3) {
        Thread.sleep(1);
      }

      assertThat(Duration.ofNanos(System.nanoTime() - begin))
          .isGreaterThanOrEqualTo(Duration.ofMillis(12 * 20));
    }
  }

  @Test
  void shouldAnswerWithWhatItServesNow() throws Exception {
    server.serve(() -> "later 1\n", () -> List.of("it waits"), Site.NONE);

    assertThat(send("GET", "/metrics").body()).isEqualTo("later 1\n");
    assertThat(send("GET", "/healthz").body()).isEqualTo("it waits\n");
  }

  @Test
  void shouldFailWhenTheAddressIsNotOfThisMachine() throws IOException {
    InetAddress elsewhere = InetAddress.getByName("203.0.113.1"); // RFC 5737, for documents

    assertThatIOException()
        .isThrownBy(() -> MetricsServer.open(new InetSocketAddress(elsewhere, 9102), log::add))
        .withMessageStartingWith("metrics-address=203.0.113.1:9102: the address is not here (")
        .withMessageEndingWith("); choose another or off");
    assertThat(log).isEmpty();
  }

  @Test
  void shouldFailWhenTheHostIsUnknown() {
    assertThatIOException()
        .isThrownBy(
            () ->
                MetricsServer.open(
                    InetSocketAddress.createUnresolved("nosuch.invalid", 9102), log::add))
        .withMessage("metrics-address=nosuch.invalid:9102: unknown host; choose another or off");
  }

  @Test
  void shouldNotAnswerAnyMoreWhenClosed() {
    server.close();

    assertThatIOException().isThrownBy(() -> send("GET", "/healthz"));
  }
}
