package org.gotm.app.size;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine.TypeConversionException;

class ByteSizeTest {
  @ParameterizedTest
  @CsvSource({
    "0, 0",
    "1, 1",
    "65536, 65536",
    "65536B, 65536",
    "64KiB, 65536",
    "64kib, 65536",
    "64K, 65536",
    "64k, 65536",
    "64KB, 64000",
    "64 KiB, 65536",
    "1.5KiB, 1536",
    "0.29KB, 290",
    "1.0009KB, 1000",
    "1MiB, 1048576",
    "1MB, 1000000",
    "1GiB, 1073741824",
    "2G, 2147483648",
    "1TiB, 1099511627776",
    "0x10, 16",
    "0X2000, 8192",
    "0x7fffffffffffffff, 9223372036854775807",
    "9223372036854775807, 9223372036854775807"
  })
  void shouldCountBytesWhenASize(String text, long expected) {
    assertThat(ByteSize.parse(text)).isEqualTo(expected);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "", " ", "-1", "+1", "KiB", "1KiBB", "1XB", "1iB", "0x", "0xg", "0x10K", "1e3", ".5K",
        "1,5K", "1K1K"
      })
  void shouldRefuseWhenNotASize(String text) {
    assertThatExceptionOfType(TypeConversionException.class)
        .isThrownBy(() -> ByteSize.parse(text))
        .withMessage("'" + text + "' is not a size such as 65536, 64KiB or 1GiB");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "9223372036854775808",
        "0x8000000000000000",
        "8388608TiB",
        "99999999999999999999999GiB"
      })
  void shouldRefuseWhenMoreThan63Bits(String text) {
    assertThatExceptionOfType(TypeConversionException.class)
        .isThrownBy(() -> ByteSize.parse(text))
        .withMessage("'" + text + "' is larger than 8 EiB");
  }
}
