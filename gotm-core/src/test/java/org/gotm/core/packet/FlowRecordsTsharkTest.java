package org.gotm.core.packet;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import org.gotm.core.flow.Cutoff;
import org.gotm.core.flow.FlowCutter;
import org.gotm.core.flow.FlowRecord;
import org.gotm.core.flow.KeptPackets;
import org.gotm.core.packet.TsharkConversations.Conversation;
import org.gotm.core.pcapfile.RealPackets;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The records of all flows of every capture tell what tshark's conversations do, of either end. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class FlowRecordsTsharkTest {
  private static final long CENTURY = 100L * 365 * 86_400_000_000_000L;

  private static TsharkCaptures tshark;

  /** One end of a conversation. */
  private record Sender(Conversation conversation, String end) {}

  /** What an end has sent. */
  private record Sent(long packets, long bytes, long keptPackets, long keptBytes, int flags) {
    static final Sent NOTHING = new Sent(0, 0, 0, 0, 0);

    Sent plus(Sent other) {
      return new Sent(
          packets + other.packets,
          bytes + other.bytes,
          keptPackets + other.keptPackets,
          keptBytes + other.keptBytes,
          flags | other.flags);
    }
  }

  @BeforeAll
  static void askTshark(@TempDir Path folder) throws IOException {
    tshark = new TsharkCaptures(folder);
  }

  @AfterAll
  static void forget() {
    tshark = null;
  }

  @ParameterizedTest
  @CsvSource({"1000000, 1000000000", "3, 1000000000", "100, 500", "1, 1"})
  void shouldTellWhatEachEndHasSent(long packets, long bytes) {
    FlowCutter.Options options =
        FlowCutter.Options.defaults()
            .withCapacityFlows(1 << 15)
            .withTimeout(Duration.ofNanos(CENTURY))
            .withCutoff(Cutoff.of(packets, bytes));
    int compared = 0;
    for (RealPackets capture : tshark.captures) {
      KeptPackets.Recorded recorded = KeptPackets.withFlows(capture, options);
      Map<FlowKey, Conversation> conversations = new HashMap<>();
      Map<Sender, Sent> expected = expected(capture, recorded.packets(), conversations);
      Map<Sender, Sent> told = told(recorded.flows(), conversations);
      assertThat(told).as(capture.name()).isEqualTo(expected);
      compared += told.size();
    }
    assertThat(compared).isGreaterThan(1000);
  }

  private static Map<Sender, Sent> expected(
      RealPackets capture, List<RealPackets.Packet> kept, Map<FlowKey, Conversation> byKey) {
    Map<RealPackets.Packet, Boolean> isKept = new IdentityHashMap<>();
    kept.forEach(packet -> isKept.put(packet, true));
    List<TsharkPacket> answers = tshark.packets(capture);
    List<Conversation> conversations = tshark.conversations(capture);
    List<DecodedKey.Decoded> decoded = DecodedKey.decode(capture);
    Map<Sender, Sent> sent = new HashMap<>();
    for (int i = 0; i < decoded.size(); i++) {
      Conversation conversation = conversations.get(i);
      DecodedKey key = decoded.get(i).key();
      if (conversation == null || !key.isDecoded()) {
        continue;
      }
      byKey.put(key.flowKey(), conversation);
      RealPackets.Packet packet = capture.packets().get(i);
      boolean wasKept = isKept.containsKey(packet);
      int tcp = TsharkConversations.tcp(answers.get(i));
      Sent one =
          new Sent(
              1,
              packet.wireLength(),
              wasKept ? 1 : 0,
              wasKept ? packet.bytes().length : 0,
              tcp < 0 ? 0 : (int) answers.get(i).number("tcp.flags", tcp) & 0x1ff);
      sent.merge(new Sender(conversation, conversation.sender()), one, Sent::plus);
    }
    return sent;
  }

  private static Map<Sender, Sent> told(
      List<FlowRecord> flows, Map<FlowKey, Conversation> conversations) {
    Map<Sender, Sent> told = new HashMap<>();
    for (FlowRecord flow : flows) {
      FlowKey key = flow.key();
      Conversation conversation =
          conversations.getOrDefault(key, conversations.get(key.reversed()));
      if (conversation == null) {
        continue;
      }
      Sent source =
          new Sent(
              flow.sourcePackets(),
              flow.sourceBytes(),
              flow.sourceKeptPackets(),
              flow.sourceKeptBytes(),
              flags(flow, flow.sourceTcpFlags()));
      Sent destination =
          new Sent(
              flow.destinationPackets(),
              flow.destinationBytes(),
              flow.destinationKeptPackets(),
              flow.destinationKeptBytes(),
              flags(flow, flow.destinationTcpFlags()));
      add(told, new Sender(conversation, key.firstAddress() + " " + key.firstPort()), source);
      add(
          told,
          new Sender(conversation, key.secondAddress() + " " + key.secondPort()),
          destination);
    }
    return told;
  }

  private static int flags(FlowRecord flow, int flags) {
    return flow.key().protocol() == IpProtocol.TCP ? flags : 0;
  }

  private static void add(Map<Sender, Sent> told, Sender sender, Sent sent) {
    if (!sent.equals(Sent.NOTHING)) {
      told.merge(sender, sent, Sent::plus);
    }
  }
}
