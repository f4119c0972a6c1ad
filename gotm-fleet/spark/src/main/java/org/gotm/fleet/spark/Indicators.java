package org.gotm.fleet.spark;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.gotm.app.daemon.StartException;
import org.gotm.core.failure.Reason;
import org.gotm.core.packet.AddressText;

/**
 * What to look for: addresses, networks and Community IDs, one a line; {@code #} begins a comment.
 *
 * @param addresses as flow records spell them
 * @param networks as they were given
 * @param communityIds as they were given
 */
record Indicators(Set<String> addresses, List<Network> networks, Set<String> communityIds) {
  private static final long LARGEST_BYTES = 64 << 20;
  private static final Pattern COMMUNITY_ID = Pattern.compile("1:[A-Za-z0-9+/]{27}=");
  private static final Pattern ADDRESS =
      Pattern.compile("[0-9]+([.][0-9]+){3}|[0-9a-fA-F]*:[0-9a-fA-F.:]*");

  /**
   * Reads a list.
   *
   * @throws StartException if it cannot be read, or a line is none of the three; one line
   */
  static Indicators read(Path file) {
    Indicators all =
        new Indicators(new LinkedHashSet<>(), new ArrayList<>(), new LinkedHashSet<>());
    try {
      if (Files.size(file) > LARGEST_BYTES) {
        throw new StartException("indicators=%s: larger than 64 MiB".formatted(file));
      }
      int number = 0;
      for (String line : Files.readAllLines(file)) {
        number++;
        String word = line.replaceFirst("#.*", "").strip();
        if (!word.isEmpty() && !all.take(word)) {
          throw new StartException(
              "indicators=%s:%d: not an address, a network or a Community ID"
                  .formatted(file, number));
        }
      }
    } catch (IOException e) {
      throw new StartException(
          "indicators=%s: cannot be read: %s".formatted(file, Reason.of(e)), e);
    }
    return all;
  }

  private boolean take(String word) {
    if (COMMUNITY_ID.matcher(word).matches()) {
      return communityIds.add(word) || true;
    }
    int slash = word.indexOf('/');
    InetAddress address = address(slash < 0 ? word : word.substring(0, slash));
    if (address == null) {
      return false;
    }
    if (slash < 0) {
      addresses.add(AddressText.of(address.getAddress()));
      return true;
    }
    String length = word.substring(slash + 1);
    if (!length.matches("[0-9]{1,3}")
        || Integer.parseInt(length) > address.getAddress().length * 8) {
      return false;
    }
    return networks.add(new Network(address.getAddress(), Integer.parseInt(length)));
  }

  /** The address that a text is; null if it is a name, which is not looked up. */
  static InetAddress address(String text) {
    try {
      return ADDRESS.matcher(text).matches() ? InetAddress.ofLiteral(text) : null;
    } catch (IllegalArgumentException e) {
      return null;
    }
  }
}
