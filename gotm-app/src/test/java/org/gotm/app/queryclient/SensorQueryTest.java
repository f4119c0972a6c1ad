package org.gotm.app.queryclient;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.gotm.app.queryclient.ScriptedSensor.begin;
import static org.gotm.app.queryclient.ScriptedSensor.bytes;
import static org.gotm.app.queryclient.ScriptedSensor.end;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.gotm.app.daemon.StartException;
import org.gotm.store.query.Answer;
import org.gotm.store.query.AnswerFormat;
import org.gotm.store.query.Limits;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a sensor says, good or bad, and what becomes of it. */
class SensorQueryTest {
  private static final Limits LIMITS = new Limits(7, 8, Duration.ofSeconds(9));

  @TempDir Path folder;
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private Path socket;
  private String url;

  @BeforeEach
  void prepare() {
    socket = folder.resolve("query.sock");
    url = "unix:" + socket;
  }

  private ScriptedSensor sensor(ScriptedSensor.Script script) throws IOException {
    return new ScriptedSensor(socket, script);
  }

  private ScriptedSensor sensor(String answer) throws IOException {
    return sensor(to -> to.write(bytes(answer)));
  }

  private Answer ask(String query, OutputStream target) throws IOException {
    SensorAddress address = SensorAddress.of(url);
    try (SensorClient client = SensorClient.local()) {
      return new SensorQuery(address, client)
          .run(query, LIMITS, AnswerFormat.PCAPNG, () -> target)
          .answer();
    }
  }

  private Answer ask() throws IOException {
    return ask("tcp", out);
  }

  @Test
  void shouldSendTheQueryAsItIsWithItsLimits() throws Exception {
    try (ScriptedSensor sensor = sensor(begin() + end())) {
      ask("host 10.0.0.1 && bpf 'tcp[13] & 2 != 0' %41 ü", out);

      assertThat(sensor.asked())
          .startsWith("POST /query HTTP/1.1\r\n")
          .contains("Steno-Limit-Packets: 7\r\n", "Steno-Limit-Bytes: 8\r\n")
          .contains("Gotm-Limit-Seconds: 9\r\n", "Gotm-Format: pcapng\r\n")
          .endsWith("\r\n\r\nhost 10.0.0.1 && bpf 'tcp[13] & 2 != 0' %41 ü");
    }
  }

  @Test
  void shouldWriteTheAnswerWhole() throws Exception {
    try (ScriptedSensor _ = sensor(begin("one", "two") + end("Gotm-Packets: 2"))) {
      Answer answer = ask();

      assertThat(out.toString()).isEqualTo("onetwo");
      assertThat(answer.packets()).isEqualTo(2);
      assertThat(answer.isComplete()).isTrue();
    }
  }

  @Test
  void shouldPassOnWhatComesWhileTheSensorStillSearches() throws Exception {
    CountDownLatch came = new CountDownLatch(1);
    OutputStream awaited =
        new OutputStream() {
          @Override
          public void write(int value) {
            came.countDown();
          }
        };
    try (ScriptedSensor _ =
        sensor(
            to -> {
              to.write(bytes(begin("first")));
              to.flush();
              await(came);
              to.write(bytes(end()));
            })) {
      assertThat(ask("tcp", awaited).isComplete()).isTrue();
    }
  }

  private static void await(CountDownLatch latch) throws IOException {
    try {
      if (!latch.await(60, TimeUnit.SECONDS)) {
        throw new IOException("nothing came");
      }
    } catch (InterruptedException e) {
      throw new IOException(e);
    }
  }

  @Test
  void shouldTellOfTheLimitThatCutTheAnswerShort() throws Exception {
    String trailers = end("Gotm-Packets: 3", "Gotm-Cut-Short: limit of 3 packets");
    try (ScriptedSensor _ = sensor(begin("abc") + trailers)) {
      Answer answer = ask();

      assertThat(answer.packets()).isEqualTo(3);
      assertThat(answer.cutShort()).isEqualTo("limit of 3 packets");
    }
  }

  @Test
  void shouldTakeAnAnswerOfStenographerWhichHasNoTrailers() throws Exception {
    try (ScriptedSensor _ = sensor(begin("abc") + end())) {
      assertThat(ask().isComplete()).isTrue();
    }
  }

  @Test
  void shouldFailWhenTheSearchFailsAndKeepWhatCame() throws Exception {
    String trailer = end("Gotm-Error: disk of glass");
    try (ScriptedSensor _ = sensor(begin("abc") + trailer)) {
      assertThatThrownBy(this::ask)
          .isInstanceOf(StartException.class)
          .hasMessage(
              "url=%s: the search failed, what came until then is kept: disk of glass", url);
    }
    assertThat(out.toString()).isEqualTo("abc");
  }

  @Test
  void shouldFailWhenTheAnswerBreaksOffAndKeepWhatCame() throws Exception {
    try (ScriptedSensor _ = sensor(begin("abc", "def"))) {
      assertThatThrownBy(this::ask)
          .isInstanceOf(StartException.class)
          .hasMessageStartingWith(
              "url=%s: the answer breaks off, what came is kept".formatted(url));
    }
    assertThat(out.toString()).isEqualTo("abcdef");
  }

  @Test
  void shouldFailWhenATrailerWouldSteerATerminal() throws Exception {
    String trailer = end("Gotm-Cut-Short: \u001b[31mred");
    try (ScriptedSensor _ = sensor(begin("abc") + trailer)) {
      assertThatThrownBy(this::ask)
          .isInstanceOf(StartException.class)
          .message()
          .startsWith("url=%s: the answer breaks off".formatted(url))
          .matches("\\P{Cntrl}*");
    }
  }

  @Test
  void shouldFailWhenTheConnectionEndsWithoutAnAnswer() throws Exception {
    try (ScriptedSensor _ = sensor("")) {
      assertThatThrownBy(this::ask)
          .isInstanceOf(StartException.class)
          .hasMessage("url=%s: no answer: the sensor ended the connection", url);
    }
  }

  private static String status(String line, String body, String... headers) {
    StringBuilder text = new StringBuilder("HTTP/1.1 %s\r\n".formatted(line));
    for (String header : headers) {
      text.append(header).append("\r\n");
    }
    return text + "Content-Length: %d\r\n\r\n%s".formatted(body.length(), body);
  }

  @Test
  void shouldShowWhereTheQueryIsWrong() throws Exception {
    String message = "query 'host x', character 6: 'x' is no address";
    try (ScriptedSensor _ = sensor(status("400 Bad Request", message + "\n"))) {
      assertThatThrownBy(this::ask)
          .isInstanceOfSatisfying(
              QueryRefusedException.class, e -> assertThat(e.place()).hasValue(5))
          .hasMessage(message);
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "403 Forbidden | does not answer who has this certificate: why",
        "404 Not Found | has no /query, so it is no sensor: why",
        "500 Server Error | answers with status 500: why",
        "503 Service Unavailable | is busy; ask again in 5 s: why",
        "302 Found | answers with status 302: why"
      })
  void shouldSayWhyThereIsNoAnswer(String status, String message) throws Exception {
    String answer = status(status, "why\n", "Retry-After: 5", "Location: http://localhost:1/");
    try (ScriptedSensor _ = sensor(answer)) {
      assertThatThrownBy(this::ask)
          .isInstanceOf(StartException.class)
          .hasMessage("url=%s: %s", url, message);
    }
    assertThat(out.size()).isZero();
  }

  @Test
  void shouldReadNoMoreOfAMessageThanALine() throws Exception {
    AtomicLong sent = new AtomicLong();
    byte[] much = new byte[1 << 16];
    try (ScriptedSensor _ =
        sensor(
            to -> {
              to.write(bytes("HTTP/1.1 400 No\r\nContent-Length: 99999999999\r\n\r\n\u0007"));
              while (true) {
                to.write(much);
                sent.addAndGet(much.length);
              }
            })) {
      assertThatThrownBy(this::ask)
          .isInstanceOf(QueryRefusedException.class)
          .message()
          .hasSizeLessThan(5000)
          .matches("\\P{Cntrl}*");
    }
    assertThat(sent.get()).isLessThan(16 << 20);
  }

  @Test
  void shouldEndTheConnectionWhenTheAnswerCannotBeWritten() throws Exception {
    OutputStream full =
        new OutputStream() {
          @Override
          public void write(int value) throws IOException {
            throw new IOException("full");
          }
        };
    byte[] chunk = bytes(begin("abc"));
    CountDownLatch gone = new CountDownLatch(1);
    try (ScriptedSensor _ =
        sensor(
            to -> {
              to.write(chunk);
              try {
                while (true) {
                  to.write(bytes("1\r\na\r\n"));
                }
              } catch (IOException e) {
                gone.countDown();
              }
            })) {
      assertThatThrownBy(() -> ask("tcp", full)).isInstanceOf(IOException.class).hasMessage("full");
      await(gone);
    }
  }

  @Test
  void shouldSayThatNobodyIsThere() {
    assertThatThrownBy(this::ask)
        .isInstanceOf(StartException.class)
        .hasMessageStartingWith("url=%s: cannot connect: ".formatted(url))
        .hasMessageContaining("does gotm run there");
  }
}
