package org.gotm.app.queryserver;

import java.util.function.Consumer;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.logging.SimpleFormatter;
import org.gotm.app.log.CauseLog;

/** What the server's library warns of, in the log of the recorder, once a minute each. */
final class JettyLog extends Handler {
  /** Kept, as java.util.logging forgets loggers that nobody has. */
  private static final Logger LOGGER = Logger.getLogger("org.eclipse.jetty");

  private final SimpleFormatter formatter = new SimpleFormatter();
  private final CauseLog log;

  private JettyLog(Consumer<String> log) {
    this.log = new CauseLog(log, System::nanoTime);
  }

  /** From now on warnings go to the log, and all else nowhere. */
  static void install(Consumer<String> log) {
    LOGGER.setUseParentHandlers(false);
    LOGGER.setLevel(Level.WARNING);
    for (Handler handler : LOGGER.getHandlers()) {
      LOGGER.removeHandler(handler);
    }
    LOGGER.addHandler(new JettyLog(log));
  }

  @Override
  public void publish(LogRecord record) {
    Throwable thrown = record.getThrown();
    String message = formatter.formatMessage(record) + (thrown == null ? "" : ": " + thrown);
    log.say(record.getLoggerName(), "query server trouble: " + EscapedText.of(message, 500));
  }

  @Override
  public void flush() {}

  @Override
  public void close() {}
}
