package org.gotm.app.queryclient;

import java.nio.file.Path;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Options for what sensors elsewhere are asked with. */
public final class SensorKeyOptions {
  @Spec(Spec.Target.MIXEE)
  private CommandSpec spec;

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
  public SensorKeyOptions() {}

  /**
   * What is asked with.
   *
   * @throws ParameterException if there is a key without a certificate
   */
  public SensorKeys keys() {
    if (certificate == null) {
      refuse("key", key, "only with -cert");
    }
    return new SensorKeys(certificate, key, authority);
  }

  /**
   * Makes sure that none is given, as nothing is asked with them.
   *
   * @throws ParameterException if one is
   */
  public void refuseAll(String reason) {
    refuse("cert", certificate, reason);
    refuse("key", key, reason);
    refuse("cacert", authority, reason);
  }

  private void refuse(String name, Path value, String reason) {
    if (value != null) {
      throw new ParameterException(spec.commandLine(), "%s=%s: %s".formatted(name, value, reason));
    }
  }
}
