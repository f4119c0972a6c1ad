package org.gotm.store.query;

import java.util.ArrayList;
import java.util.List;
import org.gotm.core.packet.IpProtocol;
import org.gotm.store.terms.Terms;

/**
 * The two addresses and two ports that a packet must have if all of some conditions hold: the ends
 * of its flow, if it has but one IP header. Which port is of which address is open.
 *
 * @param protocol of the ports, or {@link Condition#ANY}
 */
record FlowEnds(Prefix host, Prefix otherHost, int port, int otherPort, int protocol) {
  /** What conditions that all hold say together; null if they do not say as much. */
  static FlowEnds of(List<Condition> all) {
    List<Prefix> hosts = new ArrayList<>();
    List<Integer> ports = new ArrayList<>();
    int protocol = Condition.ANY;
    for (Condition condition : all) {
      if (condition instanceof Condition.Network network
          && network.ofIp()
          && network.prefix().isSingle()
          && !hosts.contains(network.prefix())) {
        hosts.add(network.prefix());
      } else if (condition instanceof Condition.Port port && port.from() == port.to()) {
        if (!ports.contains(port.from())) {
          ports.add(port.from());
        }
        protocol = port.protocol() == Condition.ANY ? protocol : port.protocol();
      } else if (condition instanceof Condition.Protocol above && hasPorts(above.protocol())) {
        protocol = above.protocol();
      }
    }
    return hosts.size() == 2 && ports.size() == 2
        ? new FlowEnds(hosts.get(0), hosts.get(1), ports.get(0), ports.get(1), protocol)
        : null;
  }

  private static boolean hasPorts(int protocol) {
    return protocol == IpProtocol.TCP || protocol == IpProtocol.UDP || protocol == IpProtocol.SCTP;
  }

  /** Hashes of the flows with these ends. */
  long[] flows() {
    return new long[] {
      Terms.flow(end(host, port), end(otherHost, otherPort)),
      Terms.flow(end(host, otherPort), end(otherHost, port))
    };
  }

  private static long end(Prefix host, int port) {
    return Terms.end(host.high(), host.low(), port);
  }

  /** The protocols that the flow may be of. */
  List<Integer> protocols() {
    return protocol == Condition.ANY
        ? List.of(IpProtocol.TCP, IpProtocol.UDP, IpProtocol.SCTP)
        : List.of(protocol);
  }
}
