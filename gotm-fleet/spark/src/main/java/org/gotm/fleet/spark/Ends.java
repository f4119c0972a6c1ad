package org.gotm.fleet.spark;

import org.gotm.core.packet.FlowKey;
import org.gotm.core.packet.FlowKeys;
import org.gotm.core.packet.IpProtocol;

/**
 * Between whom a packet goes, whichever way.
 *
 * @param protocol of IP; -1 for ARP
 * @param one address, and port if the protocol has some, of the end that comes first as a text
 * @param other those of the other end
 */
record Ends(int protocol, String one, String other) {
  private static final int ARP = -1;

  /** Those of a record that has addresses. */
  static Ends of(FoundFlow flow) {
    return of(
        flow.protocol() == null ? ARP : flow.protocol(),
        end(flow.source(), flow.sourcePort()),
        end(flow.destination(), flow.destinationPort()));
  }

  /** Those of a packet that was decoded. */
  static Ends of(FlowKey key) {
    if (key.family() == FlowKeys.FAMILY_MAC) {
      return new Ends(ARP, key.firstAddress(), key.secondAddress()); // no record has these
    }
    boolean hasPorts = IpProtocol.hasPorts(key.protocol());
    return of(
        key.family() == FlowKeys.FAMILY_ARP ? ARP : key.protocol(),
        end(key.firstAddress(), hasPorts ? key.firstPort() : null),
        end(key.secondAddress(), hasPorts ? key.secondPort() : null));
  }

  private static Ends of(int protocol, String one, String other) {
    return one.compareTo(other) <= 0
        ? new Ends(protocol, one, other)
        : new Ends(protocol, other, one);
  }

  private static String end(String address, Integer port) {
    return address + (port == null ? "" : " " + port);
  }
}
