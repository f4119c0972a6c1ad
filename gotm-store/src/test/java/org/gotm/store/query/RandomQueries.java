package org.gotm.store.query;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Random;
import org.gotm.core.packet.HeaderVisitor;
import org.gotm.core.packet.PacketHeaders;
import org.gotm.core.packet.TunnelOptions;
import org.gotm.core.source.PacketBatch;

/** Queries for what some captures have, and for what they have not, in words that tcpdump knows. */
final class RandomQueries implements HeaderVisitor {
  private static final long MOST_LEARNT = 200_000;

  private final Random random;
  private final PacketHeaders headers = new PacketHeaders(TunnelOptions.all());
  private final List<String> addresses = new ArrayList<>(List.of("10.99.99.99", "2001:db8:99::1"));
  private final List<Integer> ports = new ArrayList<>(List.of(1, 65535));
  private final List<String> macs = new ArrayList<>(List.of("02:00:00:00:00:99"));
  private final List<Integer> protocols = new ArrayList<>(List.of(99));
  private final List<String> tags = new ArrayList<>(List.of("vlan", "vlan 99", "mpls", "vni"));
  private final List<String> flows = new ArrayList<>();
  private final List<Long> times = new ArrayList<>(List.of(0L, 4_000_000_000_000_000_000L));
  private long seen;
  private byte[] source;
  private byte[] target;
  private int protocol;

  RandomQueries(Random random) {
    this.random = random;
  }

  /** Takes values from the packets of a capture, or from a sample of them if there are many. */
  void learn(PacketBatch batch, int linkType) {
    for (int i = 0; i < batch.count(); i++) {
      if (++seen > MOST_LEARNT && random.nextLong(seen) >= MOST_LEARNT) {
        continue;
      }
      headers.read(
          linkType,
          batch.segment,
          batch.offsets[i],
          batch.caplens[i],
          batch.wireLengths[i],
          batch.vlanTags[i],
          this);
      times.add(batch.timestampsNanos[i]);
    }
  }

  @Override
  public void vlan(int id) {
    tags.add("vlan " + id);
  }

  @Override
  public void label(int label) {
    tags.add("mpls " + label);
  }

  @Override
  public void vni(int vni) {
    tags.add("vni " + (vni & Integer.MAX_VALUE));
  }

  private void layer(ByteBuffer newSource, ByteBuffer newTarget, int newProtocol) {
    source = newSource.array();
    target = newTarget.array();
    protocol = newProtocol;
    protocols.add(protocol);
    addresses.add(text(random.nextBoolean() ? source : target));
  }

  @Override
  public void ethernet(long source, long target) {
    macs.add(
        "%012x".formatted(random.nextBoolean() ? source : target).replaceAll("..(?=.)", "$0:"));
  }

  @Override
  public void ipv4(int newSource, int newTarget, int newProtocol) {
    layer(
        ByteBuffer.allocate(4).putInt(newSource),
        ByteBuffer.allocate(4).putInt(newTarget),
        newProtocol);
  }

  @Override
  public void ipv6(long source0, long source1, long target0, long target1, int newProtocol) {
    layer(
        ByteBuffer.allocate(16).putLong(source0).putLong(source1),
        ByteBuffer.allocate(16).putLong(target0).putLong(target1),
        newProtocol);
  }

  @Override
  public void ports(int sourcePort, int targetPort) {
    ports.add(random.nextBoolean() ? sourcePort : targetPort);
    if (random.nextInt(4) == 0) {
      flows.add(
          "host %s and host %s and port %d and port %d"
              .formatted(text(source), text(target), sourcePort, targetPort));
      flows.add("community-id " + communityId(sourcePort, targetPort));
    }
  }

  /** After the specification: SHA-1 over the ends, the lower one first. */
  private String communityId(int sourcePort, int targetPort) {
    int order = Arrays.compareUnsigned(source, target);
    boolean isInOrder = order < 0 || order == 0 && sourcePort <= targetPort;
    ByteBuffer input = ByteBuffer.allocate(2 + 2 * source.length + 6);
    input.putShort((short) 0).put(isInOrder ? source : target).put(isInOrder ? target : source);
    input.put((byte) protocol).put((byte) 0);
    input.putShort((short) (isInOrder ? sourcePort : targetPort));
    input.putShort((short) (isInOrder ? targetPort : sourcePort));
    try {
      byte[] digest = MessageDigest.getInstance("SHA-1").digest(input.array());
      return "1:" + Base64.getEncoder().encodeToString(digest);
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError(e);
    }
  }

  private static String text(byte[] address) {
    try {
      return InetAddress.getByAddress(address).getHostAddress();
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

  /** A query with all words of the language, nested; {@code bpf} with "greater" and a length. */
  String nextOfAll() {
    return nested(random.nextInt(4));
  }

  private String nested(int depth) {
    if (depth == 0) {
      return random.nextInt(3) == 0 ? condition() : ownCondition();
    }
    String query = nested(depth - 1);
    for (int more = random.nextInt(3); more > 0; more--) {
      query += any(List.of(" and ", " or ", " && ", " || ")) + nested(random.nextInt(depth));
    }
    return switch (random.nextInt(5)) {
      case 0 -> "not (" + query + ")";
      case 1 -> "! (" + query + ")";
      case 2 -> query;
      default -> "(" + query + ")";
    };
  }

  private String ownCondition() {
    return switch (random.nextInt(12)) {
      case 0, 1 -> flows.isEmpty() ? "udp" : any(flows);
      case 2 -> any(tags);
      case 3 -> any(List.of("sctp", "icmp6", "icmp", "ip6 proto 58", "proto 6", "arp", "ip6"));
      case 4 -> any(List.of("after ", "before ")) + Instant.ofEpochSecond(0, any(times));
      case 5 -> {
        long nanos = any(times);
        yield "(after %s and before %s)"
            .formatted(
                Instant.ofEpochSecond(0, nanos),
                Instant.ofEpochSecond(0, nanos + (1L << random.nextInt(40))));
      }
      case 6 -> "ether proto " + any(List.of("0x0800", "0x86dd", "arp", "0x88cc", "0x8847"));
      case 7 -> any(List.of("arp ", "ip ", "")) + side() + "host 10.20.0." + random.nextInt(256);
      case 8 -> "bpf 'greater " + random.nextInt(1600) + "'";
      case 9 -> "src and dst net " + network(any(addresses));
      case 10 -> "port " + any(ports) + " or " + any(ports);
      default -> "host " + any(addresses) + " and host " + any(addresses);
    };
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
