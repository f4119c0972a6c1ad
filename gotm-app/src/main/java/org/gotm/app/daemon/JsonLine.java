package org.gotm.app.daemon;

import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A line of the log as an object of JSON: time (RFC 3339), level, message, and a member for each
 * {@code key=value} in the message; of one that is there twice the first counts. Numbers are
 * numbers, all else is text. See RFC 8259.
 */
final class JsonLine {
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSSxxx");
  private static final Pattern FIELD = Pattern.compile("(?<=^| )([A-Za-z][\\w-]*)=(\\S+)");
  private static final Pattern NUMBER = Pattern.compile("-?(0|[1-9]\\d{0,17})(\\.\\d+)?");

  private JsonLine() {}

  static String of(ZonedDateTime time, LogLevel level, String message) {
    Map<String, String> members = new LinkedHashMap<>();
    members.put("time", quoted(time.format(TIME)));
    members.put("level", quoted(level.word()));
    members.put("message", quoted(message));
    Matcher field = FIELD.matcher(message);
    while (field.find()) {
      members.putIfAbsent(field.group(1), value(field.group(2).replaceFirst("[:;,]+$", "")));
    }
    StringBuilder line = new StringBuilder();
    members.forEach(
        (name, value) ->
            line.append(line.isEmpty() ? '{' : ',').append(quoted(name)).append(':').append(value));
    return line.append('}').toString();
  }

  private static String value(String text) {
    return NUMBER.matcher(text).matches() ? text : quoted(text);
  }

  private static String quoted(String text) {
    StringBuilder quoted = new StringBuilder("\"");
    text.chars().forEach(c -> append(quoted, (char) c));
    return quoted.append('"').toString();
  }

  private static void append(StringBuilder quoted, char c) {
    if (c == '"' || c == '\\') {
      quoted.append('\\').append(c);
    } else if (c < ' ' || Character.isSurrogate(c)) {
      quoted.append("\\u%04x".formatted((int) c));
    } else {
      quoted.append(c);
    }
  }
}
