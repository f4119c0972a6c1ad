package org.gotm.app.cli;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Optional;
import org.gotm.app.daemon.Settings;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** What is told of the run. */
@Command(optionListHeading = "%nStatistics and metrics:%n")
final class ReportOptions {
  private static final String DEFAULT_ADDRESS = "localhost:8080";
  private static final int MAX_PORT = 65535;

  @Option(
      names = {"-timeinterval", "--timeinterval"},
      paramLabel = "DURATION",
      defaultValue = "5s",
      converter = GoDuration.class,
      description = "Interval of statistics lines (default: ${DEFAULT-VALUE}).")
  private Duration timeInterval;

  @Option(
      names = {"-metrics-address", "--metrics-address"},
      paramLabel = "HOST:PORT",
      description = {
        "Where /metrics, /healthz and, at /, a page to look at are; :9102, host:port or off",
        "(default: " + DEFAULT_ADDRESS + "; off when files are read)."
      })
  private String metricsAddress;

  Settings.Report settings(Checks checks, boolean offline) {
    checks.positive("timeinterval", timeInterval);
    if (metricsAddress == null) {
      metricsAddress = offline ? "off" : DEFAULT_ADDRESS;
    }
    return new Settings.Report(timeInterval, metricsAddress(checks));
  }

  private Optional<InetSocketAddress> metricsAddress(Checks checks) {
    if (metricsAddress.equals("off") || metricsAddress.isEmpty()) {
      return Optional.empty();
    }
    int colon = metricsAddress.lastIndexOf(':');
    String host = colon < 0 ? "" : metricsAddress.substring(0, colon).replaceAll("^\\[|]$", "");
    String portText = metricsAddress.substring(colon + 1);
    int port = portText.matches("\\d{1,5}") ? Integer.parseInt(portText) : -1;
    if (port < 0 || port > MAX_PORT) {
      throw checks.refusal(
          "metrics-address="
              + metricsAddress
              + ": not host:port, :port or off, with port up to 65535");
    }
    return Optional.of(
        host.isEmpty() ? new InetSocketAddress(port) : new InetSocketAddress(host, port));
  }
}
