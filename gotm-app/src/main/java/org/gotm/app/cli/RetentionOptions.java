package org.gotm.app.cli;

import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;
import org.gotm.app.size.ByteSize;
import org.gotm.store.retain.DiskFree;
import org.gotm.store.retain.Retention;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** When the oldest finished files are deleted. */
@Command(optionListHeading = "%nDeleting the oldest files:%n")
final class RetentionOptions {
  private static final String OFF = "off";

  @Option(
      names = {"-diskfree", "--diskfree"},
      paramLabel = "SIZE|PART%",
      defaultValue = OFF,
      description = {
        "Keep a size, or a part of the disk in percent, free, whoever fills it",
        "(default: ${DEFAULT-VALUE})."
      })
  private String diskFree;

  @Option(
      names = {"-diskbudget", "--diskbudget"},
      paramLabel = "SIZE",
      defaultValue = OFF,
      description = {
        "Let the finished files of a folder take no more than this",
        "(default: ${DEFAULT-VALUE})."
      })
  private String diskBudget;

  @Option(
      names = {"-maxage", "--maxage"},
      paramLabel = "DURATION",
      defaultValue = OFF,
      description = "Delete files that are older, by their names (default: ${DEFAULT-VALUE}).")
  private String maxAge;

  Retention settings(Checks checks) {
    Optional<DiskFree> free = checks.converted("diskfree", diskFree, DiskFreeOption::parse);
    return new Retention(free, budget(checks), age(checks));
  }

  private OptionalLong budget(Checks checks) {
    if (diskBudget.equals(OFF)) {
      return OptionalLong.empty();
    }
    long bytes = checks.converted("diskbudget", diskBudget, ByteSize::parse);
    checks.range("diskbudget", bytes, 1, Long.MAX_VALUE);
    return OptionalLong.of(bytes);
  }

  private Optional<Duration> age(Checks checks) {
    if (maxAge.equals(OFF)) {
      return Optional.empty();
    }
    Duration age = checks.converted("maxage", maxAge, GoDuration::parse);
    checks.positive("maxage", age);
    return Optional.of(age);
  }
}
