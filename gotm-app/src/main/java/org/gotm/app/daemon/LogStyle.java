package org.gotm.app.daemon;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Map;

/**
 * How messages become lines of the log. Any thread.
 *
 * @param format of the lines
 * @param isJournal true if the journal of systemd reads them, which takes priorities in text, and
 *     has the time itself
 */
public record LogStyle(LogFormat format, boolean isJournal) {
  private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("yyyy/MM/dd HH:mm:ss ");

  /** The style on this process's standard error. */
  public static LogStyle of(LogFormat format, Map<String, String> environment) {
    return new LogStyle(format, isStandardError(environment.get("JOURNAL_STREAM")));
  }

  /**
   * True if standard error is what the variable names as {@code device:inode}: a program that a
   * service starts inherits the variable, too, when its output goes elsewhere.
   */
  private static boolean isStandardError(String journalStream) {
    if (journalStream == null) {
      return false;
    }
    try {
      Map<String, Object> found = Files.readAttributes(Path.of("/proc/self/fd/2"), "unix:dev,ino");
      return journalStream.equals(found.get("dev") + ":" + found.get("ino"));
    } catch (IOException e) {
      return false; // standard error is closed, so nobody reads it
    }
  }

  /** A line of the log. */
  String line(ZonedDateTime time, String message) {
    String words = message.replace('\n', ' ');
    return format == LogFormat.JSON
        ? JsonLine.of(time, LogLevel.of(words), words)
        : isJournal ? prefix(words) + words : time.format(TIME) + words;
  }

  /**
   * A line of the process itself, which has come to its end: as text it has no time.
   *
   * @param message beginning with {@code gotm: }
   */
  public String lastLine(ZonedDateTime time, String message) {
    return format == LogFormat.JSON ? line(time, message) : prefix(message) + message;
  }

  private String prefix(String message) {
    return isJournal ? LogLevel.of(message).prefix() : "";
  }
}
