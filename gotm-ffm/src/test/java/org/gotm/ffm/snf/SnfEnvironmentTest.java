package org.gotm.ffm.snf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SnfEnvironmentTest {
  private static final SnfOptions ENS1 = SnfOptions.of("ens1");

  private static SnfOptions resolve(SnfOptions options, Map<String, String> variables) {
    return new SnfEnvironment(variables).resolve(options);
  }

  @ParameterizedTest
  @CsvSource({"257, 257", "0x101, 257", "0401, 257", "' 0x1 ', 1", "0, 0", "-1, -1"})
  void shouldReadFlagsAsCWritesNumbers(String text, int flags) {
    assertThat(resolve(ENS1, Map.of("SNF_FLAGS", text)).flags()).isEqualTo(flags);
  }

  @ParameterizedTest
  @CsvSource({"8, 8", "0, 1", "-3, 1", "'', 1"})
  void shouldOpenAsManyRingsAsTheVariableSays(String text, int rings) {
    assertThat(resolve(ENS1, Map.of("SNF_NUM_RINGS", text)).rings()).isEqualTo(rings);
  }

  @ParameterizedTest
  @CsvSource({
    "4096MB, 4294967296",
    "4096, 4294967296",
    "1048576, 1048576",
    "0x100000000, 4294967296",
    "34359738368, 34359738368",
    "'', 268435456",
    "much, 268435456",
  })
  void shouldReadTheSizeOfTheDataRing(String text, long bytes) {
    SnfEnvironment environment = new SnfEnvironment(Map.of("SNF_DATARING_SIZE", text));

    assertThat(environment.ringBytes(environment.resolve(ENS1))).isEqualTo(bytes);
    assertThat(environment.ringBytes(environment.resolve(ENS1.withRings(8)))).isEqualTo(bytes / 8);
  }

  @Test
  void shouldGoByTheOptionsSizeOfTheDataRingWhenThereIsOne() {
    SnfEnvironment environment = new SnfEnvironment(Map.of("SNF_DATARING_SIZE", "4096MB"));

    assertThat(environment.ringBytes(environment.resolve(ENS1.withDataRingBytes(8 << 20))))
        .isEqualTo(8 << 20);
  }

  @Test
  void shouldRefuseOptionsBelowTheirRange() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> ENS1.withRings(-1))
        .withMessage("rings=-1: below 0");
    assertThatIllegalArgumentException().isThrownBy(() -> ENS1.withBoardRings(-1));
    assertThatIllegalArgumentException().isThrownBy(() -> ENS1.withFirstRing(-2));
    assertThatIllegalArgumentException().isThrownBy(() -> ENS1.withDataRingBytes(-1));
    assertThatIllegalArgumentException().isThrownBy(() -> ENS1.withFlags(-2));
    assertThatIllegalArgumentException().isThrownBy(() -> ENS1.withRssFlags(-2));
  }
}
