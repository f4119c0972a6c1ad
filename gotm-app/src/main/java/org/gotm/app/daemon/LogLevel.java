package org.gotm.app.daemon;

import java.util.Locale;
import java.util.regex.Pattern;

/**
 * How bad a line of the log is. Those who log are told apart by their words, which are the same in
 * every format: parts that are used without gotm, too, know no levels.
 */
enum LogLevel {
  /** Packets or the process are lost, or the start is refused. */
  ERROR(3),
  /** Somebody should look at it. */
  WARNING(4),
  /** The course of things. */
  INFO(6);

  private static final Pattern ERRORS =
      Pattern.compile("^gotm: |has failed|trouble: stopped|^giving up");

  private static final Pattern WARNINGS =
      Pattern.compile(
          "trouble: |cannot |failed|left alone|damaged|stay as they are|not all mended|were dropped"
              + "|takes a restart|does not count|joins packets before|^waiting for|^running as root|another user|goes on without"
              + "| lost=[1-9]");

  private final int priority;

  LogLevel(int priority) {
    this.priority = priority;
  }

  /** The part of a line that has what strangers have asked, who have no say. */
  private static final String ASKED = " (?:reason|query)='.*";

  /** The level of a message. */
  static LogLevel of(String line) {
    String message = line.startsWith("query who=") ? line.replaceFirst(ASKED, "") : line;
    if (ERRORS.matcher(message).find()) {
      return ERROR;
    }
    return WARNINGS.matcher(message).find() ? WARNING : INFO;
  }

  /** What the journal finds in front of a line, see sd-daemon(3). */
  String prefix() {
    return "<" + priority + ">";
  }

  /** The word for it in JSON. */
  String word() {
    return name().toLowerCase(Locale.ROOT);
  }
}
