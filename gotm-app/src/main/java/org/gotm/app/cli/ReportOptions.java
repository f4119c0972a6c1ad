package org.gotm.app.cli;

import java.time.Duration;
import org.gotm.app.daemon.Settings;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** What is told of the run. */
@Command(optionListHeading = "%nStatistics and metrics:%n")
final class ReportOptions {
  private static final String DEFAULT_ADDRESS = "localhost:8080";

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
    return new Settings.Report(timeInterval, MetricsAddress.of(metricsAddress, checks.line()));
  }
}
