package org.gotm.app.cli;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.gotm.core.failure.Reason;

/**
 * A configuration file: on each line an option's name, an equals sign and its value, as on the
 * command line but without dashes and quotes; blanks around them do not count. A flag may stand
 * alone. What may be given several times there may be here. Lines that begin with {@code #} or
 * {@code !} are comments.
 *
 * @param path where it is
 * @param entries its lines with an option
 */
record ConfigFile(Path path, List<Entry> entries) {
  private static final int MAX_BYTES = 1 << 20;

  /**
   * A line with an option.
   *
   * @param number of the line, from 1
   * @param key the name before the equals sign
   * @param value what comes behind it, or null if there is none
   */
  record Entry(int number, String key, String value) {
    /** The option, as it would be on the command line. */
    String name() {
      return (key.length() == 1 ? "-" : "--") + key;
    }

    /** Option and value, as they would be on the command line. */
    String argument() {
      return value == null ? name() : name() + "=" + value;
    }
  }

  /**
   * Reads a file.
   *
   * @throws ConfigException if that cannot be done
   */
  static ConfigFile read(Path path) {
    try (InputStream stream = Files.newInputStream(path)) {
      byte[] bytes = stream.readNBytes(MAX_BYTES + 1);
      if (bytes.length > MAX_BYTES) {
        throw new ConfigException("config=%s: longer than 1 MiB".formatted(path));
      }
      return new ConfigFile(path, parse(new String(bytes, StandardCharsets.UTF_8)));
    } catch (IOException e) {
      throw new ConfigException("config=%s: cannot be read: %s".formatted(path, Reason.of(e)));
    }
  }

  private static List<Entry> parse(String text) {
    List<Entry> entries = new ArrayList<>();
    int number = 0;
    for (String line : text.split("\\R", -1)) {
      number++;
      String words = line.strip();
      if (!words.isEmpty() && !words.startsWith("#") && !words.startsWith("!")) {
        entries.add(entry(number, words));
      }
    }
    return entries;
  }

  private static Entry entry(int number, String words) {
    int equals = words.indexOf('=');
    return equals < 0
        ? new Entry(number, words, null)
        : new Entry(
            number, words.substring(0, equals).strip(), words.substring(equals + 1).strip());
  }

  /** A message about a line, with the place in front. */
  String at(Entry entry, String message) {
    return "%s:%d: %s".formatted(path, entry.number(), message);
  }
}
