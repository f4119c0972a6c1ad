package org.gotm.app.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import org.gotm.ffm.Method;
import org.junit.jupiter.api.Test;

class SettingsTest {
  private static String nameOf(List<String> files) {
    return new Settings.Source(
            List.of("eth0"),
            files,
            Method.AUTO,
            "",
            1,
            List.of(),
            1,
            Optional.empty(),
            Optional.empty(),
            false,
            new Settings.Snf(Optional.empty(), Optional.empty(), Optional.empty()))
        .name();
  }

  @Test
  void shouldBeTheNameOfTheFileWithoutItsFolder() {
    assertThat(nameOf(List.of("/var/tmp/a.pcap.gz"))).isEqualTo("a.pcap.gz");
  }

  @Test
  void shouldSayHowManyMoreWhenThereAreSeveral() {
    assertThat(nameOf(List.of("x/a.pcap", "b.pcap", "c.pcap"))).isEqualTo("a.pcap+2");
  }

  @Test
  void shouldSayStdinWhenTheFileIsADash() {
    assertThat(nameOf(List.of("-"))).isEqualTo("stdin");
    assertThat(nameOf(List.of("-", "b.pcap"))).isEqualTo("stdin+1");
  }

  @Test
  void shouldBeShortenedWhenTooLongForAFileName() {
    assertThat(nameOf(List.of("x".repeat(250)))).isEqualTo("x".repeat(100));
  }
}
