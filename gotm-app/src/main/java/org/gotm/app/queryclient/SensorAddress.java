package org.gotm.app.queryclient;

import java.net.URI;
import java.nio.file.Path;

/**
 * Where a sensor answers queries.
 *
 * @param text as it was given, for messages
 * @param endpoint what is asked; of a socket the machine's own name
 * @param socket a Unix socket of this machine, or null if the sensor is asked over the network
 */
public record SensorAddress(String text, URI endpoint, Path socket) {
  private static final String UNIX = "unix:";
  private static final String QUERY = "/query";

  /**
   * An address such as {@code https://sensor:1234} or {@code unix:/run/gotm/query.sock}.
   *
   * @throws IllegalArgumentException if it is none; the message says why
   */
  public static SensorAddress of(String text) {
    if (text.startsWith(UNIX) && text.length() > UNIX.length()) {
      URI local = URI.create("http://localhost" + QUERY);
      return new SensorAddress(text, local, Path.of(text.substring(UNIX.length())));
    }
    URI uri = URI.create(text); // its message says what is wrong
    boolean isRoot = uri.getRawPath() == null || uri.getRawPath().matches("/?");
    boolean hasMore = uri.getRawQuery() != null || uri.getRawUserInfo() != null;
    if (!"https".equalsIgnoreCase(uri.getScheme()) || uri.getHost() == null || !isRoot || hasMore) {
      throw new IllegalArgumentException("not like https://sensor:1234 or unix:/path");
    }
    return new SensorAddress(text, uri.resolve(QUERY), null);
  }

  /** Whether it is asked over the network, with certificates. */
  public boolean isRemote() {
    return socket == null;
  }
}
