package org.gotm.app.cli;

import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** True and false, in each spelling that Go's {@code strconv.ParseBool} takes. */
final class GoBoolean implements ITypeConverter<Boolean> {
  @Override
  public Boolean convert(String text) {
    if (isTrue(text)) {
      return true;
    }
    if (isFalse(text)) {
      return false;
    }
    throw new TypeConversionException("'" + text + "' is not a boolean");
  }

  static boolean isTrue(String text) {
    return text.matches("1|t|T|true|TRUE|True");
  }

  static boolean isFalse(String text) {
    return text.matches("0|f|F|false|FALSE|False");
  }
}
