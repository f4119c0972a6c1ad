package org.gotm.app.queryclient;

import java.util.Optional;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The option that names a sensor elsewhere. */
public final class SensorOptions {
  @Spec(Spec.Target.MIXEE)
  private CommandSpec spec;

  @Option(
      names = {"-url", "--url"},
      paramLabel = "URL",
      description =
          "Sensor that is asked: https://HOST:PORT, or unix:PATH for a socket of this machine.")
  private String url;

  /** Options that are not read yet. */
  public SensorOptions() {}

  /**
   * The sensor to ask; empty if none is named.
   *
   * @throws ParameterException if that is no address
   */
  public Optional<SensorAddress> sensor() {
    if (url == null) {
      return Optional.empty();
    }
    try {
      return Optional.of(SensorAddress.of(url));
    } catch (IllegalArgumentException e) {
      throw new ParameterException(
          spec.commandLine(), "url=%s: %s".formatted(url, e.getMessage()), e);
    }
  }
}
