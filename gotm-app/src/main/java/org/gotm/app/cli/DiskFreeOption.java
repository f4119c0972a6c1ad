package org.gotm.app.cli;

import java.util.Optional;
import org.gotm.app.size.ByteSize;
import org.gotm.store.retain.DiskFree;
import picocli.CommandLine.TypeConversionException;

/** A size such as {@code 50GiB}, a part of the disk such as {@code 10%}, or {@code off}. */
final class DiskFreeOption {
  private DiskFreeOption() {}

  static Optional<DiskFree> parse(String text) {
    if (text.equals("off")) {
      return Optional.empty();
    }
    return Optional.of(text.endsWith("%") ? percent(text) : new DiskFree.Bytes(bytes(text)));
  }

  private static DiskFree percent(String text) {
    String number = text.substring(0, text.length() - 1);
    double percent = number.matches("\\d{1,2}(\\.\\d+)?") ? Double.parseDouble(number) : 0;
    if (percent == 0) {
      throw new TypeConversionException("'" + text + "' is not a part such as 10%, below 100%");
    }
    return new DiskFree.Percent(percent);
  }

  private static long bytes(String text) {
    long bytes = ByteSize.parse(text);
    if (bytes == 0) {
      throw new TypeConversionException("must be above 0; off turns it off");
    }
    return bytes;
  }
}
