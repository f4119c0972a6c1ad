package org.gotm.app.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class InterfaceChecksTest {
  private static List<String> findings(String name) {
    return new InterfaceChecks(name).findings().stream().map(HealthCheck::toString).toList();
  }

  @Test
  void shouldLookForMethodsOnAnyAsOnAnInterface() {
    assertThat(findings("any"))
        .noneMatch(finding -> finding.contains("there is none of this name"))
        .anyMatch(finding -> finding.contains("any is all interfaces"))
        .anyMatch(finding -> finding.contains("capture=afpacket"))
        .anyMatch(finding -> finding.contains("capture=pcap"));
  }

  @Test
  void shouldSayHowWorkersWouldShareWhenAfPacketCanCapture() {
    List<String> findings = findings("lo");
    boolean canCapture =
        findings.stream().anyMatch(finding -> finding.contains("capture=afpacket is possible"));

    assertThat(
            findings.stream()
                .anyMatch(
                    finding ->
                        finding.startsWith("note  with -workers above 1, packets are spread by")))
        .isEqualTo(canCapture);
  }

  @Test
  void shouldSayThatThereIsNoneWhenTheNameIsWrong() {
    assertThat(findings("nosuch0"))
        .singleElement()
        .asString()
        .contains("interface=nosuch0: there is none of this name", "gotm -list-interfaces");
  }
}
