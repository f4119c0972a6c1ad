package org.gotm.core.packet;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static org.gotm.core.memory.NativeMemory.ALL;

import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import org.gotm.core.memory.NativeMemory;
import org.gotm.core.source.PacketBatch;

/**
 * Decodes each packet of a batch once, into the key of its flow. Hot path. One thread.
 *
 * <p>Every read is bounded by the captured length, which the source vouches for. What cannot be
 * decoded gets a key with {@code meta} 0, which means "keep"; nothing a packet says can make the
 * decoder fail or loop. Only the outermost IP header counts; tunnels are flows between their ends.
 */
public final class PacketDecoder {
  private static final ValueLayout.OfShort SHORT =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);
  private static final ValueLayout.OfInt INT =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);
  private static final ValueLayout.OfLong LONG =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);

  private static final int ETHERNET_LENGTH = 14;
  private static final int VLAN_LENGTH = 4;
  private static final int TYPE_IPV4 = 0x0800;
  private static final int TYPE_VLAN = 0x8100;
  private static final int TYPE_IPV6 = 0x86dd;
  private static final int LOWEST_ETHERTYPE = 0x0600;

  private static final int IPV4_LENGTH = 20;
  private static final int IPV6_LENGTH = 40;
  private static final int TCP_LENGTH = 20;
  private static final int UDP_LENGTH = 8;
  private static final int COMMON_TRANSPORT_LENGTH = 14; // TCP up to its flags
  private static final int COMMON_IPV4_LENGTH = IPV4_LENGTH + COMMON_TRANSPORT_LENGTH;
  private static final int COMMON_IPV6_LENGTH = IPV6_LENGTH + UDP_LENGTH;
  private static final int TCP_BEYOND_UDP = COMMON_TRANSPORT_LENGTH - UDP_LENGTH;
  private static final long COMMON_IPV4_MASK = 0xff00_0000_0000_3fffL;
  private static final long COMMON_IPV4 = 0x4500_0000_0000_0000L;
  private static final int PROTOCOL_HOP_BY_HOP = 0;
  private static final int PROTOCOL_ICMP = 1;
  private static final int PROTOCOL_TCP = 6;
  private static final int PROTOCOL_UDP = 17;
  private static final int TCP_AND_UDP = 1 << PROTOCOL_TCP | 1 << PROTOCOL_UDP;
  private static final int PROTOCOL_ROUTING = 43;
  private static final int PROTOCOL_FRAGMENT = 44;
  private static final int PROTOCOL_AUTHENTICATION = 51;
  private static final int PROTOCOL_ICMPV6 = 58;
  private static final int PROTOCOL_DESTINATION = 60;
  private static final int PROTOCOL_SCTP = 132;
  private static final int PROTOCOL_MOBILITY = 135;
  private static final int PROTOCOL_HIP = 139;
  private static final int PROTOCOL_SHIM6 = 140;
  private static final int MAX_EXTENSION_HEADERS = 16;

  private static final int TCP_CONTROL = 0x07; // FIN, SYN, RST

  private final int linkType;
  private final int bidirectional; // 1 or 0
  private final FlowKeys keys;

  // What the layers below the transport tell it about the packet at hand.
  private int transportPorts;
  private int transportPayload;
  private int transportFlags;
  private int transportIcmpType;

  /**
   * A decoder for frames of one link type.
   *
   * @param linkType LINKTYPE_ value; of one that is not known, no packet is decoded
   * @param directional true if each direction of a connection is a flow of its own
   * @param keys where the results go
   */
  public PacketDecoder(int linkType, boolean directional, FlowKeys keys) {
    this.linkType = linkType;
    this.bidirectional = directional ? 0 : 1;
    this.keys = keys;
  }

  /** Where the results of {@link #decode} are. */
  public FlowKeys keys() {
    return keys;
  }

  /** Decodes all packets of the batch. */
  public void decode(PacketBatch batch) {
    long base = batch.segment.address();
    int count = batch.count();
    int i = linkType == LinkType.ETHERNET ? decodeLoop(0, batch) : 0;
    while (i < count) {
      long packet = NativeMemory.address(base + batch.offsets[i]);
      any(packet, batch.caplens[i], batch.wireLengths[i], i);
      i = linkType == LinkType.ETHERNET ? decodeLoop(i + 1, batch) : i + 1;
    }
  }

  /**
   * Decodes for as long as the packets are of the common kinds.
   *
   * @return the first packet that was not decoded
   */
  private int decodeLoop(int from, PacketBatch batch) {
    long base = batch.segment.address();
    long[] offsets = batch.offsets;
    int[] caplens = batch.caplens;
    int[] wireLengths = batch.wireLengths;
    int count = batch.count();
    int i = from;
    while (i < count
        && common(NativeMemory.address(base + offsets[i]), caplens[i], wireLengths[i], i)) {
      i++;
    }
    return i;
  }

  /** The kinds of packets that nearly all are, on the shortest way; false for any other. */
  private boolean common(long packet, int caplen, int wireLength, int i) {
    if (caplen < ETHERNET_LENGTH + VLAN_LENGTH) {
      return false;
    }
    int type = ALL.get(SHORT, packet + 12) & 0xffff;
    int at = ETHERNET_LENGTH;
    if (type == TYPE_VLAN) {
      type = ALL.get(SHORT, packet + 16) & 0xffff;
      at = ETHERNET_LENGTH + VLAN_LENGTH;
    }
    if (type == TYPE_IPV4) {
      return caplen - at >= COMMON_IPV4_LENGTH && commonIpv4(packet + at, wireLength - at, i);
    }
    return type == TYPE_IPV6
        && caplen - at >= COMMON_IPV6_LENGTH
        && commonIpv6(packet + at, caplen - at, wireLength - at, i);
  }

  /** IPv4 without options, not a fragment, with TCP or UDP. */
  private boolean commonIpv4(long ip, int onWire, int i) {
    long head = ALL.get(LONG, ip); // version, header length, service, total length, id, fragment
    int protocol = ALL.get(JAVA_BYTE, ip + 9);
    int totalLength = (int) (head >>> 32) & 0xffff;
    if ((head & COMMON_IPV4_MASK) != COMMON_IPV4
        || !isTcpOrUdp(protocol)
        || totalLength > onWire
        || totalLength < IPV4_LENGTH) {
      return false;
    }
    long addresses = ALL.get(LONG, ip + 12);
    int ports = ALL.get(INT, ip + IPV4_LENGTH);
    int tail = ALL.get(SHORT, ip + IPV4_LENGTH + 12); // TCP: header length and flags
    int ifTcp = ifTcp(protocol);
    long source = addresses >>> 32 << 16 | ports >>> 16;
    long target = (addresses & 0xffff_ffffL) << 16 | ports & 0xffff;
    // 1 if the source is the higher end and the ends change places; no branch, it could not be
    // foretold
    int swap = (int) (target - source >>> 63) & bidirectional;
    keys.set(
        i,
        Long.rotateLeft(addresses, swap << 5),
        meta(Integer.rotateLeft(ports, swap << 4), protocol, FlowKeys.FAMILY_IPV4),
        Math.max(totalLength - IPV4_LENGTH - headerLength(tail, ifTcp), 0),
        tail & TCP_CONTROL & ifTcp);
    return true;
  }

  /** IPv6 without extension headers, with TCP or UDP. */
  private boolean commonIpv6(long ip, int left, int onWire, int i) {
    long head = ALL.get(LONG, ip); // version, class, label, payload length, next header, hops
    int protocol = (int) (head >>> 8) & 0xff;
    int length = (int) (head >>> 16) & 0xffff;
    int ifTcp = ifTcp(protocol);
    if (head >>> 60 != 6
        || !isTcpOrUdp(protocol)
        || length == 0
        || length > onWire - IPV6_LENGTH
        || left < COMMON_IPV6_LENGTH + (ifTcp & TCP_BEYOND_UDP)) {
      return false;
    }
    long source0 = ALL.get(LONG, ip + 8);
    long source1 = ALL.get(LONG, ip + 16);
    long target0 = ALL.get(LONG, ip + 24);
    long target1 = ALL.get(LONG, ip + 32);
    int ports = ALL.get(INT, ip + IPV6_LENGTH);
    int tail = ALL.get(SHORT, ip + IPV6_LENGTH + (12 & ifTcp));
    int swap = -isHigher(source0, source1, target0, target1, ports) & -bidirectional;
    long change0 = (source0 ^ target0) & swap;
    long change1 = (source1 ^ target1) & swap;
    keys.set(
        i,
        source0 ^ change0,
        source1 ^ change1,
        target0 ^ change0,
        target1 ^ change1,
        meta(Integer.rotateLeft(ports, swap & 16), protocol, FlowKeys.FAMILY_IPV6),
        Math.max(length - headerLength(tail, ifTcp), 0),
        tail & TCP_CONTROL & ifTcp);
    return true;
  }

  private static boolean isTcpOrUdp(int protocol) {
    return (protocol & ~31) == 0 && (TCP_AND_UDP >>> protocol & 1) != 0;
  }

  /** All ones for TCP, 0 for any other protocol. */
  private static int ifTcp(int protocol) {
    return (protocol ^ PROTOCOL_TCP) - 1 >> 31;
  }

  /** Length of a TCP or UDP header, without a branch. */
  private static int headerLength(int tcpTail, int ifTcp) {
    return UDP_LENGTH + (ifTcp & Math.max(TCP_LENGTH, tcpTail >>> 10 & 0x3c) - UDP_LENGTH);
  }

  /** 1 if the source is the higher end, else 0. */
  private static int isHigher(long source0, long source1, long target0, long target1, int ports) {
    long source = source0 != target0 ? source0 : source1;
    long target = source0 != target0 ? target0 : target1;
    if (source == target) {
      return (ports & 0xffff) - (ports >>> 16) >>> 31;
    }
    return Long.compareUnsigned(source, target) > 0 ? 1 : 0;
  }

  private void any(long packet, int caplen, int wireLength, int i) {
    if (linkType == LinkType.ETHERNET) {
      ethernet(packet, caplen, wireLength, i);
    } else {
      otherLink(packet, caplen, wireLength, i);
    }
  }

  private void ethernet(long packet, int caplen, int wireLength, int i) {
    if (caplen < ETHERNET_LENGTH) {
      keys.setUndecoded(i);
      return;
    }
    int outerType = ALL.get(SHORT, packet + 12) & 0xffff;
    int at = Encapsulation.behindVlans(packet, ETHERNET_LENGTH, outerType, caplen);
    if (at > caplen) {
      keys.setUndecoded(i);
      return;
    }
    int type = Encapsulation.innerType(packet, ETHERNET_LENGTH, outerType, at);
    if (type == TYPE_IPV4) {
      ipv4(packet, at, caplen, wireLength, i);
    } else if (type == TYPE_IPV6) {
      ipv6(packet, at, caplen, wireLength, i);
    } else {
      shim(packet, at, type, caplen, wireLength, i);
    }
  }

  /** A frame whose type is not IP: there may be MPLS labels or PPPoE before it. */
  private void shim(long packet, int at, int type, int caplen, int wireLength, int i) {
    int ip = Encapsulation.behindShim(packet, at, type, caplen);
    if (ip == Encapsulation.NOT_IP) {
      notIp(packet, at, type, wireLength, i);
    } else {
      rawIp(packet, ip, caplen, wireLength, i);
    }
  }

  /**
   * A frame that is not IP: keyed by its MAC addresses and EtherType (0 for IEEE 802.3 lengths).
   */
  private void notIp(long packet, int at, int type, int wireLength, int i) {
    long target = ALL.get(LONG, packet) >>> 16;
    long source = ALL.get(LONG, packet + 4) & 0xffff_ffff_ffffL;
    boolean swap = bidirectional != 0 && source > target;
    int etherType = type < LOWEST_ETHERTYPE ? 0 : type;
    linkKey(swap ? target : source, swap ? source : target, etherType, wireLength - at, i);
  }

  private void linkKey(long first, long second, int etherType, int payload, int i) {
    long meta = (long) etherType << 32 | FlowKeys.FAMILY_MAC;
    keys.set(i, first, second, 0, 0, meta, Math.max(payload, 0), 0);
  }

  private void otherLink(long packet, int caplen, int wireLength, int i) {
    switch (linkType) {
      case LinkType.RAW, LinkType.IPV4, LinkType.IPV6 -> rawIp(packet, 0, caplen, wireLength, i);
      case LinkType.NULL, LinkType.LOOP -> rawIp(packet, 4, caplen, wireLength, i);
      case LinkType.LINUX_SLL -> cooked(packet, 16, 14, 6, caplen, wireLength, i);
      case LinkType.LINUX_SLL2 -> cooked(packet, 20, 0, 12, caplen, wireLength, i);
      default -> keys.setUndecoded(i);
    }
  }

  /** IP by its own version field: the family in a loopback header has a value a system. */
  private void rawIp(long packet, int at, int caplen, int wireLength, int i) {
    int version = caplen > at ? ALL.get(JAVA_BYTE, packet + at) >> 4 & 15 : 0;
    if (version == 4) {
      ipv4(packet, at, caplen, wireLength, i);
    } else if (version == 6) {
      ipv6(packet, at, caplen, wireLength, i);
    } else {
      keys.setUndecoded(i);
    }
  }

  private void cooked(
      long packet, int headerLength, int typeAt, int addressAt, int caplen, int wireLength, int i) {
    if (caplen < headerLength) {
      keys.setUndecoded(i);
      return;
    }
    int outerType = ALL.get(SHORT, packet + typeAt) & 0xffff;
    int at = Encapsulation.behindVlans(packet, headerLength, outerType, caplen);
    if (at > caplen) {
      keys.setUndecoded(i);
      return;
    }
    int type = Encapsulation.innerType(packet, headerLength, outerType, at);
    int ip =
        type == TYPE_IPV4 || type == TYPE_IPV6
            ? at
            : Encapsulation.behindShim(packet, at, type, caplen);
    if (ip != Encapsulation.NOT_IP) {
      rawIp(packet, ip, caplen, wireLength, i);
    } else {
      linkKey(ALL.get(LONG, packet + addressAt), 0, type, wireLength - at, i);
    }
  }

  private void ipv4(long packet, int at, int caplen, int wireLength, int i) {
    int left = caplen - at;
    if (left < IPV4_LENGTH) {
      keys.setUndecoded(i);
      return;
    }
    long ip = packet + at;
    int first = ALL.get(INT, ip); // version, header length, type of service, total length
    int headerLength = first >>> 22 & 0x3c;
    if (first >>> 28 != 4 || headerLength < IPV4_LENGTH || left < headerLength) {
      keys.setUndecoded(i);
      return;
    }
    int protocol = ALL.get(JAVA_BYTE, ip + 9) & 0xff;
    long addresses = ALL.get(LONG, ip + 12);
    boolean laterFragment = (ALL.get(SHORT, ip + 6) & 0x1fff) != 0;
    int totalLength = first & 0xffff;
    int onWire = wireLength - at;
    int transportLength =
        (totalLength >= headerLength && totalLength <= onWire ? totalLength : onWire)
            - headerLength;
    if (!transport(
        ip + headerLength, left - headerLength, transportLength, protocol, laterFragment)) {
      keys.setUndecoded(i);
      return;
    }
    long source = addresses >>> 32 << 16 | transportPorts >>> 16;
    long target = (addresses & 0xffff_ffffL) << 16 | transportPorts & 0xffff;
    // 1 if the source is the higher end and the ends change places; no branch, it could not be
    // foretold
    int swap = (int) (target - source >>> 63) & bidirectional;
    keys.set(
        i,
        Long.rotateLeft(addresses, swap << 5),
        meta(Integer.rotateLeft(transportPorts, swap << 4), protocol, FlowKeys.FAMILY_IPV4)
            | icmpType(),
        transportPayload,
        transportFlags);
  }

  private void ipv6(long packet, int at, int caplen, int wireLength, int i) {
    int left = caplen - at;
    if (left < IPV6_LENGTH || (ALL.get(JAVA_BYTE, packet + at) & 0xf0) != 0x60) {
      keys.setUndecoded(i);
      return;
    }
    long ip = packet + at;
    int payloadLength = ALL.get(SHORT, ip + 4) & 0xffff;
    int onWire = wireLength - at - IPV6_LENGTH;
    int length = payloadLength != 0 && payloadLength <= onWire ? payloadLength : onWire;
    int protocol = ALL.get(JAVA_BYTE, ip + 6) & 0xff;
    int next = IPV6_LENGTH;
    boolean laterFragment = false;
    for (int headers = 0; isExtension(protocol) && !laterFragment; headers++) {
      if (left < next + 8 || headers == MAX_EXTENSION_HEADERS) {
        keys.setUndecoded(i);
        return;
      }
      long header = ip + next;
      int units = ALL.get(JAVA_BYTE, header + 1) & 0xff;
      if (protocol == PROTOCOL_FRAGMENT) {
        laterFragment = (ALL.get(SHORT, header + 2) & 0xfff8) != 0;
        next += 8;
      } else {
        next += protocol == PROTOCOL_AUTHENTICATION ? (units + 2) * 4 : (units + 1) * 8;
      }
      protocol = ALL.get(JAVA_BYTE, header) & 0xff;
    }
    if (left < next
        || !transport(
            ip + next, left - next, length + IPV6_LENGTH - next, protocol, laterFragment)) {
      keys.setUndecoded(i);
      return;
    }
    ipv6Key(ip, protocol, i);
  }

  private static boolean isExtension(int protocol) {
    return switch (protocol) {
      case PROTOCOL_HOP_BY_HOP,
          PROTOCOL_ROUTING,
          PROTOCOL_FRAGMENT,
          PROTOCOL_AUTHENTICATION,
          PROTOCOL_DESTINATION,
          PROTOCOL_MOBILITY,
          PROTOCOL_HIP,
          PROTOCOL_SHIM6 ->
          true;
      default -> false;
    };
  }

  private void ipv6Key(long ip, int protocol, int i) {
    long source0 = ALL.get(LONG, ip + 8);
    long source1 = ALL.get(LONG, ip + 16);
    long target0 = ALL.get(LONG, ip + 24);
    long target1 = ALL.get(LONG, ip + 32);
    int higher = isHigher(source0, source1, target0, target1, transportPorts);
    if ((higher & bidirectional) == 0) {
      long meta = meta(transportPorts, protocol, FlowKeys.FAMILY_IPV6) | icmpType();
      keys.set(i, source0, source1, target0, target1, meta, transportPayload, transportFlags);
    } else {
      int ports = Integer.rotateLeft(transportPorts, 16);
      long meta = meta(ports, protocol, FlowKeys.FAMILY_IPV6) | icmpType();
      keys.set(i, target0, target1, source0, source1, meta, transportPayload, transportFlags);
    }
  }

  private static long meta(int ports, int protocol, int family) {
    return (long) ports << 32 | (long) protocol << 8 | family;
  }

  private long icmpType() {
    return (long) transportIcmpType << 16;
  }

  /**
   * Reads ports, payload length and flags from a transport header of {@code length} bytes on the
   * wire, of which {@code left} are there.
   *
   * @return false if the bytes that are there do not tell the flow
   */
  private boolean transport(
      long header, int left, int length, int protocol, boolean laterFragment) {
    int headerLength = 0;
    transportPorts = 0;
    transportFlags = 0;
    transportIcmpType = 0;
    if (laterFragment) {
      transportPayload = Math.max(length, 0);
      return true;
    }
    if (protocol == PROTOCOL_TCP) {
      if (left < 4) {
        return false;
      }
      transportPorts = ALL.get(INT, header);
      headerLength = 20;
      if (left >= 14) {
        int offsetAndFlags = ALL.get(SHORT, header + 12);
        headerLength = Math.max(20, offsetAndFlags >>> 10 & 0x3c);
        transportFlags = offsetAndFlags & TCP_CONTROL;
      }
    } else if (protocol == PROTOCOL_UDP || protocol == PROTOCOL_SCTP) {
      if (left < 4) {
        return false;
      }
      transportPorts = ALL.get(INT, header);
      headerLength = protocol == PROTOCOL_UDP ? 8 : 12;
    } else if (protocol == PROTOCOL_ICMP || protocol == PROTOCOL_ICMPV6) {
      if (left < 8) {
        return false;
      }
      headerLength = 8;
      echo(ALL.get(JAVA_BYTE, header) & 0xff, ALL.get(SHORT, header + 4) & 0xffff, protocol);
    }
    transportPayload = Math.max(length - headerLength, 0);
    return true;
  }

  /** Echo request and reply with the same identifier are one flow; it stands in both ports. */
  private void echo(int type, int identifier, int protocol) {
    boolean isEcho =
        protocol == PROTOCOL_ICMP ? type == 8 || type == 0 : type == 128 || type == 129;
    if (isEcho) {
      transportIcmpType = protocol == PROTOCOL_ICMP ? 8 : 128;
      transportPorts = identifier << 16 | identifier;
    }
  }
}
