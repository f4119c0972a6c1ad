package org.gotm.core.packet;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.gotm.core.pcapfile.RealPackets;
import org.gotm.core.pcapfile.Tcpdump;

/** What tshark says of every packet of every capture. */
final class TsharkCaptures {
  private final Map<String, List<TsharkPacket>> packets = new HashMap<>();

  /** The captures. */
  final List<RealPackets> captures;

  /** Asks tshark once for each link type: starting it takes longer than anything else. */
  TsharkCaptures(Path folder) throws IOException {
    Tcpdump.require("tshark");
    Tcpdump.require();
    captures = RealPackets.all();
    Map<Integer, List<RealPackets>> byLinkType =
        captures.stream().collect(Collectors.groupingBy(RealPackets::linkType));
    for (Map.Entry<Integer, List<RealPackets>> entry : byLinkType.entrySet()) {
      ask(entry.getKey(), entry.getValue(), folder);
    }
  }

  private void ask(int linkType, List<RealPackets> some, Path folder) throws IOException {
    List<RealPackets.Packet> all = new ArrayList<>();
    some.forEach(capture -> all.addAll(capture.packets()));
    List<TsharkPacket> answers =
        TsharkPacket.of(new RealPackets("link type " + linkType, linkType, all), folder);
    int from = 0;
    for (RealPackets capture : some) {
      int to = from + capture.packets().size();
      packets.put(capture.name(), answers.subList(from, to));
      from = to;
    }
  }

  /** The packets of a capture. */
  List<TsharkPacket> packets(RealPackets capture) {
    return packets.get(capture.name());
  }

  /** The conversation of each packet of a capture, null if it is neither IP nor ARP. */
  List<TsharkConversations.Conversation> conversations(RealPackets capture) {
    return TsharkConversations.of(packets(capture));
  }
}
