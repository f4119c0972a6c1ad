package org.gotm.app.queryserver;

import java.util.Locale;

/** Whole numbers as Go's ParseInt reads them with base 0: {@code 16}, {@code 0x10}, {@code 020}. */
final class GoInteger {
  private GoInteger() {}

  /**
   * The number, from 0 to 2^63-1.
   *
   * @throws NumberFormatException if it is none
   */
  static long parse(String text) {
    String digits = text.toLowerCase(Locale.ROOT);
    int radix = 10;
    if (digits.matches("0[xob].+")) {
      radix = digits.charAt(1) == 'x' ? 16 : digits.charAt(1) == 'o' ? 8 : 2;
      digits = digits.substring(2);
    } else if (digits.matches("0.+")) {
      radix = 8;
    }
    if (!digits.matches("[0-9a-f]+")) {
      throw new NumberFormatException(text);
    }
    return Long.parseLong(digits, radix);
  }
}
