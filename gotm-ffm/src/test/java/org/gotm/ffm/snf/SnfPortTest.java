package org.gotm.ffm.snf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.util.List;
import org.gotm.core.source.PacketSourceException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SnfPortTest {
  private static final List<SnfInterface> INTERFACES =
      List.of(port("ens1", 0), port("ens4", 1), port("a+b", 5), port("snf2", 6));

  private static SnfInterface port(String name, int port) {
    return new SnfInterface(name, port, 8, "00:60:dd:00:00:00", SnfInterface.Link.UP, 0);
  }

  @ParameterizedTest
  @CsvSource({
    "ens1, -1, 0, -1",
    "ens4, 0x101, 1, 0x101",
    "ens4, 2, 2, 2",
    "snf0, -1, 0, -1",
    "snf10g3, 1, 3, 1",
    "snf3, 2, 3, 2",
    "snf2, -1, 6, -1",
    "a+b, -1, 5, -1",
    "ens1+ens4, -1, 3, 2",
    "ens1+ens4, 0x101, 3, 0x103",
    "snf0+ens4, -1, 3, 2",
  })
  void shouldMeanThisPortAndTheseFlags(String name, String flags, int number, String newFlags) {
    assertThat(SnfPort.of(name, Integer.decode(flags), INTERFACES))
        .isEqualTo(new SnfPort(number, Integer.decode(newFlags)));
    assertThat(SnfPort.isMeantBy(name, INTERFACES)).isTrue();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "+", "eth0", "ens1+eth0", "snf", "snfx", "snf0x1", "snf9999999999"})
  void shouldListTheInterfacesWhenNoneIsMeant(String name) {
    assertThatExceptionOfType(PacketSourceException.class)
        .isThrownBy(() -> SnfPort.of(name, -1, INTERFACES))
        .withMessageStartingWith("interface=" + name + ": ")
        .withMessageEndingWith(
            "is not an interface of SNF; choose from: ens1 (snf0), ens4 (snf1), a+b (snf5), snf2"
                + " (snf6)");
    assertThat(SnfPort.isMeantBy(name, INTERFACES)).isFalse();
  }

  @Test
  void shouldMeanNothingWhenThereAreNoInterfaces() {
    assertThat(SnfPort.isMeantBy("snf0", List.of())).isFalse();
  }
}
