package org.gotm.app.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import org.gotm.store.api.Compression;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine.TypeConversionException;

class CompressionOptionTest {
  private final CompressionOption option = new CompressionOption();

  @Test
  void shouldTakeTheLevelOfTheToolWhenNoneIsGiven() {
    assertThat(option.convert("gzip")).isEqualTo(new Compression.Gzip(6));
    assertThat(option.convert("zstd")).isEqualTo(new Compression.Zstd(3));
  }

  @ParameterizedTest
  @ValueSource(strings = {"true", "1", "t", "T", "TRUE", "True"})
  void shouldMeanGzipWhenTrueAsGoWritesAFlag(String text) {
    assertThat(option.convert(text)).isEqualTo(new Compression.Gzip(6));
  }

  @ParameterizedTest
  @ValueSource(strings = {"off", "none", "false", "0", "f", "F", "FALSE", "False"})
  void shouldNotCompressWhenOff(String text) {
    assertThat(option.convert(text)).isEqualTo(new Compression.None());
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 19})
  void shouldTakeTheLevelWhenZstdHasIt(int level) {
    assertThat(option.convert("zstd:" + level)).isEqualTo(new Compression.Zstd(level));
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 9})
  void shouldTakeTheLevelWhenGzipHasIt(int level) {
    assertThat(option.convert("gzip:" + level)).isEqualTo(new Compression.Gzip(level));
  }

  @ParameterizedTest
  @CsvSource({
    "zstd:0, the level must be 1 to 19",
    "zstd:20, the level must be 1 to 19",
    "zstd:-3, the level must be 1 to 19",
    "gzip:0, the level must be 1 to 9",
    "gzip:10, the level must be 1 to 9",
    "gzip:x, 'gzip:x' has a level that is not a number",
    "zstd:, 'zstd:' has a level that is not a number",
    "zstd:99999999999, 'zstd:99999999999' has a level that is not a number"
  })
  void shouldRefuseWhenTheLevelIsNone(String text, String message) {
    assertThatExceptionOfType(TypeConversionException.class)
        .isThrownBy(() -> option.convert(text))
        .withMessage(message);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "lz4", "GZIP", "off:3", ":3", "zstd3"})
  void shouldRefuseWhenTheCodecIsNone(String text) {
    assertThatExceptionOfType(TypeConversionException.class)
        .isThrownBy(() -> option.convert(text))
        .withMessage("'" + text + "' is not gzip, zstd or off, with a level as in zstd:3");
  }
}
