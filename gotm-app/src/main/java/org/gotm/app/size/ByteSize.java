package org.gotm.app.size;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/**
 * Sizes in bytes: a plain number, or one with a unit. {@code K}, {@code KiB}, {@code M}, {@code
 * MiB} and so on count in powers of 1024, {@code KB}, {@code MB} and so on in powers of 1000. A
 * plain number may be hexadecimal, {@code 0x2000}.
 */
public final class ByteSize implements ITypeConverter<Long> {
  private static final Pattern SIZE =
      Pattern.compile("(\\d+(?:\\.\\d+)?)\\s*(?:([KMGT])(I?B)?|B)?");
  private static final String UNITS = "KMGT";

  /** A converter. */
  public ByteSize() {}

  @Override
  public Long convert(String text) {
    return parse(text);
  }

  /**
   * The bytes that a text says.
   *
   * @throws TypeConversionException if it is no size
   */
  public static long parse(String text) {
    BigInteger bytes = bytes(text.strip().toUpperCase(Locale.ROOT));
    if (bytes == null) {
      throw new TypeConversionException(
          "'" + text + "' is not a size such as 65536, 64KiB or 1GiB");
    }
    if (bytes.bitLength() >= Long.SIZE) {
      throw new TypeConversionException("'" + text + "' is larger than 8 EiB");
    }
    return bytes.longValue();
  }

  /** The size, or null if the text is none. */
  private static BigInteger bytes(String text) {
    if (text.matches("0X[0-9A-F]+")) {
      return new BigInteger(text.substring(2), 16);
    }
    Matcher size = SIZE.matcher(text);
    if (!size.matches()) {
      return null;
    }
    int power = size.group(2) == null ? 0 : UNITS.indexOf(size.group(2)) + 1;
    long base = "B".equals(size.group(3)) ? 1000 : 1024;
    BigDecimal unit = BigDecimal.valueOf(base).pow(power);
    return new BigDecimal(size.group(1)).multiply(unit).toBigInteger();
  }
}
