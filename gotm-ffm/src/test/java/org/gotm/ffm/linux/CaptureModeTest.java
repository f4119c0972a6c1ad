package org.gotm.ffm.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import org.gotm.core.packet.LinkType;
import org.gotm.core.source.PacketSourceException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CaptureModeTest {
  @ParameterizedTest
  @CsvSource({
    "1, 1", // Ethernet
    "772, 1", // loopback
    "65534, 101", // tun: IP and nothing before it
    "512, 101", // PPP
    "519, 101", // raw IP
    "768, 101", // IP in IP
    "769, 101", // IP in IPv6
    "776, 101", // IPv6 in IP
    "778, 101", // GRE
    "823, 101" // GRE in IPv6
  })
  void shouldTellTheLinkTypeWhenInterfaceIsKnown(int hardwareType, int linkType) {
    CaptureMode mode = CaptureMode.of("x0", hardwareType);

    assertThat(mode.linkType()).isEqualTo(linkType);
    assertThat(mode.socketType()).isEqualTo(linkType == LinkType.ETHERNET ? 3 : 2);
  }

  @Test
  void shouldNameTheOtherWayToCaptureWhenInterfaceIsUnknown() {
    assertThatExceptionOfType(PacketSourceException.class)
        .isThrownBy(() -> CaptureMode.of("can0", 280))
        .withMessageContaining("interface=can0")
        .withMessageContaining("280")
        .withMessageContaining("-capture pcap");
  }
}
