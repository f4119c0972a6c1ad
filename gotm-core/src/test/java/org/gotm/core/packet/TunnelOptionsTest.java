package org.gotm.core.packet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.EnumSet;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class TunnelOptionsTest {
  @Test
  void shouldHaveEveryTunnelOrNone() {
    assertThat(TunnelOptions.all().on()).isEqualTo(EnumSet.allOf(Tunnel.class));
    assertThat(TunnelOptions.none().on()).isEmpty();
    assertThat(FlowKeyOptions.defaults().tunnels()).isEqualTo(TunnelOptions.all());
  }

  @Test
  void shouldAddPorts() {
    TunnelOptions options =
        TunnelOptions.all().withPort(1, Tunnel.VXLAN).withPort(65535, Tunnel.GTP);

    assertThat(options.ports()).isEqualTo(Map.of(1, Tunnel.VXLAN, 65535, Tunnel.GTP));
  }

  @Test
  void shouldRefuseAPortThatIsNone() {
    for (int port : new int[] {-1, 0, 65536}) {
      assertThatThrownBy(() -> TunnelOptions.all().withPort(port, Tunnel.VXLAN))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("port=" + port);
    }
  }

  @Test
  void shouldRefuseAPortOfATunnelWithoutOneOrThatIsOff() {
    assertThatThrownBy(() -> TunnelOptions.all().withPort(7, Tunnel.GRE))
        .hasMessageContaining("tunnel=GRE");
    assertThatThrownBy(() -> TunnelOptions.of(Set.of(Tunnel.GRE)).withPort(7, Tunnel.GTP))
        .hasMessageContaining("tunnel=GTP");
  }
}
