package org.gotm.ffm.pcap;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.Arena;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.gotm.core.flow.TrafficClasses;
import org.gotm.core.packet.LinkType;
import org.gotm.core.source.PacketBatch;
import org.junit.jupiter.api.Test;

/** Classes by expressions, asked with single frames. */
class PcapClassifiersTest {
  private static final int NONE = TrafficClasses.Classifier.NONE;

  /** UDP from 10.0.0.1 port 1000 to 10.0.0.2 port 53, without a payload. */
  private static final byte[] DNS =
      HexFormat.of()
          .parseHex(
              "020000000002"
                  + "020000000001"
                  + "0800"
                  + "4500001c0000000040110000"
                  + "0a0000010a000002"
                  + "03e8003500080000");

  private static int classOf(List<String> expressions, int linkType, byte[] frame, int vlanTag) {
    try (Arena arena = Arena.ofConfined();
        PcapClassifiers classifiers = new PcapClassifiers(expressions)) {
      PacketBatch batch = new PacketBatch(1);
      batch.clear(arena.allocateFrom(JAVA_BYTE, frame));
      batch.add(0, frame.length, frame.length, 1, vlanTag);
      return classifiers.apply(linkType).classOf(batch, 0);
    }
  }

  private static int classOf(String... expressions) {
    return classOf(List.of(expressions), LinkType.ETHERNET, DNS, 0);
  }

  @Test
  void shouldAnswerTheFirstThatMatches() {
    assertThat(classOf("tcp", "port 53", "udp")).isEqualTo(1);
    assertThat(classOf("udp", "port 53")).isZero();
    assertThat(classOf("tcp", "")).isEqualTo(1);
    assertThat(classOf("tcp", "port 54")).isEqualTo(NONE);
    assertThat(classOf()).isEqualTo(NONE);
  }

  @Test
  void shouldSeeTheVlanTagThatTheKernelTookOut() {
    int tag = 0x8100_0064; // VLAN 100
    List<String> expressions = List.of("vlan 200", "vlan 100 and udp port 53");

    assertThat(classOf(expressions, LinkType.ETHERNET, DNS, tag)).isEqualTo(1);
    assertThat(classOf(expressions, LinkType.ETHERNET, DNS, 0)).isEqualTo(NONE);
  }

  @Test
  void shouldTakeFramesShorterThanTheirAddressesAndLongerThanItsRoom() {
    int tag = 0x8100_0064;
    byte[] large = new byte[60_000];
    System.arraycopy(DNS, 0, large, 0, DNS.length);

    assertThat(classOf(List.of("vlan 100"), LinkType.ETHERNET, new byte[5], tag)).isEqualTo(NONE);
    assertThat(classOf(List.of("vlan 100"), LinkType.ETHERNET, large, tag)).isZero();
    assertThat(classOf(List.of("len >= 60004"), LinkType.ETHERNET, large, tag)).isZero();
  }

  @Test
  void shouldMatchNothingWhereAnExpressionHasNoMeaning() {
    byte[] ip = Arrays.copyOfRange(DNS, 14, DNS.length);
    List<String> expressions = List.of("ether host 02:00:00:00:00:01", "udp");

    assertThat(classOf(expressions, LinkType.RAW, ip, 0)).isEqualTo(1);
    assertThat(classOf(expressions, 65_000, ip, 0)).isEqualTo(NONE);
  }

  @Test
  void shouldSayAtOnceThatAnExpressionIsNone() {
    try (PcapClassifiers classifiers = new PcapClassifiers(List.of("udp", "prt 53"))) {
      assertThatThrownBy(() -> classifiers.prepare(LinkType.ETHERNET, 1))
          .isInstanceOf(FilterException.class)
          .hasMessageContaining("prt 53");
    }
  }
}
