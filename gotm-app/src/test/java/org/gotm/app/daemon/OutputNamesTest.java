package org.gotm.app.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class OutputNamesTest {
  @Test
  void shouldBeTheNameOfTheFileWithoutItsFolder() {
    assertThat(OutputNames.ofFiles(List.of("/var/tmp/a.pcap.gz"))).isEqualTo("a.pcap.gz");
  }

  @Test
  void shouldSayHowManyMoreWhenThereAreSeveral() {
    assertThat(OutputNames.ofFiles(List.of("x/a.pcap", "b.pcap", "c.pcap"))).isEqualTo("a.pcap+2");
  }

  @Test
  void shouldSayStdinWhenTheFileIsADash() {
    assertThat(OutputNames.ofFiles(List.of("-"))).isEqualTo("stdin");
    assertThat(OutputNames.ofFiles(List.of("-", "b.pcap"))).isEqualTo("stdin+1");
  }

  @Test
  void shouldBeShortenedWhenTooLongForAFileName() {
    assertThat(OutputNames.ofFiles(List.of("x".repeat(250)))).isEqualTo("x".repeat(100));
  }
}
