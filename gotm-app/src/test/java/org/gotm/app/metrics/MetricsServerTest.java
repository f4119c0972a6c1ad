package org.gotm.app.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIOException;

import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.List;
import org.gotm.store.metrics.FixedMeters;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MetricsServerTest {
  private final HttpClient client = HttpClient.newHttpClient();
  private volatile List<String> errors = List.of();
  private MetricsServer server;

  @BeforeEach
  void serve() throws IOException {
    server = MetricsServer.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    server.serve(FixedRecorder.of(FixedMeters.worker("en0", 0)), () -> errors);
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
  @ValueSource(strings = {"/", "/nosuch"})
  void shouldNameThePagesWhenAskedForAnother(String path) throws Exception {
    HttpResponse<String> response = send("GET", path);

    assertThat(response.statusCode()).isEqualTo(404);
    assertThat(response.body()).contains("/metrics").contains("/healthz");
  }

  @Test
  void shouldFailWhenThePortIsInUse() {
    assertThatExceptionOfType(BindException.class)
        .isThrownBy(
            () ->
                MetricsServer.bind(
                    new InetSocketAddress(InetAddress.getLoopbackAddress(), server.port())));
  }

  @Test
  void shouldFailWhenTheHostIsUnknown() {
    assertThatIOException()
        .isThrownBy(
            () -> MetricsServer.bind(InetSocketAddress.createUnresolved("nosuch.invalid", 9102)))
        .withMessage("unknown host");
  }

  @Test
  void shouldNotAnswerAnyMoreWhenClosed() {
    server.close();

    assertThatIOException().isThrownBy(() -> send("GET", "/healthz"));
  }
}
