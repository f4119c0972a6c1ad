package org.gotm.app.cli;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/**
 * Sizes in bytes: a plain number, or one with a unit. {@code K}, {@code KiB}, {@code M}, {@code
 * MiB} and so on count in powers of 1024, {@code KB}, {@code MB} and so on in powers of 1000.
 */
final class ByteSize implements ITypeConverter<Long> {
  private static final Pattern SIZE =
      Pattern.compile("(\\d+(?:\\.\\d+)?)\\s*(?:([KMGT])(I?B)?|B)?");
  private static final String UNITS = "KMGT";

  @Override
  public Long convert(String text) {
    return parse(text);
  }

  static long parse(String text) {
    Matcher size = SIZE.matcher(text.strip().toUpperCase(Locale.ROOT));
    if (!size.matches()) {
      throw new TypeConversionException(
          "'" + text + "' is not a size such as 65536, 64KiB or 1GiB");
    }
    int power = size.group(2) == null ? 0 : UNITS.indexOf(size.group(2)) + 1;
    long base = "B".equals(size.group(3)) ? 1000 : 1024;
    BigDecimal unit = BigDecimal.valueOf(base).pow(power);
    BigInteger bytes = new BigDecimal(size.group(1)).multiply(unit).toBigInteger();
    if (bytes.bitLength() >= Long.SIZE) {
      throw new TypeConversionException("'" + text + "' is larger than 8 EiB");
    }
    return bytes.longValue();
  }
}
