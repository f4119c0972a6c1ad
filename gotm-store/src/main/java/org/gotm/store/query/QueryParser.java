package org.gotm.store.query;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.util.Map;
import org.gotm.core.packet.IpProtocol;
import org.gotm.store.query.QueryTokens.Token;

/**
 * Reads a query: stenographer's language, and pcap-filter's words for the same things. {@code and}
 * and {@code or} bind equally, from the left, {@code not} binds more, as in both languages. A value
 * alone is of the kind of the one before: {@code port 80 or 443}. One thread.
 */
final class QueryParser {
  private static final int DEEPEST = 100;
  private static final int MOST_PORT = 65_535;
  private static final Map<String, Integer> ETHER_TYPES =
      Map.of("ip", 0x0800, "arp", Condition.ARP, "rarp", 0x8035, "ip6", 0x86dd);

  private final QueryTokens tokens;
  private final QueryTimes times;
  private final PacketTest.Compiler compiler;
  private Kind last = new Kind("", Side.EITHER, "host");
  private int depth;

  /** What a value is: the words before it. */
  private record Kind(String protocol, Side side, String type) {}

  QueryParser(String query, QueryTimes times, PacketTest.Compiler compiler) {
    this.tokens = new QueryTokens(query);
    this.times = times;
    this.compiler = compiler;
  }

  /** The whole query. */
  Condition parse() {
    if (tokens.isAtEnd()) {
      return new Condition.All();
    }
    Condition condition = expression();
    if (!tokens.isAtEnd()) {
      throw tokens.wrong(
          tokens.peek(), "'and' or 'or' is missing before '%s'".formatted(tokens.peek().text()));
    }
    return condition;
  }

  private Condition expression() {
    Condition condition = term();
    while (true) {
      if (tokens.takeIf("and") || tokens.takeIf("&&")) {
        condition = new Condition.And(condition, term());
      } else if (tokens.takeIf("or") || tokens.takeIf("||")) {
        condition = new Condition.Or(condition, term());
      } else {
        return condition;
      }
    }
  }

  private Condition term() {
    Token token = tokens.peek();
    if (++depth > DEEPEST) {
      throw tokens.wrong(token, "deeper than %d brackets and nots".formatted(DEEPEST));
    }
    try {
      if (tokens.takeIf("not") || tokens.takeIf("!")) {
        return new Condition.Not(term());
      }
      if (tokens.takeIf("(")) {
        Condition inner = expression();
        if (!tokens.takeIf(")")) {
          throw tokens.wrong(tokens.peek(), "')' is missing");
        }
        return inner;
      }
      return primitive();
    } finally {
      depth--;
    }
  }

  private Condition primitive() {
    Token token = tokens.peek();
    if (token.isQuoted()) {
      throw tokens.wrong(token, "quotes are for times and after bpf");
    }
    switch (token.text()) {
      case "before", "after" -> {
        tokens.take();
        return new Condition.Time(times.take(tokens), token.is("after"));
      }
      case "vlan" -> {
        return tagged(Condition.Tag.VLAN, 4095);
      }
      case "mpls" -> {
        return tagged(Condition.Tag.LABEL, (1 << 20) - 1);
      }
      case "vni" -> {
        return tagged(Condition.Tag.VNI, Integer.MAX_VALUE);
      }
      case "community-id" -> {
        return community();
      }
      case "bpf" -> {
        return bpf();
      }
      case "" -> throw tokens.wrong(token, "something is missing at the end");
      default -> {
        return header();
      }
    }
  }

  private Condition tagged(Condition.Tag tag, int most) {
    tokens.take();
    int value = QueryValues.number(tokens.peek().text(), most);
    boolean isGiven = !tokens.isAtEnd() && Character.isDigit(tokens.peek().text().charAt(0));
    if (isGiven && value < 0) {
      throw tokens.wrong(tokens.peek(), "not a number from 0 to %d".formatted(most));
    }
    if (isGiven) {
      tokens.take();
    }
    return new Condition.Tagged(tag, isGiven ? value : Condition.ANY);
  }

  private Condition community() {
    tokens.take();
    Token token = tokens.take();
    CommunityId id = CommunityId.parse(token.text());
    if (id == null) {
      throw tokens.wrong(token, "no Community ID, such as 1:LQU9qZlK+B5F3KDmev6m5PMibrg=");
    }
    return new Condition.Community(id);
  }

  private Condition bpf() {
    tokens.take();
    Token token = tokens.take();
    if (!token.isQuoted()) {
      throw tokens.wrong(token, "an expression in quotes is missing after bpf");
    }
    try {
      return new Condition.Bpf(token.text(), compiler.compile(token.text()));
    } catch (IllegalArgumentException e) {
      throw tokens.wrong(token, e.getMessage());
    }
  }

  /** Words for protocol, side and type, as far as they are there, and a value. */
  private Condition header() {
    Token first = tokens.peek();
    String protocol = isProtocol(first.text()) ? tokens.take().text() : "";
    Side side = side();
    String type = isType(tokens.peek().text()) ? tokens.take().text() : "";
    boolean isKind = side != null || !type.isEmpty();
    if (!protocol.isEmpty() && !isKind && !isValue(tokens.peek())) {
      return protocol(first, protocol);
    }
    if (protocol.isEmpty() && !isKind) {
      if (!isValue(first)) {
        throw tokens.wrong(first, "'%s' is no word of a query".formatted(first.text()));
      }
    } else {
      last = new Kind(protocol, side == null ? Side.EITHER : side, type.isEmpty() ? "host" : type);
    }
    return value(last);
  }

  private static boolean isProtocol(String word) {
    return word.equals("ether")
        || ETHER_TYPES.containsKey(word)
        || QueryValues.protocol(word) != null;
  }

  private static boolean isType(String word) {
    return switch (word) {
      case "host", "net", "port", "portrange", "proto" -> true;
      default -> false;
    };
  }

  private static boolean isValue(Token token) {
    String text = token.text();
    return !text.isEmpty()
        && (Character.isDigit(text.charAt(0)) || QueryValues.network(text) != null);
  }

  /** Src, dst, src or dst, src and dst; null if none is there. */
  private Side side() {
    boolean isSource = tokens.takeIf("src");
    if (!isSource) {
      return tokens.takeIf("dst") ? Side.TARGET : null;
    }
    if (!tokens.peekBehind().is("dst")) {
      return Side.SOURCE;
    }
    if (tokens.takeIf("or")) {
      tokens.take();
      return Side.EITHER;
    }
    if (tokens.takeIf("and")) {
      tokens.take();
      return Side.BOTH;
    }
    return Side.SOURCE;
  }

  private Condition protocol(Token token, String word) {
    return switch (word) {
      case "ether" -> throw tokens.wrong(tokens.peek(), "host, src, dst or proto is missing");
      case "ip" -> new Condition.Protocol(4, Condition.ANY);
      case "ip6" -> new Condition.Protocol(6, Condition.ANY);
      case "arp", "rarp" -> new Condition.EtherType(ETHER_TYPES.get(word));
      case "icmp" -> Condition.Protocol.icmp();
      case "icmp6" -> Condition.Protocol.icmp6();
      default -> Condition.Protocol.of(QueryValues.protocol(word));
    };
  }

  private Condition value(Kind kind) {
    Token token = tokens.take();
    return switch (kind.type) {
      case "port", "portrange" -> ports(token, kind);
      case "proto" -> number(token, kind);
      case "net" -> net(token, kind);
      default -> kind.protocol.equals("ether") ? etherHost(token, kind) : host(token, kind);
    };
  }

  private Condition host(Token token, Kind kind) {
    InetAddress address = QueryValues.address(token.text());
    if (address == null) {
      throw tokens.wrong(
          token, "'%s' is no address; names are not looked up".formatted(token.text()));
    }
    int bits = address instanceof Inet4Address ? Prefix.IPV4_BITS : Prefix.IPV6_BITS;
    return network(token, Prefix.of(address, bits), kind);
  }

  private Condition net(Token token, Kind kind) {
    Prefix prefix =
        tokens.takeIf("mask")
            ? QueryValues.network(token.text(), tokens.take().text())
            : QueryValues.network(token.text());
    if (prefix == null) {
      throw tokens.wrong(token, "'%s' is no network, such as 10.0.0.0/8".formatted(token.text()));
    }
    return network(token, prefix, kind);
  }

  private Condition network(Token token, Prefix prefix, Kind kind) {
    return switch (kind.protocol) {
      case "" -> new Condition.Network(kind.side, prefix, true, true);
      case "ip", "ip6" -> {
        if (prefix.isIpv4() != kind.protocol.equals("ip")) {
          throw tokens.wrong(token, "no address of %s".formatted(kind.protocol));
        }
        yield new Condition.Network(kind.side, prefix, true, false);
      }
      case "arp" -> new Condition.Network(kind.side, prefix, false, true);
      default -> throw tokens.wrong(token, "%s has no addresses".formatted(kind.protocol));
    };
  }

  private Condition etherHost(Token token, Kind kind) {
    long address = QueryValues.mac(token.text());
    if (address < 0) {
      throw tokens.wrong(token, "'%s' is no MAC address".formatted(token.text()));
    }
    return new Condition.EtherHost(kind.side, address);
  }

  private Condition ports(Token token, Kind kind) {
    String text = token.text();
    int dash = text.indexOf('-');
    boolean isRange = kind.type.equals("portrange") && dash > 0;
    int from = QueryValues.number(isRange ? text.substring(0, dash) : text, MOST_PORT);
    int to = isRange ? QueryValues.number(text.substring(dash + 1), MOST_PORT) : from;
    if (from < 0 || to < from) {
      throw tokens.wrong(token, "'%s' is no port from 0 to 65535".formatted(text));
    }
    int protocol =
        switch (kind.protocol) {
          case "" -> Condition.ANY;
          case "tcp" -> IpProtocol.TCP;
          case "udp" -> IpProtocol.UDP;
          case "sctp" -> IpProtocol.SCTP;
          default -> throw tokens.wrong(token, "%s has no ports".formatted(kind.protocol));
        };
    return new Condition.Port(kind.side, from, to, protocol);
  }

  private Condition number(Token token, Kind kind) {
    if (kind.protocol.equals("ether")) {
      Integer named = ETHER_TYPES.get(token.text());
      int type = named != null ? named : QueryValues.number(token.text(), 0xffff);
      if (type < 0) {
        throw tokens.wrong(token, "'%s' is no EtherType".formatted(token.text()));
      }
      return new Condition.EtherType(type);
    }
    Integer named = QueryValues.protocol(token.text());
    int protocol = named != null ? named : QueryValues.number(token.text(), 255);
    if (protocol < 0) {
      throw tokens.wrong(token, "'%s' is no protocol from 0 to 255".formatted(token.text()));
    }
    int version =
        switch (kind.protocol) {
          case "" -> Condition.ANY;
          case "ip" -> 4;
          case "ip6" -> 6;
          default -> throw tokens.wrong(token, "ip proto or ip6 proto");
        };
    return new Condition.Protocol(version, protocol);
  }
}
