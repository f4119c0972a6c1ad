package org.gotm.app.daemon;

import java.io.PrintStream;
import java.time.Clock;
import java.time.LocalDateTime;
import java.time.format.DateTimeFormatter;
import java.util.function.Consumer;

/** The log: lines such as {@code 2017/08/29 17:45:58 Rotating}, in local time. Any thread. */
public final class EventLog implements Consumer<String> {
  private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("yyyy/MM/dd HH:mm:ss ");

  private final PrintStream stream;
  private final Clock clock;

  /** A log that writes to a stream. */
  public EventLog(PrintStream stream, Clock clock) {
    this.stream = stream;
    this.clock = clock;
  }

  @Override
  public void accept(String message) {
    stream.println(LocalDateTime.now(clock).format(TIME) + message.replace('\n', ' '));
  }
}
