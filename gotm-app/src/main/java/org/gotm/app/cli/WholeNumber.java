package org.gotm.app.cli;

import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Whole numbers up to 64 bits, which users are not told of in Java's words. */
final class WholeNumber implements ITypeConverter<Long> {
  @Override
  public Long convert(String text) {
    if (!text.matches("[-+]?\\d+")) {
      throw new TypeConversionException("'" + text + "' is not a whole number");
    }
    try {
      return Long.parseLong(text);
    } catch (NumberFormatException e) {
      throw new TypeConversionException("'" + text + "' is too large a number");
    }
  }
}
