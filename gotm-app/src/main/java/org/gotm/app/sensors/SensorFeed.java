package org.gotm.app.sensors;

import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import org.gotm.app.queryclient.PassingException;
import org.gotm.app.queryclient.QueryRefusedException;
import org.gotm.app.queryclient.SensorAnswer;
import org.gotm.app.queryclient.SensorQuery;
import org.gotm.core.source.PacketBatch;
import org.gotm.store.query.AnswerFormat;
import org.gotm.store.query.Limits;

/**
 * Asks one sensor, and hands its packets to the merge, a few at a time: it reads on when they are
 * taken. Runs on a thread of its own, which an interrupt ends.
 */
final class SensorFeed {
  private static final int RETRIES = 2;
  private static final Duration LEAST_WAIT = Duration.ofSeconds(1);

  /** Packets and bytes that are handed over at a time; a single packet may be larger. */
  private static final int MOST_PACKETS = 128;

  private static final int MOST_BYTES = 1 << 14;

  private final Sensor sensor;
  private final Question question;
  private final Semaphore turns;
  private final Duration timeout;
  private final FeedQueue queue;
  private boolean hasTurn;

  /**
   * What all sensors are asked.
   *
   * @param query in their language
   * @param limits of each answer
   */
  record Question(String query, Limits limits) {}

  /**
   * A feed that has not begun.
   *
   * @param turns to look for the first packet
   * @param timeout more than that it does not wait before it asks again
   * @param queue what the merge takes from
   */
  SensorFeed(Sensor sensor, Question question, Semaphore turns, Duration timeout, FeedQueue queue) {
    this.sensor = sensor;
    this.question = question;
    this.turns = turns;
    this.timeout = timeout;
    this.queue = queue;
  }

  /** Asks by a client that is made where it is needed first. */
  void run(SensorClients clients) {
    try {
      turns.acquire();
      hasTurn = true;
      queue.begin(System.nanoTime());
      queue.end(trouble(ask(new SensorQuery(sensor.address(), clients.of(sensor)))), null);
    } catch (QueryRefusedException e) {
      queue.end("refuses the query: " + e.getMessage(), e);
    } catch (Throwable e) {
      queue.end(reason(e), null);
    } finally {
      giveTurn();
    }
  }

  /** Without the address: the name says enough, and who asks a server may not know more. */
  private String reason(Throwable e) {
    String prefix = "url=%s: ".formatted(sensor.address().text());
    String message = e.getMessage() == null ? e.toString() : e.getMessage();
    return message.startsWith(prefix) ? message.substring(prefix.length()) : message;
  }

  private static String trouble(SensorAnswer said) {
    if (!said.answer().isComplete()) {
      return "cut short there: " + said.answer().cutShort();
    }
    long leftOut = said.answer().leftOut();
    return leftOut > 0
        ? "left out %d packets of other link types".formatted(leftOut)
        : said.partial();
  }

  private SensorAnswer ask(SensorQuery query) throws IOException, InterruptedException {
    for (int retries = RETRIES; ; retries--) {
      try {
        return query.ask(question.query(), question.limits(), AnswerFormat.PCAPNG, this::read);
      } catch (PassingException e) {
        Duration wait = e.waitTime().compareTo(LEAST_WAIT) < 0 ? LEAST_WAIT : e.waitTime();
        if (retries == 0 || wait.compareTo(timeout) >= 0) {
          throw e;
        }
        queue.setTrouble(reason(e));
        Thread.sleep(wait);
      }
    }
  }

  private void read(InputStream body) throws IOException {
    new AnswerPackets().read(body, this::take);
  }

  private void take(PacketBatch batch, int linkType) {
    for (int i = 0; i < batch.count(); i++) {
      queue.add(batch, i, linkType);
      if (queue.filling().count() >= MOST_PACKETS || queue.filling().length() >= MOST_BYTES) {
        handOver();
      }
    }
    if (!queue.filling().isEmpty()) {
      handOver();
    }
  }

  private void handOver() {
    queue.handOver();
    giveTurn();
  }

  private void giveTurn() {
    if (hasTurn) {
      hasTurn = false;
      turns.release();
    }
  }
}
