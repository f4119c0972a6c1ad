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

  @Test
  void shouldKeepOnePacketOfEachConversation() {
    Cutoff onePacket = new Cutoff(1, Cutoff.UNLIMITED, false);
    FlowCutter.Options options =
        new FlowCutter.Options(
            1 << 16, CENTURY, onePacket, Cutoff.UNLIMITED, FlowKeyOptions.defaults());
    for (RealPackets capture : tshark.captures) {
      List<Conversation> conversations = tshark.conversations(capture);
      Map<RealPackets.Packet, Conversation> byPacket = new IdentityHashMap<>();
      for (int i = 0; i < conversations.size(); i++) {
        byPacket.put(capture.packets().get(i), conversations.get(i));
      }
      List<Conversation> kept = new ArrayList<>();
      for (RealPackets.Packet packet : KeptPackets.of(capture, options).packets()) {
        Conversation conversation = byPacket.get(packet);
        if (conversation != null) {
          kept.add(conversation);
        }
      }
      Set<Conversation> all = new HashSet<>(conversations);
      all.remove(null);

      assertThat(kept).as(capture.name()).containsAll(all);
      if (!EXPECTED.containsKey(capture.name())) {
        assertThat(kept).as(capture.name()).doesNotHaveDuplicates();
      }
    }
  }
}
