package org.gotm.core.flow;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.gotm.core.packet.PacketBuilder.ACK;
import static org.gotm.core.packet.PacketBuilder.packet;

import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;
import org.gotm.core.packet.FlowKey;
import org.gotm.core.packet.LinkType;
import org.gotm.core.packet.PacketBuilder;
import org.gotm.core.source.PacketBatch;
import org.junit.jupiter.api.Test;

/** What a flow says of itself. */
class FlowTest {

  /** Lets a table of one place forget the flow of a packet, and writes down the listener's view. */
  private static String describe(boolean directional, PacketBuilder packet) {
    List<String> ended = new ArrayList<>();
    FlowListener listener =
        new FlowListener() {
          @Override
          public void onEnd(Flow flow, EndReason reason) {
            FlowKey key = flow.key();
            ended.add(
                "%s|%d|%s|%d|%s|%d"
                    .formatted(
                        flow,
                        key.protocol(),
                        key.firstAddress(),
                        key.firstPort(),
                        key.secondAddress(),
                        key.secondPort()));
          }
        };
    try (Arena arena = Arena.ofConfined()) {
      PacketBatch batch = new PacketBatch(2);
      byte[] first = packet.build();
      byte[] second = packet().ethernet(5, 6).ipv4("9.9.9.9", "8.8.8.8").udp(7, 8).build();
      byte[] both = new byte[first.length + second.length];
      System.arraycopy(first, 0, both, 0, first.length);
      System.arraycopy(second, 0, both, first.length, second.length);
      batch.clear(arena.allocateFrom(JAVA_BYTE, both));
      batch.add(0, first.length, first.length, 1, 0);
      batch.add(first.length, second.length, second.length, 1, 0);
      FlowCutter cutter =
          new FlowCutter(
              FlowRig.options(1, Cutoff.none()).withDirectional(directional), listener, arena);
      cutter.begin(LinkType.ETHERNET);
      cutter.decide(batch, new int[2]);
    }
    assertThat(ended).hasSize(1);
    return ended.getFirst();
  }

  @Test
  void shouldDescribeIpv4Flow() {
    assertThat(
            describe(false, packet().ethernet(1, 2).ipv4("10.0.0.2", "10.0.0.1").tcp(9, 80, ACK)))
        .isEqualTo("proto=TCP src=10.0.0.2 sport=9 dst=10.0.0.1 dport=80|6|10.0.0.1|80|10.0.0.2|9");
  }

  @Test
  void shouldDescribeSenderFirstWhenDirectional() {
    assertThat(describe(true, packet().ethernet(1, 2).ipv4("10.0.0.2", "10.0.0.1").udp(9, 80)))
        .startsWith("proto=UDP src=10.0.0.2 sport=9 dst=10.0.0.1 dport=80|17|");
  }

  @Test
  void shouldDescribeIpv6Flow() {
    assertThat(
            describe(
                false, packet().ethernet(1, 2).ipv6("2001:db8::1", "fe80::ff").sctp(65535, 32768)))
        .isEqualTo(
            "proto=SCTP src=2001:db8::1 sport=65535 dst=fe80::ff dport=32768"
                + "|132|2001:db8::1|65535|fe80::ff|32768");
  }

  @Test
  void shouldDescribeEcho() {
    assertThat(describe(false, packet().ethernet(1, 2).ipv4("10.0.0.1", "10.0.0.2").icmp(8, 77)))
        .startsWith("proto=ICMPv4 src=10.0.0.1 sport=77 dst=10.0.0.2 dport=77|1|");
    assertThat(describe(false, packet().ethernet(1, 2).ipv6("fe80::1", "fe80::2").icmpv6(129, 7)))
        .startsWith("proto=ICMPv6 ");
  }

  @Test
  void shouldDescribeOtherProtocolByNumber() {
    assertThat(describe(false, packet().ethernet(1, 2).ipv4("10.0.0.1", "10.0.0.2").protocol(47)))
        .startsWith("proto=47 src=10.0.0.1 sport=0 dst=10.0.0.2 dport=0|47|");
  }

  @Test
  void shouldDescribeFlowWithoutIp() {
    assertThat(
            describe(
                false,
                packet()
                    .ethernet(0xff_ff_ff_ff_ff_ffL, 0x02_00_00_00_00_0bL)
                    .type(0x0806)
                    .payload(28)))
        .startsWith("ethertype=0x0806 src=02:00:00:00:00:0b dst=ff:ff:ff:ff:ff:ff|0|02:00:");
  }
}
