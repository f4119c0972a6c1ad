package org.gotm.app.sensors;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.gotm.app.queryclient.SensorKeys;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Options that name many sensors, and say how patiently they are asked. */
public final class SensorListOptions {
  @Spec(Spec.Target.MIXEE)
  private CommandSpec spec;

  @Option(
      names = {"-sensors", "--sensors"},
      paramLabel = "FILE",
      description = {
        "Sensors that are asked all together, a line each:",
        "NAME URL [cert=FILE] [key=FILE] [cacert=FILE]."
      })
  private Path file;

  @Option(
      names = {"-at-once", "--at-once"},
      paramLabel = "N",
      defaultValue = "64",
      description =
          "Most sensors that look for their first packet at a time (default: ${DEFAULT-VALUE}).")
  private int atOnce;

  @Option(
      names = {"-timeout", "--timeout"},
      paramLabel = "SECONDS",
      defaultValue = "60",
      description = {
        "Goes on without a sensor that has kept the others waiting for so long",
        "(default: ${DEFAULT-VALUE})."
      })
  private int timeoutSeconds;

  /** Options that are not read yet. */
  public SensorListOptions() {}

  /** The file with the list, if one is named. */
  public Optional<Path> file() {
    return Optional.ofNullable(file);
  }

  /**
   * The sensors in the list.
   *
   * @param defaults what those are asked with that have no files of their own
   * @throws org.gotm.app.daemon.StartException if the list cannot be used
   */
  public List<Sensor> read(SensorKeys defaults) {
    return SensorList.read(file, defaults);
  }

  /**
   * How they are asked.
   *
   * @throws ParameterException if a value is out of its range
   */
  public Patience patience() {
    check("at-once", atOnce);
    check("timeout", timeoutSeconds);
    return new Patience(atOnce, Duration.ofSeconds(timeoutSeconds));
  }

  private void check(String name, int value) {
    if (value < 1) {
      throw new ParameterException(
          spec.commandLine(), "%s=%d: must be at least 1".formatted(name, value));
    }
  }
}
