package org.gotm.store.query;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.gotm.core.packet.HeaderVisitor;
import org.gotm.core.packet.PacketHeaders;
import org.gotm.core.packet.TunnelOptions;
import org.gotm.core.source.PacketBatch;

/** Queries for what some captures have, and for what they have not, in words that tcpdump knows. */
final class RandomQueries implements HeaderVisitor {
  private final Random random;
  private final PacketHeaders headers = new PacketHeaders(TunnelOptions.all());
  private final List<String> addresses = new ArrayList<>(List.of("10.99.99.99", "2001:db8:99::1"));
  private final List<Integer> ports = new ArrayList<>(List.of(1, 65535));
  private final List<String> macs = new ArrayList<>(List.of("02:00:00:00:00:99"));
  private final List<Integer> protocols = new ArrayList<>(List.of(99));

  RandomQueries(Random random) {
    this.random = random;
  }

  /** Takes values from the packets of a capture. */
  void learn(PacketBatch batch, int linkType) {
    for (int i = 0; i < batch.count(); i++) {
      headers.read(
          linkType,
          batch.segment,
          batch.offsets[i],
          batch.caplens[i],
          batch.wireLengths[i],
          batch.vlanTags[i],
          this);
    }
  }

  @Override
  public void ethernet(long source, long target) {
    macs.add(
        "%012x".formatted(random.nextBoolean() ? source : target).replaceAll("..(?=.)", "$0:"));
  }

  @Override
  public void ipv4(int source, int target, int protocol) {
    protocols.add(protocol);
    addresses.add(text(ByteBuffer.allocate(4).putInt(random.nextBoolean() ? source : target)));
  }

  @Override
  public void ipv6(long source0, long source1, long target0, long target1, int protocol) {
    addresses.add(text(ByteBuffer.allocate(16).putLong(target0).putLong(target1)));
  }

  @Override
  public void ports(int source, int target) {
    ports.add(random.nextBoolean() ? source : target);
  }

  private static String text(ByteBuffer address) {
    try {
      return InetAddress.getByAddress(address.array()).getHostAddress();
    } catch (UnknownHostException e) {
      throw new AssertionError(e);
    }
  }

  private <T> T any(List<T> values) {
    return values.get(random.nextInt(values.size()));
  }

  /** A query of one to four conditions. */
  String next() {
    StringBuilder query = new StringBuilder(term());
    for (int more = random.nextInt(4); more > 0; more--) {
      query.append(random.nextBoolean() ? " and " : " or ").append(term());
    }
    return query.toString();
  }

  private String term() {
    String word = condition();
    return switch (random.nextInt(6)) {
      case 0 -> "not " + word;
      case 1 -> "(" + word + " or " + condition() + ")";
      case 2 -> "(" + word + " and " + condition() + ")";
      default -> word;
    };
  }

  private String side() {
    return any(List.of("", "", "src ", "dst "));
  }

  private String condition() {
    return switch (random.nextInt(8)) {
      case 0, 1 -> side() + "host " + any(addresses);
      case 2 -> side() + "net " + network(any(addresses));
      case 3 -> any(List.of("", "tcp ", "udp ")) + side() + "port " + any(ports);
      case 4 -> portRange();
      case 5 -> "ether " + any(List.of("host ", "src ", "dst ")) + any(macs);
      case 6 -> "ip proto " + any(protocols);
      default -> any(List.of("tcp", "udp", "icmp", "ip", "ip6", "arp"));
    };
  }

  private String portRange() {
    int from = any(ports);
    return side() + "portrange " + from + "-" + Math.min(65535, from + random.nextInt(2000));
  }

  /** With no bits behind the network's, as tcpdump wants it. */
  private String network(String address) {
    if (address.indexOf(':') < 0) {
      int dots = 1 + random.nextInt(3);
      String[] octets = address.split("\\.");
      return String.join(".", List.of(octets).subList(0, dots))
          + ".0".repeat(4 - dots)
          + "/"
          + 8 * dots;
    }
    String[] words = address.split(":");
    return words[0] + ":" + (words[1].isEmpty() ? "0" : words[1]) + "::/32";
  }
}
