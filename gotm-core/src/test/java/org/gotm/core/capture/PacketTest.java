package org.gotm.core.capture;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import org.gotm.core.flow.Cutoff;
import org.gotm.core.packet.LinkType;
import org.gotm.core.source.PacketBatch;
import org.junit.jupiter.api.Test;

/** What a handler sees of a packet. */
class PacketTest {

  private static List<String> seen(ScriptedSource source, PacketView view) {
    List<String> seen = new ArrayList<>();
    try (Capture capture =
        Capture.from(source)
            .cutoff(Cutoff.of(2, 0))
            .capacityFlows(10)
            .onPacket(packet -> seen.add(view.of(packet)))) {
      capture.run();
    }
    return seen;
  }

  private interface PacketView {
    String of(Packet packet);
  }

  @Test
  void shouldShowItsFlowAsItIsWithThisPacket() {
    assertThat(
            seen(
                new ScriptedSource(true).packetsOfOneFlow(5),
                packet ->
                    "%d %d new=%s cut=%s"
                        .formatted(
                            packet.flowPackets(),
                            packet.flowBytes(),
                            packet.isNewFlow(),
                            packet.isJustCut())))
        .containsExactly("1 32 new=true cut=false", "2 64 new=false cut=true");
  }

  @Test
  void shouldShowWhoSpeaksWithWhom() {
    assertThat(
            seen(
                new ScriptedSource(true).packets(1),
                packet -> packet.flow() + " " + packet.flow().firstPort()))
        .containsExactly("proto=UDP src=10.0.0.1 sport=1 dst=10.0.0.2 dport=2 1");
    assertThat(seen(new ScriptedSource(true).packets(1), Packet::toString).getFirst())
        .matches("time=\\d+ caplen=60 wirelen=60 proto=UDP src=10.0.0.1 .*");
  }

  @Test
  void shouldShowWhereItLies() {
    MemorySegment memory = Arena.ofAuto().allocate(100);
    PacketBatch batch = new PacketBatch(3);
    batch.clear(memory);
    batch.add(0, 1, 1, 1, 0);
    batch.add(20, 60, 1500, 123_456_789_000L, 0x8100_0007);

    List<String> seen =
        seen(
            new ScriptedSource(true).gives(handler -> handler.onBatch(batch)),
            packet -> {
              assertThat(packet.segment()).isSameAs(memory);
              assertThat(packet.linkType()).isEqualTo(LinkType.RAW);
              return "%d %d %d %d %x"
                  .formatted(
                      packet.offset(),
                      packet.caplen(),
                      packet.wireLength(),
                      packet.timestampNanos(),
                      packet.vlanTag());
            });
    assertThat(seen).containsExactly("0 1 1 1 0", "20 60 1500 123456789000 81000007");
  }

  @Test
  void shouldHaveNoFlowWhenItCannotBeDecoded() {
    assertThat(
            seen(
                new ScriptedSource(true).garbage(1),
                packet ->
                    "%s %s %d %d %s %s"
                        .formatted(
                            packet.hasFlow(),
                            packet.flow(),
                            packet.flowPackets(),
                            packet.flowBytes(),
                            packet.isNewFlow(),
                            packet.isJustCut())))
        .containsExactly("false unknown 0 0 false false");
  }

  @Test
  void shouldHaveTheSameHashForAllPacketsOfAFlow() {
    List<String> hashes =
        seen(
            new ScriptedSource(true).packetsOfOneFlow(2).packets(2),
            packet -> Long.toHexString(packet.flowHash()));

    assertThat(hashes).hasSize(4);
    assertThat(hashes.get(0)).isEqualTo(hashes.get(1));
    assertThat(hashes.subList(1, 4)).doesNotHaveDuplicates();
  }
}
