package org.gotm.app.queryserver;

/** What others send, for a line of the log or a header: printable ASCII, and not too long. */
final class EscapedText {
  private EscapedText() {}

  /** Control characters, backslashes, quotes and all that is not ASCII as escapes of Java. */
  static String of(String text, int most) {
    StringBuilder escaped = new StringBuilder();
    for (int i = 0; i < text.length(); i++) {
      if (escaped.length() >= most) {
        return escaped.append("...").toString();
      }
      char c = text.charAt(i);
      if (c < ' ' || c > '~') {
        escaped.append("\\u%04x".formatted((int) c));
      } else if (c == '\\' || c == '\'') {
        escaped.append('\\').append(c);
      } else {
        escaped.append(c);
      }
    }
    return escaped.toString();
  }

  /** The same without spaces, as one word. */
  static String word(String text, int most) {
    return text.isEmpty() ? "-" : of(text, most).replace(' ', '_');
  }
}
