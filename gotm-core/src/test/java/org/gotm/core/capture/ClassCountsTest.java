package org.gotm.core.capture;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.util.List;
import org.gotm.core.flow.Cutoff;
import org.gotm.core.flow.FlowCutter;
import org.gotm.core.flow.FlowListener;
import org.gotm.core.flow.TrafficClass;
import org.gotm.core.packet.LinkType;
import org.gotm.core.packet.PacketBuilder;
import org.gotm.core.source.PacketBatch;
import org.junit.jupiter.api.Test;

/** What the ledger has of each class. */
class ClassCountsTest {
  private static final int TCP_ACK = 0x10;

  @Test
  void shouldCountEachPacketInTheClassOfItsFlow() {
    try (Arena arena = Arena.ofConfined()) {
      FlowCutter.Options options =
          FlowCutter.Options.defaults().withCapacityFlows(10).withCutoff(Cutoff.of(5, 0));
      FlowCutter cutter = new FlowCutter(options, FlowListener.NONE, arena);
      cutter.begin(LinkType.RAW);
      cutter.use(
          cutter
              .classes()
              .followedBy(
                  List.of(TrafficClass.of("whole", Cutoff.none()), TrafficClass.dropped("none")),
                  linkType -> (batch, index) -> batch.wireLengths[index] - 1001));
      Ledger ledger = new Ledger();

      count(cutter, ledger, arena, 0, 1000); // no class: its answer would be -1
      count(cutter, ledger, arena, 1, 1001);
      count(cutter, ledger, arena, 2, 1002);
      Ledger total = new Ledger();
      total.addAll(ledger);
      total.addAll(ledger);

      assertCounts(ledger.classes(), 0, 5, 15, 20 * 1000);
      assertCounts(ledger.classes(), 1, 20, 0, 20 * 1001);
      assertCounts(ledger.classes(), 2, 0, 20, 20 * 1002);
      assertCounts(total.classes(), 1, 40, 0, 40 * 1001);
    }
  }

  private static void assertCounts(ClassCounts counts, int index, long kept, long cut, long bytes) {
    assertThat(counts.kept(index)).isEqualTo(kept);
    assertThat(counts.cut(index)).isEqualTo(cut);
    assertThat(counts.bytes(index)).isEqualTo(bytes);
  }

  /** Twenty packets of a flow. */
  private static void count(
      FlowCutter cutter, Ledger ledger, Arena arena, int flow, int wireLength) {
    byte[] packet =
        PacketBuilder.packet()
            .ipv4("10.0.0." + flow, "11.0.0.1")
            .tcp(1, 2, TCP_ACK)
            .ipField(2, 0)
            .build();
    PacketBatch batch = new PacketBatch(20);
    batch.clear(arena.allocateFrom(ValueLayout.JAVA_BYTE, packet));
    for (int i = 0; i < 20; i++) {
      batch.add(0, packet.length, wireLength, 1, 0);
    }
    int[] kept = new int[20];
    int keptCount = cutter.decide(batch, kept);
    ledger.classes().add(batch, cutter.flows(), kept, keptCount);
  }
}
