package org.gotm.app.cli;

import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/**
 * Whole numbers up to 64 bits, decimal or as {@code 0x64}, which users are not told of in Java's
 * words.
 */
final class WholeNumber implements ITypeConverter<Long> {
  @Override
  public Long convert(String text) {
    return parse(text);
  }

  static long parse(String text) {
    boolean isHex = text.matches("0[xX][0-9a-fA-F]+");
    if (!isHex && !text.matches("[-+]?\\d+")) {
      throw new TypeConversionException("'" + text + "' is not a whole number");
    }
    try {
      return isHex ? Long.parseLong(text.substring(2), 16) : Long.parseLong(text);
    } catch (NumberFormatException e) {
      throw new TypeConversionException("'" + text + "' is too large a number");
    }
  }
}
