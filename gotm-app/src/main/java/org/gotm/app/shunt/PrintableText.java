package org.gotm.app.shunt;

import java.nio.charset.StandardCharsets;

/** What another program says, as one line for the log. */
final class PrintableText {
  private PrintableText() {}

  /** Bytes as UTF-8, line ends as spaces; what would steer a terminal is a question mark. */
  static String of(byte[] bytes, int length) {
    return new String(bytes, 0, length, StandardCharsets.UTF_8)
        .strip()
        .replaceAll("[\\r\\n\\t]+", " ")
        .replaceAll("\\p{C}", "?");
  }
}
