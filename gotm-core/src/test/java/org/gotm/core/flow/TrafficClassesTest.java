package org.gotm.core.flow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.gotm.core.packet.PacketBuilder.ACK;
import static org.gotm.core.packet.PacketBuilder.packet;

import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;
import org.gotm.core.source.PacketBatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Classes with cutoffs of their own. The class of a packet is told by its TCP target port. */
class TrafficClassesTest {
  private static final long NOW = 1_700_000_000L * FrameRig.SECOND;
  private static final int TARGET_PORT = 14 + 20 + 2;

  private final FrameRig rig = FrameRig.of(Cutoff.of(5, 0));
  private int asked;

  @AfterEach
  void close() {
    rig.close();
  }

  /** Port 1 is the first class in use, 2 the second one; others are of none. */
  private IntFunction<TrafficClasses.Classifier> byPort() {
    return linkType -> this::classOf;
  }

  private int classOf(PacketBatch batch, int index) {
    asked++;
    long at = batch.offsets[index] + TARGET_PORT + 1;
    int port = batch.segment.get(ValueLayout.JAVA_BYTE, at);
    return port <= 2 ? port - 1 : TrafficClasses.Classifier.NONE;
  }

  private void use(TrafficClass... inUse) {
    rig.cutter.use(rig.cutter.classes().followedBy(List.of(inUse), byPort()));
  }

  private static byte[] frame(int port) {
    return packet().ethernet(1, 2).ipv4("10.0.0.9", "10.0.0.1").tcp(99, port, ACK).build();
  }

  private int kept(int port, int packets, int payload) {
    int kept = 0;
    for (int i = 0; i < packets; i++) {
      kept += rig.send(frame(port), payload, NOW) ? 1 : 0;
    }
    return kept;
  }

  @Test
  void shouldCutEachClassWhereItSays() {
    use(TrafficClass.of("never", Cutoff.none()), TrafficClass.of("short", Cutoff.of(2, 0)));

    assertThat(kept(1, 100, 0)).isEqualTo(100);
    assertThat(kept(2, 100, 0)).isEqualTo(2);
    assertThat(kept(3, 100, 0)).isEqualTo(5);
    assertThat(asked).as("once a flow").isEqualTo(3);
    assertThat(rig.flows().trafficClass(0)).isZero();
  }

  @Test
  void shouldKeepNothingOfADroppedClass() {
    use(TrafficClass.dropped("noise"));

    assertThat(kept(1, 100, 0)).isZero();
    assertThat(rig.flows().trafficClass(0)).isEqualTo(1);
  }

  @Test
  void shouldKeepTheHeadersAfterTheCut() {
    use(TrafficClass.of("backup", Cutoff.of(3, 0)).withSnaplenAfterCut(20));

    assertThat(kept(1, 3, 1000)).isEqualTo(3);
    assertThat(rig.caplen()).isEqualTo(54);
    assertThat(kept(1, 10, 1000)).isEqualTo(10);
    assertThat(rig.caplen()).isEqualTo(20);
  }

  @Test
  void shouldKeepTheClassOfAFlowWhenOthersFollow() {
    use(TrafficClass.of("a", Cutoff.of(10, 0)), TrafficClass.of("b", Cutoff.of(20, 0)));
    assertThat(kept(1, 3, 0)).isEqualTo(3);
    assertThat(kept(2, 3, 0)).isEqualTo(3);

    use(TrafficClass.of("b", Cutoff.of(7, 0)), TrafficClass.of("c", Cutoff.of(8, 0)));

    assertThat(kept(1, 100, 0)).as("a is known no more, but goes on").isEqualTo(7);
    assertThat(kept(2, 100, 0)).as("b has another cutoff").isEqualTo(4);
    assertThat(rig.cutter.classes().all())
        .extracting(TrafficClass::name)
        .containsExactly("default", "a", "b", "c");
  }

  @Test
  void shouldUseNewClassesForNewFlows() {
    use(TrafficClass.of("a", Cutoff.of(10, 0)));
    use(TrafficClass.of("b", Cutoff.of(7, 0)));

    assertThat(kept(1, 100, 0)).isEqualTo(7);
    assertThat(rig.flows().trafficClass(0)).isEqualTo(2);
  }

  @Test
  void shouldTellWhenThereAreTooMany() {
    List<TrafficClass> many = new ArrayList<>();
    for (int i = 0; i < 256; i++) {
      many.add(TrafficClass.of("class" + i, Cutoff.none()));
    }

    assertThatThrownBy(() -> rig.cutter.classes().followedBy(many, byPort()))
        .hasMessageContaining("classes=256: more than 255");
    assertThatThrownBy(() -> TrafficClass.of("a", Cutoff.none()).withSnaplenAfterCut(-1))
        .hasMessageContaining("class=a snaplenAfterCut=-1");
  }

  @Test
  void shouldTellTheListenerOfTheCutOfItsClass() {
    use(TrafficClass.of("short", Cutoff.of(2, 0)));
    rig.send(frame(1), 0, NOW);
    assertThat(rig.flows().isJustCut(0)).isFalse();
    rig.send(frame(1), 0, NOW);
    assertThat(rig.flows().isJustCut(0)).isTrue();
    rig.send(frame(1), 0, NOW);
    assertThat(rig.flows().isJustCut(0)).isFalse();
    assertThat(rig.flows().isAfterCut(0)).isTrue();
  }
}
