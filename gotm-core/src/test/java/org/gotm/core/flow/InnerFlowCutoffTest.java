package org.gotm.core.flow;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.gotm.core.packet.FlowKeyOptions;
import org.gotm.core.packet.Separator;
import org.gotm.core.packet.TunnelOptions;
import org.gotm.core.pcapfile.RealPackets;
import org.gotm.core.source.PacketBatch;
import org.junit.jupiter.api.Test;

/** Flows in tunnels and VLANs have a cutoff each, in files that were once cut too early. */
class InnerFlowCutoffTest {
  private static final FlowKeyOptions BY_VLAN =
      FlowKeyOptions.defaults().withSeparators(Set.of(Separator.VLAN));

  private static List<RealPackets.Packet> packets(String resource) throws IOException {
    try (InputStream in = InnerFlowCutoffTest.class.getResourceAsStream(resource)) {
      return RealPackets.read(resource, in.readAllBytes()).packets();
    }
  }

  /** The indexes of the packets that are kept. */
  private static List<Integer> kept(
      List<RealPackets.Packet> packets, FlowCutter.Options options, long flows) {
    List<Integer> kept = new ArrayList<>();
    PacketBatch batch = new PacketBatch(1);
    int[] index = new int[1];
    try (Arena arena = Arena.ofConfined()) {
      FlowCutter cutter = new FlowCutter(options.withCapacityFlows(1000), FlowListener.NONE, arena);
      cutter.begin(1);
      for (int i = 0; i < packets.size(); i++) {
        RealPackets.Packet packet = packets.get(i);
        batch.clear(arena.allocateFrom(JAVA_BYTE, packet.bytes()));
        batch.add(0, packet.bytes().length, packet.wireLength(), packet.timestampNanos(), 0);
        if (cutter.decide(batch, index) == 1) {
          kept.add(i);
        }
      }
      assertThat(cutter.created()).isEqualTo(flows);
    }
    return kept;
  }

  @Test
  void shouldKeepAllOfFiftyShortConnectionsInOneMirrorSession() throws IOException {
    List<RealPackets.Packet> packets = packets("/cases/t_erspan2.pcap");
    FlowCutter.Options options = FlowCutter.Options.defaults();

    assertThat(packets).hasSize(500);
    assertThat(kept(packets, options, 50)).hasSize(500);
    assertThat(
            kept(
                packets,
                options.withKey(FlowKeyOptions.defaults().withTunnels(TunnelOptions.none())),
                1))
        .hasSizeLessThan(100);
  }

  @Test
  void shouldKeepBothTenantsWhenVlansAreNetworks() throws IOException {
    List<RealPackets.Packet> packets = packets("/cases/v_single.pcap");
    FlowCutter.Options options = FlowCutter.Options.defaults();

    assertThat(packets).hasSize(25);
    assertThat(kept(packets, options, 1)).doesNotContain(20, 21, 22, 23, 24);
    assertThat(kept(packets, options.withKey(BY_VLAN), 2)).contains(20, 21, 22, 23, 24);
  }

  @Test
  void shouldTellThreeVlansWithTheSameAddressesApart() throws IOException {
    List<RealPackets.Packet> packets = packets("/captures/eth-vlan-same-tuple-three-vlans.pcap");
    FlowCutter.Options options = FlowCutter.Options.defaults().withCutoff(Cutoff.of(14, 0));

    assertThat(kept(packets, options.withKey(BY_VLAN), 3)).hasSize(42);
    assertThat(kept(packets, options, 1)).hasSizeLessThan(42);
  }
}
