package org.gotm.core.packet;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Which conversation each packet of a capture belongs to, made of what tshark says: that of the
 * innermost IP packet or ARP message, of the packet that an ICMP error quotes, and of the first
 * fragment.
 */
final class TsharkConversations {
  /** Layers with a port or the like in them, by number of the protocol. */
  private static final Map<Long, String> TRANSPORTS =
      Map.of(1L, "icmp", 6L, "tcp", 17L, "udp", 50L, "esp", 58L, "icmpv6", 132L, "sctp");

  private static final Set<Long> ICMP_ERRORS = Set.of(3L, 4L, 5L, 11L, 12L);
  private static final Set<Long> ICMPV6_ERRORS = Set.of(1L, 2L, 3L, 4L);
  private static final Set<Long> ICMP_ECHO = Set.of(0L, 8L);
  private static final Set<Long> ICMPV6_ECHO = Set.of(128L, 129L);

  private final Map<String, Conversation> firstFragments = new HashMap<>();

  /**
   * Who speaks with whom; equal for both directions.
   *
   * @param kind protocol by name or number
   * @param ends address and port of both, in any order
   * @param sender the one that sent the packet
   */
  record Conversation(String kind, List<String> ends, String sender) {
    static Conversation of(String kind, String source, String target) {
      return new Conversation(kind, Stream.of(source, target).sorted().toList(), source);
    }

    /** The same of a packet that tells an end about one of its own. */
    private Conversation answered() {
      return new Conversation(kind, ends, ends.get(1 - ends.indexOf(sender)));
    }

    @Override
    public boolean equals(Object other) {
      return other instanceof Conversation that && that.kind.equals(kind) && that.ends.equals(ends);
    }

    @Override
    public int hashCode() {
      return Objects.hash(kind, ends);
    }
  }

  private TsharkConversations() {}

  /** The conversation of each packet of a capture, null if it is neither IP nor ARP. */
  static List<Conversation> of(List<TsharkPacket> packets) {
    TsharkConversations conversations = new TsharkConversations();
    List<Conversation> all = new ArrayList<>();
    packets.forEach(packet -> all.add(conversations.next(packet)));
    return all;
  }

  private Conversation next(TsharkPacket packet) {
    Conversation conversation = null;
    for (int at = 0; at < packet.layers().size(); at++) {
      if (isEnd(packet.layer(at))) {
        Conversation inner = describe(packet, at);
        if (inner != null) {
          conversation = inner;
        }
        if (quote(packet, at) >= 0) {
          break;
        }
      }
    }
    for (int at = 0; conversation != null && at < packet.layers().size(); at++) {
      if (isEnd(packet.layer(at)) && isFirstFragment(packet, at)) {
        firstFragments.put(fragmentId(packet, at), conversation);
      }
      if (quote(packet, at) >= 0) {
        break;
      }
    }
    return conversation;
  }

  private static boolean isEnd(String layer) {
    return layer.equals("ip") || layer.equals("ipv6") || layer.equals("arp");
  }

  /** The conversation of the IP header or ARP message at an index; null if it does not tell. */
  private Conversation describe(TsharkPacket packet, int at) {
    if (packet.layer(at).equals("arp")) {
      return packet.value("arp.dst.proto_ipv4", at).isEmpty()
          ? null
          : Conversation.of(
              "arp",
              packet.value("arp.src.proto_ipv4", at) + " 0",
              packet.value("arp.dst.proto_ipv4", at) + " 0");
    }
    if (!isWhole(packet, at)) {
      return null;
    }
    if (isLaterFragment(packet, at)) {
      return firstFragments.getOrDefault(fragmentId(packet, at), own(packet, at));
    }
    int quote = quote(packet, at);
    if (quote >= 0 && tells(packet, quote)) {
      return own(packet, quote).answered();
    }
    return own(packet, at);
  }

  /** The index of the TCP header that tells the packet's own conversation, or -1. */
  static int tcp(TsharkPacket packet) {
    int tcp = -1;
    for (int at = 0; at < packet.layers().size(); at++) {
      if (isEnd(packet.layer(at))) {
        boolean isTcp = packet.layer(transport(packet, at)).equals("tcp");
        tcp = isTcp && !isLaterFragment(packet, at) ? transport(packet, at) : -1;
        if (quote(packet, at) >= 0) {
          return -1;
        }
      }
    }
    return tcp;
  }

  /** Where the header is that the ICMP error above the header at an index quotes, or -1. */
  private static int quote(TsharkPacket packet, int at) {
    int icmp = transport(packet, at);
    boolean isError =
        switch (packet.layer(icmp)) {
          case "icmp" -> ICMP_ERRORS.contains(packet.number("icmp.type", icmp));
          case "icmpv6" -> ICMPV6_ERRORS.contains(packet.number("icmpv6.type", icmp));
          default -> false;
        };
    return isError && isEnd(packet.layer(icmp + 1)) ? icmp + 1 : -1;
  }

  private static boolean isWhole(TsharkPacket packet, int at) {
    return !packet.value(packet.layer(at) + ".dst", at).isEmpty();
  }

  /** False for a quote that has no transport header, but should. */
  private static boolean tells(TsharkPacket packet, int at) {
    String expected = TRANSPORTS.get(protocol(packet, at));
    return isWhole(packet, at)
        && !isLaterFragment(packet, at)
        && (expected == null || packet.layer(transport(packet, at)).equals(expected));
  }

  /** The conversation of a header by itself and what is above it. */
  private static Conversation own(TsharkPacket packet, int at) {
    String version = packet.layer(at);
    int above = transport(packet, at);
    String source = packet.value(version + ".src", at);
    String target = packet.value(version + ".dst", at);
    if (isLaterFragment(packet, at)) {
      return Conversation.of(kind(packet, at), source + " 0", target + " 0");
    }
    return switch (packet.layer(above)) {
      case "tcp", "udp", "sctp" ->
          Conversation.of(
              packet.layer(above),
              source + " " + packet.number(packet.layer(above) + ".srcport", above),
              target + " " + packet.number(packet.layer(above) + ".dstport", above));
      case "esp" ->
          Conversation.of(
              "esp",
              source + " " + (packet.number("esp.spi", above) >>> 16),
              target + " " + (packet.number("esp.spi", above) & 0xffff));
      case "icmp" -> {
        boolean isEcho = ICMP_ECHO.contains(packet.number("icmp.type", above));
        String port = " " + (isEcho ? packet.number("icmp.ident", above) : 0);
        yield Conversation.of("icmp", source + port, target + port);
      }
      case "icmpv6" -> icmpv6(packet, above, source, target);
      default -> Conversation.of(kind(packet, at), source + " 0", target + " 0");
    };
  }

  private static Conversation icmpv6(TsharkPacket packet, int at, String source, String target) {
    boolean isEcho = ICMPV6_ECHO.contains(packet.number("icmpv6.type", at));
    String port = " " + (isEcho ? packet.number("icmpv6.echo.identifier", at) : 0);
    String solicited = "icmpv6.nd.ns.target_address";
    String advertised = "icmpv6.nd.na.target_address";
    return Conversation.of(
        "icmpv6",
        (packet.value(advertised, at).isEmpty() ? source : packet.value(advertised, at)) + port,
        (packet.value(solicited, at).isEmpty() ? target : packet.value(solicited, at)) + port);
  }

  /** The number of the protocol above, or the name if extension headers stand before it. */
  private static String kind(TsharkPacket packet, int at) {
    int above = transport(packet, at);
    return above == at + 1 ? "" + protocol(packet, at) : packet.layer(above);
  }

  private static long protocol(TsharkPacket packet, int at) {
    return packet.number(packet.layer(at).equals("ip") ? "ip.proto" : "ipv6.nxt", at);
  }

  /** The first layer above the header at an index that is no extension header. */
  private static int transport(TsharkPacket packet, int at) {
    int above = at + 1;
    while (packet.layer(above).startsWith("ipv6.") || packet.layer(above).equals("ah")) {
      above++;
    }
    return above;
  }

  /** Where the fragment header of the header at an index is, or -1. */
  private static int fragmentHeader(TsharkPacket packet, int at) {
    for (int above = at + 1; above < transport(packet, at); above++) {
      if (packet.layer(above).equals("ipv6.fraghdr")) {
        return above;
      }
    }
    return -1;
  }

  private static boolean isLaterFragment(TsharkPacket packet, int at) {
    int header = fragmentHeader(packet, at);
    return packet.layer(at).equals("ip") && packet.number("ip.frag_offset", at) != 0
        || header >= 0 && packet.number("ipv6.fraghdr.offset", header) != 0;
  }

  private static boolean isFirstFragment(TsharkPacket packet, int at) {
    int header = fragmentHeader(packet, at);
    boolean more =
        packet.layer(at).equals("ip") && packet.number("ip.flags.mf", at) != 0
            || header >= 0 && packet.number("ipv6.fraghdr.more", header) != 0;
    return more && !isLaterFragment(packet, at);
  }

  private static String fragmentId(TsharkPacket packet, int at) {
    String version = packet.layer(at);
    int header = fragmentHeader(packet, at);
    return "%s %s %s %d"
        .formatted(
            packet.value(version + ".src", at),
            packet.value(version + ".dst", at),
            version.equals("ip") ? protocol(packet, at) : "",
            header < 0 ? packet.number("ip.id", at) : packet.number("ipv6.fraghdr.ident", header));
  }
}
