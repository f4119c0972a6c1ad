package org.gotm.store.query;

import org.gotm.core.packet.IpProtocol;

/**
 * What a query asks of a packet. A condition on headers holds if any of the packet's headers meets
 * it, tags and tunnels looked through. Immutable.
 */
sealed interface Condition {
  /** Stands for every protocol, or every kind of network. */
  int ANY = -1;

  int ARP = 0x0806;

  /** True if the packet is one of those asked for. */
  boolean matches(PacketFacts packet);

  /** Both hold. */
  record And(Condition first, Condition second) implements Condition {
    @Override
    public boolean matches(PacketFacts packet) {
      return first.matches(packet) && second.matches(packet);
    }
  }

  /** At least one holds. */
  record Or(Condition first, Condition second) implements Condition {
    @Override
    public boolean matches(PacketFacts packet) {
      return first.matches(packet) || second.matches(packet);
    }
  }

  /** It does not hold. */
  record Not(Condition condition) implements Condition {
    @Override
    public boolean matches(PacketFacts packet) {
      return !condition.matches(packet);
    }
  }

  /** Any packet: an empty query. */
  record All() implements Condition {
    @Override
    public boolean matches(PacketFacts packet) {
      return true;
    }
  }

  /** An address of IP, and of ARP too unless only IP counts. */
  record Network(Side side, Prefix prefix, boolean ofIp, boolean ofArp) implements Condition {
    @Override
    public boolean matches(PacketFacts packet) {
      if (ofArp
          && packet.hasArp()
          && side.holds(
              prefix.contains(true, packet.arpSender(), 0),
              prefix.contains(true, packet.arpTarget(), 0))) {
        return true;
      }
      for (int i = 0; ofIp && i < packet.layers(); i++) {
        PacketFacts.Layer layer = packet.layer(i);
        if (side.holds(
            prefix.contains(layer.isIpv4, layer.source0, layer.source1),
            prefix.contains(layer.isIpv4, layer.target0, layer.target1))) {
          return true;
        }
      }
      return false;
    }
  }

  /** A port of TCP, UDP or SCTP, within a range. */
  record Port(Side side, int from, int to, int protocol) implements Condition {
    @Override
    public boolean matches(PacketFacts packet) {
      for (int i = 0; i < packet.layers(); i++) {
        PacketFacts.Layer layer = packet.layer(i);
        if (layer.sourcePort != PacketFacts.NO_PORT
            && (protocol == ANY || layer.protocol == protocol)
            && side.holds(contains(layer.sourcePort), contains(layer.targetPort))) {
          return true;
        }
      }
      return false;
    }

    private boolean contains(int port) {
      return port >= from && port <= to;
    }
  }

  /** A protocol above IP, of one version or both; {@link #ANY} protocol is that version itself. */
  record Protocol(int version, int protocol) implements Condition {
    @Override
    public boolean matches(PacketFacts packet) {
      for (int i = 0; i < packet.layers(); i++) {
        PacketFacts.Layer layer = packet.layer(i);
        if ((version == ANY || layer.isIpv4 == (version == 4))
            && (protocol == ANY || layer.protocol == protocol)) {
          return true;
        }
      }
      return false;
    }

    static Protocol of(int protocol) {
      return new Protocol(ANY, protocol);
    }

    static Protocol icmp() {
      return new Protocol(4, IpProtocol.ICMP);
    }

    static Protocol icmp6() {
      return new Protocol(6, IpProtocol.ICMPV6);
    }
  }

  /** The EtherType behind the tags of the outermost frame. */
  record EtherType(int type) implements Condition {
    @Override
    public boolean matches(PacketFacts packet) {
      return packet.etherType() == type || type == ARP && packet.hasArp();
    }
  }

  /** A MAC address of the outermost frame. */
  record EtherHost(Side side, long address) implements Condition {
    @Override
    public boolean matches(PacketFacts packet) {
      return packet.hasMac()
          && side.holds(packet.macSource() == address, packet.macTarget() == address);
    }
  }

  /** What may tell networks apart. */
  enum Tag {
    VLAN,
    LABEL,
    VNI
  }

  /** A VLAN tag, an MPLS label, a VNI; {@link #ANY} for one at all. */
  record Tagged(Tag tag, int value) implements Condition {
    @Override
    public boolean matches(PacketFacts packet) {
      PacketFacts.Values values =
          switch (tag) {
            case VLAN -> packet.vlans();
            case LABEL -> packet.labels();
            case VNI -> packet.vnis();
          };
      return value == ANY ? !values.isEmpty() : values.contains(value);
    }
  }

  /** Came at this time or later, or before it; nanoseconds since 1970. */
  record Time(long nanos, boolean isAfter) implements Condition {
    @Override
    public boolean matches(PacketFacts packet) {
      return isAfter ? packet.lastNanos() >= nanos : packet.firstNanos() < nanos;
    }
  }

  /** A flow's Community ID. */
  record Community(CommunityId id) implements Condition {
    @Override
    public boolean matches(PacketFacts packet) {
      for (int i = 0; i < packet.layers(); i++) {
        if (id.isOf(packet.layer(i))) {
          return true;
        }
      }
      return false;
    }
  }

  /** Whatever libpcap's expressions can say. */
  record Bpf(String expression, PacketTest test) implements Condition {
    @Override
    public boolean matches(PacketFacts packet) {
      return test.matches(
          packet.linkType(),
          packet.memory(),
          packet.offset(),
          packet.caplen(),
          packet.wireLength());
    }
  }
}
