package org.gotm.ffm.pcap;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.gotm.ffm.VethPair;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

class PcapInterfacesTest {
  @Test
  void shouldKnowLoopbackWhenListed() {
    PcapInterface loopback = find("lo");

    assertThat(loopback.isLoopback()).isTrue();
    assertThat(loopback.isUp()).isTrue();
    assertThat(loopback.addresses()).contains("127.0.0.1", "00:00:00:00:00:00");
  }

  @Test
  void shouldDescribeTheDeviceForAllInterfaces() {
    assertThat(find("any").description()).isNotBlank();
    assertThat(find("lo").description()).isEmpty();
  }

  @Test
  @Tag("live")
  void shouldTellAddressAndStateWhenInterfaceIsUpAndThenDown() throws IOException {
    try (VethPair pair = VethPair.create()) {
      String mac = Files.readString(Path.of("/sys/class/net", pair.name(), "address")).strip();
      PcapInterface up = find(pair.name());
      pair.setDown();
      PcapInterface down = find(pair.name());

      assertThat(up.addresses()).containsExactly(mac);
      assertThat(up.isUp()).isTrue();
      assertThat(up.isRunning()).isTrue();
      assertThat(up.isLoopback()).isFalse();
      assertThat(down.isUp()).isFalse();
    }
  }

  private static PcapInterface find(String name) {
    return PcapInterfaces.list().stream()
        .filter(each -> each.name().equals(name))
        .findFirst()
        .orElseThrow();
  }
}
