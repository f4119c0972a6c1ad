package org.gotm.app.cli;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.TypeConversionException;

/**
 * Refuses values that make no sense, with a line that begins with {@code name=value}.
 *
 * @param line whose values they are
 */
record Checks(CommandLine line) {
  private static final int MAX_PORT = 65535;

  void range(String name, long value, long least, long most) {
    if (value < least || value > most) {
      throw refusal(name + "=" + value + ": not from " + least + " to " + most);
    }
  }

  /** A value that may be left out, as null. */
  void optionalRange(String name, Long value, long least, long most) {
    if (value != null) {
      range(name, value, least, most);
    }
  }

  /** What a text is, when it is asked for later than others. */
  <T> T converted(String name, String text, Function<String, T> converter) {
    try {
      return converter.apply(text);
    } catch (TypeConversionException e) {
      throw refusal(name + "=" + text + ": " + e.getMessage());
    }
  }

  void positive(String name, Duration value) {
    if (value.isZero()) {
      throw refusal(name + "=0: must be above 0");
    }
  }

  /** The constant that the value is the name of, in lower case. */
  <E extends Enum<E>> E oneOf(String name, String value, Class<E> type) {
    String[] words =
        Arrays.stream(type.getEnumConstants())
            .map(constant -> constant.name().toLowerCase(Locale.ROOT))
            .toArray(String[]::new);
    return Enum.valueOf(type, word(name, value, words).toUpperCase(Locale.ROOT));
  }

  /** The value, which is one of these words. */
  String word(String name, String value, String... words) {
    if (!List.of(words).contains(value)) {
      throw refusal(name + "=" + value + ": not one of " + String.join(", ", words));
    }
    return value;
  }

  /** What is to be listened at: {@code host:port}, or {@code :port} for all addresses. */
  InetSocketAddress address(String name, String value) {
    int colon = value.lastIndexOf(':');
    String host = colon < 0 ? "" : value.substring(0, colon).replaceAll("^\\[|]$", "");
    String portText = value.substring(colon + 1);
    int port = portText.matches("\\d{1,5}") ? Integer.parseInt(portText) : -1;
    if (port < 0 || port > MAX_PORT) {
      throw refusal(name + "=" + value + ": not host:port, :port or off, with port up to 65535");
    }
    return host.isEmpty() ? new InetSocketAddress(port) : new InetSocketAddress(host, port);
  }

  ParameterException refusal(String message) {
    return new ParameterException(line, message);
  }
}
