package org.gotm.ffm.snf;

import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.gotm.core.source.PacketSourceException;
import org.gotm.ffm.snf.generated.snf_h;

/**
 * What a user's name for an interface means to {@code snf_open}.
 *
 * @param number of the port, or a bit mask of ports if they are merged
 * @param flags the flags asked for, -1 for the library's; with merging if the name says so
 */
record SnfPort(int number, int flags) {
  private static final Pattern BY_NUMBER = Pattern.compile("snf(?:10g)?([0-9]{1,9})");
  private static final Pattern JOIN = Pattern.compile("\\+");

  /** True if several ports are merged, so that {@link #number} is a bit mask. */
  boolean isMask() {
    return isMask(flags);
  }

  private static boolean isMask(int flags) {
    return flags >= 0 && (flags & snf_h.SNF_F_AGGREGATE_PORTMASK()) != 0;
  }

  /**
   * Finds the port that the name means.
   *
   * @param flags for {@code snf_open}, -1 for the library's
   * @throws PacketSourceException if no port goes by that name; the message lists those there are
   */
  static SnfPort of(String name, int flags, List<SnfInterface> interfaces) {
    int port = portOf(name, interfaces);
    if (port >= 0) {
      return new SnfPort(isMask(flags) ? 1 << port : port, flags);
    }
    Matcher byNumber = BY_NUMBER.matcher(name);
    if (byNumber.matches()) {
      return new SnfPort(Integer.parseInt(byNumber.group(1)), flags);
    }
    int mask = 0;
    for (String part : JOIN.split(name, -1)) {
      int joined = portOrNumber(part, interfaces);
      if (joined < 0 || joined >= Integer.SIZE || part.equals(name)) {
        throw unknown(name, part, interfaces);
      }
      mask |= 1 << joined;
    }
    return new SnfPort(mask, Math.max(flags, 0) | snf_h.SNF_F_AGGREGATE_PORTMASK());
  }

  /** True if {@link #of} finds the name among these interfaces, or can tell a port from it. */
  static boolean isMeantBy(String name, List<SnfInterface> interfaces) {
    if (interfaces.isEmpty()) {
      return false;
    }
    return portOf(name, interfaces) >= 0
        || Stream.of(JOIN.split(name, -1)).allMatch(part -> portOrNumber(part, interfaces) >= 0);
  }

  private static int portOf(String name, List<SnfInterface> interfaces) {
    for (SnfInterface candidate : interfaces) {
      if (candidate.name().equals(name)) {
        return candidate.port();
      }
    }
    return -1;
  }

  private static int portOrNumber(String name, List<SnfInterface> interfaces) {
    Matcher byNumber = BY_NUMBER.matcher(name);
    int port = portOf(name, interfaces);
    return port < 0 && byNumber.matches() ? Integer.parseInt(byNumber.group(1)) : port;
  }

  private static PacketSourceException unknown(
      String name, String part, List<SnfInterface> interfaces) {
    String known =
        interfaces.stream()
            .map(each -> "%s (snf%d)".formatted(each.name(), each.port()))
            .collect(Collectors.joining(", "));
    return new PacketSourceException(
        "interface=%s: %s is not an interface of SNF; %s"
            .formatted(
                name,
                part,
                known.isEmpty()
                    ? "the library lists none: is the SNF driver loaded"
                        + " (/opt/snf/sbin/myri_start_stop start)?"
                    : "choose from: " + known));
  }
}
