package org.gotm.fleet.lake;

import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.regex.Pattern;

/**
 * Where a sensor's part of the table is.
 *
 * @param folder of the table
 * @param sensor its name, which is a folder's, too
 */
record Lake(Path folder, String sensor) {
  private static final int SECONDS_PER_HOUR = 3600;
  private static final DateTimeFormatter HOUR =
      DateTimeFormatter.ofPattern("'date='uuuu-MM-dd'/hour='HH");

  /** Engines take what stands in a path for a number or a date if it looks so. */
  private static final Pattern NAME =
      Pattern.compile("(?=[^A-Za-z]*[A-Za-z])[A-Za-z0-9][A-Za-z0-9._-]{0,62}");

  /** Whether a sensor may be called so: a host name may, and nothing that leads elsewhere. */
  static boolean isName(String name) {
    return NAME.matcher(name).matches();
  }

  /** The folder of what began within an hour, counted from 1970. */
  Path partition(long hour) {
    ZonedDateTime start = Instant.ofEpochSecond(hour * SECONDS_PER_HOUR).atZone(ZoneOffset.UTC);
    return folder.resolve(HOUR.format(start)).resolve("sensor=" + sensor);
  }

  /** The folder of what is not finished; other programs pass over names that begin with a dot. */
  Path workFolder() {
    return folder.resolve(".sensor=" + sensor);
  }
}
