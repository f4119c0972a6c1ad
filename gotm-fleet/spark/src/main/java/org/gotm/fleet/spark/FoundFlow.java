package org.gotm.fleet.spark;

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

  /** What tells its packets from those of others; null if nothing that a query has words for. */
  String condition() {
    if (source == null) {
      return null;
    }
    String hosts = "host %s and host %s".formatted(source, destination);
    if (protocol == null) {
      return "arp and " + hosts;
    }
    String ports =
        sourcePort == null ? "" : " and port %d and port %d".formatted(sourcePort, destinationPort);
    return "%s and %s%s".formatted(protocolWord(), hosts, ports);
  }

  private String protocolWord() {
    return switch (protocol) {
      case 1 -> "icmp";
      case 6 -> "tcp";
      case 17 -> "udp";
      case 58 -> "icmp6";
      case 132 -> "sctp";
      default -> "proto " + protocol;
    };
  }
}
