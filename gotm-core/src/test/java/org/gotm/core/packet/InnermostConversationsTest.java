package org.gotm.core.packet;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.gotm.core.flow.Cutoff;
import org.gotm.core.flow.FlowCutter;
import org.gotm.core.flow.KeptPackets;
import org.gotm.core.packet.TsharkConversations.Conversation;
import org.gotm.core.pcapfile.RealPackets;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The flows of every capture are the innermost conversations that tshark finds in it. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class InnermostConversationsTest {
  private static final long CENTURY = 100L * 365 * 86_400_000_000_000L;

  /** The captures that differ, and why. */
  private static final Map<String, Difference> EXPECTED =
      Map.of(
          "link-80211-radiotap-http.pcap", Difference.ofLinkType(26),
          "link-80211.pcap", Difference.ofLinkType(3),
          "link-chdlc-http.pcap", Difference.ofLinkType(17),
          "link-frame-relay-icmp.pcap", Difference.ofLinkType(10),
          "link-nflog-http.pcap", Difference.ofLinkType(13),
          "link-ppp-quic.pcap", Difference.ofLinkType(104),
          "bad-ipv6-cut-extension.pcap",
              new Difference(0, 0, 1, 0, "an extension header is not there as a whole"),
          "eth-ipv6-extension-headers.pcap",
              new Difference(0, 0, 1, 0, "there are more than 16 extension headers"));

  /**
   * Connections that were refused and are tried again with the same sequence number: new ones for
   * the flow table, still the same for tshark.
   */
  private static final Map<String, Integer> TRIED_AGAIN = Map.of("eth-mixed-emix.pcap", 2);

  private static TsharkCaptures tshark;

  /**
   * Where decoder and tshark do not agree.
   *
   * @param parted conversations that are several flows, each flow but the first counted
   * @param joined flows that are several conversations, likewise
   * @param undecoded packets of a conversation that the decoder does not know
   * @param unknown packets of a flow of IP or ARP that tshark does not know
   * @param reason why it is right that they do not
   */
  private record Difference(int parted, int joined, int undecoded, int unknown, String reason) {
    private static final Difference NONE = new Difference(0, 0, 0, 0, "none");

    static Difference ofLinkType(int packets) {
      return new Difference(0, 0, packets, 0, "the link type is not decoded");
    }

    boolean isAsLargeAs(Difference other) {
      return parted == other.parted
          && joined == other.joined
          && undecoded == other.undecoded
          && unknown == other.unknown;
    }
  }

  /** A packet's flow and conversation. */
  private record Pair(DecodedKey flow, Conversation conversation) {}

  /** A conversation, and tshark's number of the TCP connection if it is one. */
  private record Connection(Conversation conversation, String stream) {}

  @BeforeAll
  static void askTshark(@TempDir Path folder) throws IOException {
    tshark = new TsharkCaptures(folder);
  }

  @AfterAll
  static void forget() {
    tshark = null;
  }

  @Test
  void shouldBeOneFlowForEachConversation() {
    List<String> wrong = new ArrayList<>();
    for (RealPackets capture : tshark.captures) {
      Difference difference = difference(capture);
      Difference expected = EXPECTED.getOrDefault(capture.name(), Difference.NONE);
      if (!difference.isAsLargeAs(expected)) {
        wrong.add("%s: %s instead of %s".formatted(capture.name(), difference, expected));
      }
    }

    assertThat(wrong).isEmpty();
  }

  private static Difference difference(RealPackets capture) {
    List<Conversation> conversations = tshark.conversations(capture);
    List<DecodedKey.Decoded> decoded = DecodedKey.decode(capture);
    Set<Pair> pairs = new HashSet<>();
    int undecoded = 0;
    int unknown = 0;
    for (int i = 0; i < decoded.size(); i++) {
      DecodedKey flow = decoded.get(i).key();
      Conversation conversation = conversations.get(i);
      if (conversation == null) {
        unknown += flow.isDecoded() && flow.family() != FlowKeys.FAMILY_MAC ? 1 : 0;
      } else if (!flow.isDecoded()) {
        undecoded++;
      } else {
        pairs.add(new Pair(flow, conversation));
      }
    }
    int parted = pairs.size() - (int) pairs.stream().map(Pair::conversation).distinct().count();
    int joined = pairs.size() - (int) pairs.stream().map(Pair::flow).distinct().count();
    return new Difference(parted, joined, undecoded, unknown, "unknown");
  }

  /**
   * A TCP connection with the ends of one before is a flow of its own; tshark numbers connections.
   */
  @Test
  void shouldKeepOnePacketOfEachConnection() {
    Cutoff onePacket = new Cutoff(1, Cutoff.UNLIMITED, false);
    FlowCutter.Options options =
        new FlowCutter.Options(
            1 << 16, CENTURY, onePacket, Cutoff.UNLIMITED, FlowKeyOptions.defaults());
    for (RealPackets capture : tshark.captures) {
      Map<RealPackets.Packet, Connection> byPacket = connections(capture);
      Set<Conversation> all = new HashSet<>();
      byPacket.values().forEach(connection -> all.add(connection.conversation()));
      List<Connection> kept =
          KeptPackets.of(capture, options).packets().stream()
              .filter(byPacket::containsKey)
              .map(byPacket::get)
              .toList();

      assertThat(kept).as(capture.name()).extracting(Connection::conversation).containsAll(all);
      if (!EXPECTED.containsKey(capture.name())) {
        assertThat(kept.size() - new HashSet<>(kept).size())
            .as(capture.name())
            .isEqualTo(TRIED_AGAIN.getOrDefault(capture.name(), 0));
      }
    }
  }

  /** The connection of each packet that is of a conversation. */
  private static Map<RealPackets.Packet, Connection> connections(RealPackets capture) {
    List<Conversation> conversations = tshark.conversations(capture);
    Map<RealPackets.Packet, Connection> byPacket = new IdentityHashMap<>();
    for (int i = 0; i < conversations.size(); i++) {
      if (conversations.get(i) != null) {
        TsharkPacket packet = tshark.packets(capture).get(i);
        int tcp = TsharkConversations.tcp(packet);
        String stream = tcp < 0 ? "" : packet.value("tcp.stream", tcp);
        byPacket.put(capture.packets().get(i), new Connection(conversations.get(i), stream));
      }
    }
    return byPacket;
  }
}
