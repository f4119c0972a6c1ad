package org.gotm.core.packet;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static org.gotm.core.memory.NativeMemory.ALL;

import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import org.gotm.core.memory.NativeMemory;
import org.gotm.core.source.PacketBatch;

/**
 * The kinds of packets that nearly all are, decoded on the shortest way: TCP or UDP over IPv4
 * without options or IPv6 without extension headers, over Ethernet with at most one VLAN tag; and
 * the same in a tunnel over UDP that such a packet belongs to. Hot path. One thread.
 *
 * <p>Each check covers all reads up to the next one, and what is not exactly of these kinds is left
 * to {@link PacketDecoder}'s steps, whose rules for header lengths and flags it shares.
 */
final class CommonPackets {
  private static final ValueLayout.OfShort SHORT =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);
  private static final ValueLayout.OfInt INT =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);
  private static final ValueLayout.OfLong LONG =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);

  private static final int IPV4_LENGTH = IpHeader.IPV4_LENGTH + TransportHeader.TCP_FLAGS_END;
  private static final int IPV6_LENGTH = IpHeader.IPV6_LENGTH + TransportHeader.UDP_LENGTH;
  private static final int SHORTEST_IPV4 = IpHeader.IPV4_LENGTH + TransportHeader.UDP_LENGTH;
  private static final int TCP_BEYOND_UDP =
      TransportHeader.TCP_FLAGS_END - TransportHeader.UDP_LENGTH;
  private static final long IPV4_MASK = 0xff00_0000_0000_3fffL;
  private static final long IPV4 = 0x4500_0000_0000_0000L;

  private final CanonicalKeys keys;
  private final Tunnels tunnels;
  private final PacketCursor cursor;
  private final boolean byVlan;
  private boolean isOutermost;

  /**
   * Decodes into these keys what needs no network to be told.
   *
   * @param cursor to enter tunnels with, whose network says which packets are common
   */
  CommonPackets(CanonicalKeys keys, Tunnels tunnels, PacketCursor cursor) {
    this.keys = keys;
    this.tunnels = tunnels;
    this.cursor = cursor;
    byVlan = cursor.network.isByVlan();
    isOutermost = !cursor.network.isByVni();
  }

  /**
   * Decodes for as long as the packets are of the common kinds.
   *
   * @param to the packet to stop before
   * @return the first packet that was not decoded
   */
  int decodeLoop(int from, int to, PacketBatch batch) {
    long base = batch.segment.address();
    long[] offsets = batch.offsets;
    int[] caplens = batch.caplens;
    int[] wireLengths = batch.wireLengths;
    int i = from;
    while (i < to
        && decode(NativeMemory.address(base + offsets[i]), caplens[i], wireLengths[i], i)) {
      i++;
    }
    return i;
  }

  private boolean decode(long packet, int caplen, int wireLength, int i) {
    if (caplen < Ethernet.TAGGED_LENGTH) {
      return false;
    }
    int type = ALL.get(SHORT, packet + Ethernet.TYPE) & 0xffff;
    int at = Ethernet.LENGTH;
    if (type == EtherType.VLAN) {
      if (byVlan) {
        return false;
      }
      type = ALL.get(SHORT, packet + Ethernet.TAGGED_TYPE) & 0xffff;
      at = Ethernet.TAGGED_LENGTH;
    }
    return ip(type, packet + at, caplen - at, wireLength - at, i);
  }

  private boolean ip(int type, long ip, int captured, int onWire, int i) {
    if (type == EtherType.IPV4) {
      return captured >= IPV4_LENGTH && ipv4(ip, captured, onWire, i);
    }
    return type == EtherType.IPV6 && captured >= IPV6_LENGTH && ipv6(ip, captured, onWire, i);
  }

  private boolean ipv4(long ip, int captured, int onWire, int i) {
    long head = ALL.get(LONG, ip); // version, header length, service, total length, id, fragment
    int protocol = ALL.get(JAVA_BYTE, ip + IpHeader.IPV4_PROTOCOL);
    int totalLength = (int) (head >>> 32) & 0xffff;
    if ((head & IPV4_MASK) != IPV4
        || !IpProtocol.isTcpOrUdp(protocol)
        || !IpHeader.isIpv4Length(totalLength, SHORTEST_IPV4, onWire)) {
      return false;
    }
    long addresses = ALL.get(LONG, ip + IpHeader.IPV4_ADDRESSES);
    long transport = ip + IpHeader.IPV4_LENGTH;
    int ports = ALL.get(INT, transport);
    int ifTcp = IpProtocol.ifTcp(protocol);
    int length = totalLength - IpHeader.IPV4_LENGTH;
    if (tunnels.isTunnel(ports, ~ifTcp)) {
      return tunnel(transport, captured - IpHeader.IPV4_LENGTH, length, ports, i);
    }
    int tail = ALL.get(SHORT, transport + TransportHeader.TCP_TAIL); // payload, if it is UDP
    int payload = TransportHeader.payload(length, headerLength(tail, ifTcp));
    int control = control(i, transport, tail, ifTcp);
    keys.setIpv4(i, addresses, ports, protocol, payload, control);
    return true;
  }

  private boolean ipv6(long ip, int captured, int onWire, int i) {
    long head = ALL.get(LONG, ip); // version, class, label, payload length, next header, hops
    int protocol = (int) (head >>> 8) & 0xff;
    int length = (int) (head >>> 16) & 0xffff;
    int ifTcp = IpProtocol.ifTcp(protocol);
    if (head >>> 60 != 6
        || !IpProtocol.isTcpOrUdp(protocol)
        || length < TransportHeader.UDP_LENGTH
        || length > onWire - IpHeader.IPV6_LENGTH
        || captured < IPV6_LENGTH + (ifTcp & TCP_BEYOND_UDP)) {
      return false;
    }
    long source0 = ALL.get(LONG, ip + IpHeader.IPV6_SOURCE);
    long source1 = ALL.get(LONG, ip + IpHeader.IPV6_SOURCE + Long.BYTES);
    long target0 = ALL.get(LONG, ip + IpHeader.IPV6_TARGET);
    long target1 = ALL.get(LONG, ip + IpHeader.IPV6_TARGET + Long.BYTES);
    long transport = ip + IpHeader.IPV6_LENGTH;
    int ports = ALL.get(INT, transport);
    if (tunnels.isTunnel(ports, ~ifTcp)) {
      return tunnel(transport, captured - IpHeader.IPV6_LENGTH, length, ports, i);
    }
    int tail = ALL.get(SHORT, transport + (TransportHeader.TCP_TAIL & ifTcp));
    int payload = TransportHeader.payload(length, headerLength(tail, ifTcp));
    int control = control(i, transport, tail, ifTcp);
    keys.setIpv6(i, source0, source1, target0, target1, ports, protocol, payload, control);
    return true;
  }

  private int control(int i, long transport, int tail, int ifTcp) {
    int control = TransportHeader.tcpControl(tail) & ifTcp;
    if ((control & FlowKeys.OPENS_OR_BREAKS) != 0) {
      int sequence = ALL.get(INT, transport + TransportHeader.TCP_SEQUENCE);
      int acknowledgment = ALL.get(INT, transport + TransportHeader.TCP_ACKNOWLEDGMENT);
      keys.setSynSequence(i, TransportHeader.synSequence(control, sequence, acknowledgment));
    }
    return control;
  }

  /** Decodes the packet in a tunnel, if it is a common one and in no second tunnel. */
  private boolean tunnel(long udp, int captured, int onWire, int ports, int i) {
    if (!isOutermost) {
      return false;
    }
    isOutermost = false;
    cursor.begin(udp, captured, onWire);
    cursor.limit();
    int type = tunnels.enterUdp(cursor, ports);
    long inner = NativeMemory.address(cursor.address());
    boolean decoded =
        type == EtherType.ETHERNET
            ? decode(inner, cursor.captured(), cursor.onWire(), i)
            : ip(type, inner, cursor.captured(), cursor.onWire(), i);
    isOutermost = true;
    return decoded;
  }

  /** Length of a TCP or UDP header, without a branch. */
  private static int headerLength(int tcpTail, int ifTcp) {
    int udp = TransportHeader.UDP_LENGTH;
    return udp + (ifTcp & TransportHeader.tcpLength(tcpTail) - udp);
  }
}
