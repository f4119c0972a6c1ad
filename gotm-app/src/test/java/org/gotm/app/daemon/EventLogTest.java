package org.gotm.app.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneId;
import org.junit.jupiter.api.Test;

class EventLogTest {
  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
  private final EventLog log =
      new EventLog(
          new PrintStream(bytes, true, StandardCharsets.UTF_8),
          Clock.fixed(Instant.parse("2017-08-29T15:45:58.999Z"), ZoneId.of("Europe/Berlin")));

  @Test
  void shouldWriteTheTimeAsTheOriginalDid() {
    log.accept("Rotating");

    assertThat(bytes.toString(StandardCharsets.UTF_8))
        .isEqualTo("2017/08/29 17:45:58 Rotating" + System.lineSeparator());
  }

  @Test
  void shouldStayOneLineWhenTheMessageHasMore() {
    log.accept("moved a\nb to c");

    assertThat(bytes.toString(StandardCharsets.UTF_8).lines())
        .containsExactly("2017/08/29 17:45:58 moved a b to c");
  }
}
