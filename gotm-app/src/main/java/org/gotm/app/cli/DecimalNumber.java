package org.gotm.app.cli;

import java.math.BigInteger;

/**
 * Numbers with a decimal point, as they stand before a unit. BigDecimal would take 20 ms of the
 * start, which it needs to initialise itself.
 */
final class DecimalNumber {
  private static final BigInteger MAX_LONG = BigInteger.valueOf(Long.MAX_VALUE);

  private DecimalNumber() {}

  /**
   * The number, digits with at most one point, times the unit; less than a whole one is cut off.
   */
  static BigInteger times(String number, long unit) {
    int point = number.indexOf('.');
    int places = point < 0 ? 0 : number.length() - 1 - point;
    return new BigInteger(number.replace(".", ""))
        .multiply(BigInteger.valueOf(unit))
        .divide(BigInteger.TEN.pow(places));
  }

  /** True if the number, not negative, is too large for a long. */
  static boolean isTooLarge(BigInteger number) {
    return number.compareTo(MAX_LONG) > 0;
  }
}
