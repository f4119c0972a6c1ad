package org.gotm.core.packet;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.gotm.core.packet.TsharkConversations.Conversation;
import org.gotm.core.pcapfile.RealPackets;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Real packets of each link type, whose ends and payload tshark and the decoder must agree on. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class PacketDecoderTsharkTest {
  private static final int MOST_EXTENSIONS = 16;
  private static final int PPP_PROTOCOL_LENGTH = 2;

  private static TsharkCaptures tshark;

  @BeforeAll
  static void askTshark(@TempDir Path folder) throws IOException {
    tshark = new TsharkCaptures(folder);
  }

  @AfterAll
  static void forget() {
    tshark = null;
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 101, 113, 228, 229, 276})
  void shouldAgreeWithTshark(int linkType) {
    int compared = 0;
    int all = 0;
    for (RealPackets capture : tshark.captures) {
      if (capture.linkType() == linkType && !capture.name().startsWith("bad-")) {
        compared += compareAll(capture, tshark.packets(capture));
        all += capture.packets().size();
      }
    }

    assertThat(compared).isGreaterThan(all / 2);
  }

  /** Of VLAN tags behind GRE tshark knows nothing; the first bytes of 802.11 it can exchange. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void shouldAgreeWithTsharkOnEveryFormOfTunnel(boolean isSwapped, @TempDir Path folder)
      throws IOException {
    List<RealPackets.Packet> packets = new ArrayList<>();
    for (TunnelFrames.Form form : TunnelFrames.all()) {
      if (form.name().equals("swapped") == isSwapped && !form.toString().equals("GRE VLAN")) {
        byte[] tcp = form.frame().ipv4("10.0.0.1", "10.0.0.2").tcp(1234, 80, 16).payload(7).build();
        packets.add(new RealPackets.Packet(tcp, tcp.length, 0));
        byte[] udp = form.frame().ipv4("10.0.0.1", "10.0.0.2").udp(1235, 81).payload(7).build();
        packets.add(new RealPackets.Packet(udp, udp.length, 0));
      }
    }
    RealPackets tunnels = new RealPackets("tunnels", LinkType.ETHERNET, packets);
    int compared =
        compareAll(tunnels, TsharkPacket.of(tunnels, folder, "-o", "capwap.swap_fc:" + isSwapped));

    assertThat(compared).isEqualTo(packets.size()).isGreaterThan(1);
  }

  /** Compares all packets that tshark finds IP or ARP in; answers how many those are. */
  private static int compareAll(RealPackets capture, List<TsharkPacket> packets) {
    List<Conversation> conversations = TsharkConversations.of(packets);
    List<DecodedKey.Decoded> decoded = DecodedKey.decode(capture);
    int compared = 0;
    for (int i = 0; i < packets.size(); i++) {
      if (conversations.get(i) != null) {
        compare(decoded.get(i), packets.get(i), conversations.get(i));
        compared++;
      }
    }
    return compared;
  }

  private static void compare(
      DecodedKey.Decoded decoded, TsharkPacket packet, Conversation conversation) {
    DecodedKey key = decoded.key();
    if (packet.layers().stream().filter(layer -> layer.startsWith("ipv6.")).count()
        > MOST_EXTENSIONS) {
      assertThat(key.isDecoded()).isFalse();
      return;
    }
    String description = "%s %s".formatted(packet, key);
    assertThat(key.ends()).as(description).isEqualTo(conversation.ends());
    int tcp = TsharkConversations.tcp(packet);
    String length = tcp < 0 ? "" : packet.value("tcp.len", tcp);
    if (!length.isEmpty() && hasOneLength(packet)) {
      assertThat(decoded.payloadLength()).as(description).isEqualTo(Integer.parseInt(length));
    }
  }

  /** False if IP claims more than PPPoE has: tshark believes the one, the decoder the other. */
  private static boolean hasOneLength(TsharkPacket packet) {
    String pppoe = packet.first("pppoe.payload_length");
    String ip = packet.first("ip.len");
    return pppoe.isEmpty()
        || ip.isEmpty()
        || Integer.parseInt(ip) <= Integer.parseInt(pppoe) - PPP_PROTOCOL_LENGTH;
  }
}
