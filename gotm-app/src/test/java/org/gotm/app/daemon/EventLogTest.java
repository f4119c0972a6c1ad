package org.gotm.app.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneId;
import java.util.concurrent.CountDownLatch;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;

class EventLogTest {
  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
  private final EventLog log =
      new EventLog(
          new PrintStream(bytes, true, StandardCharsets.UTF_8),
          Clock.fixed(Instant.parse("2017-08-29T15:45:58.999Z"), ZoneId.of("Europe/Berlin")),
          new Progress(System.err, 0));

  @Test
  void shouldWriteTheTimeAsTheOriginalDid() {
    log.accept("Rotating");
    log.close();

    assertThat(bytes.toString(StandardCharsets.UTF_8))
        .isEqualTo("2017/08/29 17:45:58 Rotating" + System.lineSeparator());
  }

  @Test
  void shouldStayOneLineWhenTheMessageHasMore() {
    log.accept("moved a\nb to c");
    log.close();

    assertThat(bytes.toString(StandardCharsets.UTF_8).lines())
        .containsExactly("2017/08/29 17:45:58 moved a b to c");
  }

  @Test
  void shouldNeverWaitAndCountWhatIsDroppedWhenNobodyReads() throws Exception {
    CountDownLatch read = new CountDownLatch(1);
    OutputStream blocked =
        new OutputStream() {
          @Override
          public void write(int b) {
            try {
              read.await();
            } catch (InterruptedException e) {
              throw new AssertionError(e);
            }
            bytes.write(b);
          }
        };
    EventLog stuck =
        new EventLog(
            new PrintStream(blocked, true, StandardCharsets.UTF_8),
            Clock.systemUTC(),
            new Progress(System.err, 0));

    for (int i = 0; i < 5000; i++) {
      stuck.accept("line " + i);
    }
    stuck.close(); // gives up
    read.countDown();
    await(() -> bytes.toString(StandardCharsets.UTF_8).contains("lines of the log were dropped"));

    String first = bytes.toString(StandardCharsets.UTF_8).lines().findFirst().orElseThrow();
    assertThat(first).endsWith("line 0");
  }

  private static void await(BooleanSupplier condition) throws InterruptedException {
    long deadline = System.nanoTime() + 60_000_000_000L;
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime()).isLessThan(deadline);
      Thread.sleep(10);
    }
  }
}
