package org.gotm.fleet.spark;

import java.util.ArrayList;
import java.util.List;

/**
 * A flow record that was found, as far as its packets are asked for by it.
 *
 * @param sensor that has seen it
 * @param startMicros when its first packet came, microseconds since 1970
 * @param endMicros when its last packet came
 * @param protocol IP protocol number; null if it is not IP
 * @param source address of who began; null if it is neither IP nor ARP
 * @param destination address of the other end
 * @param sourcePort null if there is none
 * @param destinationPort null if there is none
 * @param keptPackets packets that were written
 * @param cutMicros when its cutoff was reached; null if it was not
 * @param communityId null if there is none
 */
record FoundFlow(
    String sensor,
    long startMicros,
    long endMicros,
    Integer protocol,
    String source,
    String destination,
    Integer sourcePort,
    Integer destinationPort,
    long keptPackets,
    Long cutMicros,
    String communityId) {

  /** True if a query has words for its packets. */
  boolean canBeAskedFor() {
    return source != null;
  }

  /** Between whom it is, in a query's words, if it can be asked for. */
  String ends() {
    String ports =
        sourcePort == null ? "" : " and port %d and port %d".formatted(sourcePort, destinationPort);
    return hosts() + ports;
  }

  private String hosts() {
    return "%s and host %s and host %s".formatted(protocolWord(), source, destination);
  }

  /**
   * What its packets meet, each of them one condition, and few others; none if it cannot be asked
   * for. Fragments have no ports, and a message of ICMP about it may be from anybody to an end.
   */
  List<String> conditions() {
    if (!canBeAskedFor()) {
      return List.of();
    }
    List<String> conditions = new ArrayList<>(List.of(ends()));
    if (sourcePort != null) {
      conditions.add(hosts() + " and not portrange 0-65535");
    }
    if (protocol != null) {
      String icmp = source.contains(":") ? "icmp6" : "icmp";
      conditions.add("%s and (host %s or host %s)".formatted(icmp, source, destination));
    }
    return conditions;
  }

  private String protocolWord() {
    return switch (protocol) {
      case null -> "arp";
      case 1 -> "icmp";
      case 6 -> "tcp";
      case 17 -> "udp";
      case 58 -> "icmp6";
      case 132 -> "sctp";
      default -> "proto " + protocol;
    };
  }
}
