package org.gotm.app.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine.TypeConversionException;

/** The right-hand column is what time.ParseDuration of Go answers, but for days. */
class GoDurationTest {
  @ParameterizedTest
  @CsvSource({
    "300ms, PT0.3S",
    "5s, PT5S",
    "1m30s, PT1M30S",
    "1.5h, PT1H30M",
    "2h45m, PT2H45M",
    ".5s, PT0.5S",
    "1.s, PT1S",
    "0.000001ms, PT0.000000001S",
    "10us, PT0.00001S",
    "10µs, PT0.00001S",
    "10μs, PT0.00001S",
    "7ns, PT0.000000007S",
    "1s1s, PT2S",
    "300s, PT5M",
    "1d, PT24H",
    "1.5d12h, PT48H",
    "0, PT0S",
    "0s, PT0S",
    "2562047h47m16.854775807s, PT2562047H47M16.854775807S"
  })
  void shouldMeanWhatGoMeansWhenADurationOfGo(String text, Duration expected) {
    assertThat(GoDuration.parse(text)).isEqualTo(expected);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "", " ", "5", "s", "-5s", "5 s", " 5s", "5s ", "5sx", "x5s", "1e3s", "5S", "1D", "d", ".s",
        "..5s", "1m-30s", "PT5S", "٣s"
      })
  void shouldRefuseWhenNotADuration(String text) {
    assertThatExceptionOfType(TypeConversionException.class)
        .isThrownBy(() -> GoDuration.parse(text))
        .withMessage("'" + text + "' is not a duration such as 300ms, 5s or 1m30s");
  }

  @ParameterizedTest
  @ValueSource(strings = {"2562047h47m16.854775808s", "9999999999999999999999s", "300000000m"})
  void shouldRefuseWhenMoreThan64BitsOfNanoseconds(String text) {
    assertThatExceptionOfType(TypeConversionException.class)
        .isThrownBy(() -> GoDuration.parse(text))
        .withMessage("'" + text + "' is longer than 292 years");
  }
}
