package org.gotm.store.retain;

import java.util.Locale;

/** Sizes as log lines show them. */
final class ByteText {
  private static final String UNITS = "KMGTPE";

  private ByteText() {}

  /** Such as {@code 46.5 GiB}. */
  static String of(long bytes) {
    double value = bytes;
    int unit = -1;
    while (value >= 1024) {
      value /= 1024;
      unit++;
    }
    return unit < 0
        ? bytes + " bytes"
        : String.format(Locale.ROOT, "%.1f %ciB", value, UNITS.charAt(unit));
  }
}
