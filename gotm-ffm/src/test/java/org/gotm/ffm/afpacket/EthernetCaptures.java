package org.gotm.ffm.afpacket;

import java.util.ArrayList;
import java.util.List;
import org.gotm.core.packet.LinkType;
import org.gotm.core.pcapfile.RealPackets;

/**
 * Every frame of every Ethernet capture, divided by what a veth pair can carry.
 *
 * @param sendable frames that come out of the other end
 * @param unsendable what the others are, and why they are left out
 */
record EthernetCaptures(List<byte[]> sendable, List<String> unsendable) {
  private static final int SHORTEST = 14; // a header of Ethernet: EINVAL below
  private static final int LONGEST = 65_535 + 14; // the largest MTU and a header: EMSGSIZE above

  static EthernetCaptures all() {
    List<byte[]> sendable = new ArrayList<>();
    List<String> unsendable = new ArrayList<>();
    for (RealPackets capture : RealPackets.all()) {
      if (capture.linkType() != LinkType.ETHERNET) {
        continue;
      }
      for (RealPackets.Packet packet : capture.packets()) {
        byte[] frame = packet.bytes();
        if (frame.length >= SHORTEST && frame.length <= LONGEST) {
          sendable.add(frame);
        } else {
          unsendable.add("%s: frame of %d bytes".formatted(capture.name(), frame.length));
        }
      }
    }
    return new EthernetCaptures(List.copyOf(sendable), List.copyOf(unsendable));
  }
}
