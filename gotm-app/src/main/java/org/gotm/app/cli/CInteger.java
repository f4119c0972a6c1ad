package org.gotm.app.cli;

import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Whole numbers as C writes them: decimal, {@code 0x101} or octal. */
final class CInteger implements ITypeConverter<Integer> {
  @Override
  public Integer convert(String text) {
    try {
      return Integer.decode(text);
    } catch (NumberFormatException e) {
      throw new TypeConversionException("'" + text + "' is not a number such as 257 or 0x101");
    }
  }
}
