package org.gotm.app.queryserver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class GoIntegerTest {
  @ParameterizedTest
  @CsvSource({
    "0, 0",
    "16, 16",
    "0x10, 16",
    "0XfF, 255",
    "010, 8",
    "0o10, 8",
    "0b11, 3",
    "9223372036854775807, 9223372036854775807"
  })
  void shouldReadWhatGoReads(String text, long value) {
    assertThat(GoInteger.parse(text)).isEqualTo(value);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "x", "-1", "1e3", "08", "0x", "9223372036854775808", "1 "})
  void shouldRefuseWhatIsNoSuchNumber(String text) {
    assertThatThrownBy(() -> GoInteger.parse(text)).isInstanceOf(NumberFormatException.class);
  }
}
