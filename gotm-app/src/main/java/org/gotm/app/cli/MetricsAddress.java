package org.gotm.app.cli;

import java.net.InetSocketAddress;
import java.util.Optional;
import picocli.CommandLine;

/** What {@code -metrics-address} means. */
public final class MetricsAddress {
  private MetricsAddress() {}

  /**
   * The address of {@code host:port} or {@code :port}; none for {@code off}.
   *
   * @param line that it stands in
   * @throws picocli.CommandLine.ParameterException if it is none of these
   */
  public static Optional<InetSocketAddress> of(String value, CommandLine line) {
    boolean isOff = value.equals("off") || value.isEmpty();
    return isOff
        ? Optional.empty()
        : Optional.of(new Checks(line).address("metrics-address", value));
  }
}
