package org.gotm.core.packet;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Set;
import org.gotm.core.pcapfile.RealPackets;
import org.gotm.core.pcapfile.Tcpdump;
import org.junit.jupiter.api.Test;

/**
 * The short way and the long one must agree. Packets on another link than Ethernet only go the long
 * way, so every frame is decoded once as it is and once with a cooked header in front.
 */
class CommonPacketsTest {
  private static final int ETHERNET_LENGTH = 14;
  private static final int COOKED_LENGTH = 16;

  @Test
  void shouldTellOfEveryRealPacketWhatTheLongWayTells() {
    Tcpdump.require();
    int compared = 0;
    for (RealPackets capture : RealPackets.all()) {
      if (capture.linkType() == LinkType.ETHERNET) {
        for (RealPackets.Packet packet : capture.packets()) {
          compared += compare(capture.name(), packet) ? 1 : 0;
        }
      }
    }

    assertThat(compared).isGreaterThan(12_000);
  }

  /** False if the frame is too short to be compared, or is not IP and keyed by its addresses. */
  private static boolean compare(String name, RealPackets.Packet packet) {
    byte[] frame = packet.bytes();
    if (frame.length < ETHERNET_LENGTH) {
      return false;
    }
    byte[] cooked = new byte[frame.length + COOKED_LENGTH - ETHERNET_LENGTH];
    System.arraycopy(frame, 12, cooked, COOKED_LENGTH - 2, frame.length - 12);
    for (TunnelOptions tunnels : Set.of(TunnelOptions.all(), TunnelOptions.none())) {
      FlowKeyOptions options = FlowKeyOptions.defaults().withTunnels(tunnels);
      DecodedKey.Decoded common =
          DecodedKey.decode(LinkType.ETHERNET, options, frame, packet.wireLength());
      if (common.key().family() == FlowKeys.FAMILY_MAC) {
        return false;
      }
      assertThat(DecodedKey.decode(LinkType.LINUX_SLL, options, cooked, packet.wireLength() + 2))
          .as("a packet of %s", name)
          .isEqualTo(common);
    }
    return true;
  }
}
