package org.gotm.app.queryclient;

import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Options that name a sensor elsewhere, and what it is asked with. */
@Command(optionListHeading = "%nSensors elsewhere:%n")
public final class SensorOptions {
  @Spec(Spec.Target.MIXEE)
  private CommandSpec spec;

  @Option(
      names = {"-url", "--url"},
      paramLabel = "URL",
      description =
          "Sensor that is asked: https://HOST:PORT, or unix:PATH for a socket of this machine.")
  private String url;

  @Option(
      names = {"-cert", "--cert"},
      paramLabel = "FILE",
      description = "Certificate to ask with, PEM; the key may be in it.")
  private Path certificate;

  @Option(
      names = {"-key", "--key"},
      paramLabel = "FILE",
      description =
          "Its key, PEM (default: in the certificate's file, or X_key.pem beside X_cert.pem).")
  private Path key;

  @Option(
      names = {"-cacert", "--cacert"},
      paramLabel = "FILE",
      description =
          "CA of the sensor's certificate, PEM (default: ca_cert.pem beside the certificate, or whom Java trusts).")
  private Path authority;

  /** Options that are not read yet. */
  public SensorOptions() {}

  /**
   * The sensor to ask; empty if none is named.
   *
   * @throws ParameterException if they make no sense
   */
  public Optional<SensorAddress> sensor() {
    if (url == null) {
      refuse("cert", certificate, "only with -url");
      refuse("key", key, "only with -url");
      refuse("cacert", authority, "only with -url");
      return Optional.empty();
    }
    SensorAddress sensor = address();
    if (certificate == null) {
      refuse("key", key, "only with -cert");
    }
    if (!sensor.isRemote()) {
      refuse("cert", certificate, "a socket of this machine takes none");
      refuse("cacert", authority, "a socket of this machine takes none");
    }
    return Optional.of(sensor);
  }

  private SensorAddress address() {
    try {
      return SensorAddress.of(url);
    } catch (IllegalArgumentException e) {
      throw new ParameterException(
          spec.commandLine(), "url=%s: %s".formatted(url, e.getMessage()), e);
    }
  }

  private void refuse(String name, Path value, String reason) {
    if (value != null) {
      throw new ParameterException(spec.commandLine(), "%s=%s: %s".formatted(name, value, reason));
    }
  }

  /** What it is asked with. */
  public SensorKeys keys() {
    return new SensorKeys(certificate, key, authority);
  }
}
