package org.gotm.core.packet;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
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
        compared += compareAll(capture);
        all += capture.packets().size();
      }
    }

    assertThat(compared).isGreaterThan(all / 2);
  }

  private static int compareAll(RealPackets capture) {
    List<TsharkPacket> packets = tshark.packets(capture);
    List<Conversation> conversations = tshark.conversations(capture);
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
