package org.gotm.app.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.gotm.app.cli.CommandRig.refusal;
import static org.gotm.app.cli.CommandRig.settings;
import static org.gotm.app.cli.CommandRig.settingsOf;

import java.time.Duration;
import org.gotm.store.retain.DiskFree;
import org.gotm.store.retain.Retention;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RetentionOptionsTest {
  @Test
  void shouldTakeAllLimitsTogether() {
    assertThat(settingsOf("-diskfree 50GiB -diskbudget 2TiB -maxage 30d").retention())
        .isEqualTo(
            Retention.none()
                .withDiskFree(new DiskFree.Bytes(50L << 30))
                .withDiskBudget(2L << 40)
                .withMaxAge(Duration.ofDays(30)));
  }

  @ParameterizedTest
  @CsvSource({"10%, 10", "2.5%, 2.5", "99.9%, 99.9"})
  void shouldTakeAPartOfTheDisk(String text, double percent) {
    assertThat(settings("-diskfree", text).retention())
        .isEqualTo(Retention.none().withDiskFree(new DiskFree.Percent(percent)));
  }

  @Test
  void shouldTurnALimitOffAgainThatWasGivenBefore() {
    assertThat(
            settingsOf(
                    "-diskfree 10% -diskbudget 1G -maxage 1d -diskfree off -diskbudget=off -maxage"
                        + " off")
                .retention())
        .isEqualTo(Retention.none());
  }

  @ParameterizedTest
  @CsvSource({
    "diskfree, 0%, '''0%'' is not a part such as 10%, below 100%'",
    "diskfree, 100%, '''100%'' is not a part such as 10%, below 100%'",
    "diskfree, x%, '''x%'' is not a part such as 10%, below 100%'",
    "diskfree, 0, must be above 0; off turns it off",
    "diskfree, much, '''much'' is not a size such as 65536, 64KiB or 1GiB'",
    "diskbudget, 10%, '''10%'' is not a size such as 65536, 64KiB or 1GiB'",
    "diskbudget, 0, not from 1 to 9223372036854775807",
    "maxage, 30, '''30'' is not a duration such as 300ms, 5s or 1m30s'",
    "maxage, 0, must be above 0"
  })
  void shouldRefuseALimitThatMakesNoSense(String name, String value, String message) {
    assertThat(refusal("-" + name, value)).isEqualTo(name + "=" + value + ": " + message);
  }
}
