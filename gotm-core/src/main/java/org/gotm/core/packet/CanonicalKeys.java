package org.gotm.core.packet;

/**
 * Puts the two ends of a packet in order, so that both directions of a connection have one key, and
 * sets it. Hot path. One thread.
 *
 * <p>Which end is the higher could not be foretold, so there is no branch for it.
 */
final class CanonicalKeys {
  private static final long LOW_WORD = 0xffff_ffffL;
  private static final int FROM_SECOND_SHIFT = Integer.numberOfTrailingZeros(FlowKeys.FROM_SECOND);

  private final FlowKeys keys;
  private final int bidirectional; // 1 or 0

  /**
   * Sets keys of packets.
   *
   * @param directional true to leave the sender first
   */
  CanonicalKeys(FlowKeys keys, boolean directional) {
    this.keys = keys;
    this.bidirectional = directional ? 0 : 1;
  }

  /** Sets the key of packet {@code i} to what was found in its headers. */
  void set(int i, IpHeader ip, TransportHeader transport) {
    int kind = transport.icmpType << 8 | ip.protocol;
    int ports = transport.ports;
    int payload = transport.payload;
    int control = transport.control;
    keys.setSynSequence(i, transport.synSequence);
    if (ip.isIpv4) {
      setIpv4(i, ip.source0, ports, kind, payload, control);
    } else {
      setIpv6(i, ip.source0, ip.source1, ip.target0, ip.target1, ports, kind, payload, control);
    }
  }

  /** Sets what a packet with SYN or RST opens or answers. */
  void setSynSequence(int i, int sequence) {
    keys.setSynSequence(i, sequence);
  }

  /**
   * Sets an IPv4 key.
   *
   * @param addresses source in the upper, target in the lower half, as are the ports
   * @param kind protocol in the lowest byte, ICMP type above it
   */
  void setIpv4(int i, long addresses, int ports, int kind, int payload, int control) {
    long source = addresses >>> 32 << 16 | ports >>> 16;
    long target = (addresses & LOW_WORD) << 16 | ports & 0xffff;
    // 1 if the source is the higher end and the ends change places
    int swap = (int) (target - source >>> 63) & bidirectional;
    long meta = meta(Integer.rotateLeft(ports, swap << 4), kind, FlowKeys.FAMILY_IPV4);
    keys.set(
        i,
        Long.rotateLeft(addresses, swap << 5),
        meta,
        payload,
        control | swap << FROM_SECOND_SHIFT);
  }

  /** Sets an IPv6 key, of which each address is two words. */
  void setIpv6(
      int i,
      long source0,
      long source1,
      long target0,
      long target1,
      int ports,
      int kind,
      int payload,
      int control) {
    int swap = -isHigher(source0, source1, target0, target1, ports) & -bidirectional;
    long change0 = (source0 ^ target0) & swap;
    long change1 = (source1 ^ target1) & swap;
    keys.set(
        i,
        source0 ^ change0,
        source1 ^ change1,
        target0 ^ change0,
        target1 ^ change1,
        meta(Integer.rotateLeft(ports, swap & 16), kind, FlowKeys.FAMILY_IPV6),
        payload,
        control | swap & FlowKeys.FROM_SECOND);
  }

  /** Sets the key of an ARP message, whose sender is in the upper half of the addresses. */
  void setArp(int i, long addresses, int payload) {
    long difference = (addresses & LOW_WORD) - (addresses >>> 32);
    int swap = (int) (difference >>> 63) & bidirectional;
    int control = swap << FROM_SECOND_SHIFT;
    keys.set(i, Long.rotateLeft(addresses, swap << 5), FlowKeys.FAMILY_ARP, payload, control);
  }

  /** Sets the key of a frame that is not IP; its ends are in order already. */
  void setLink(int i, LinkHeader link, int payload) {
    long meta = (long) link.etherType << 32 | FlowKeys.FAMILY_MAC;
    keys.set(i, link.first, link.second, 0, 0, meta, payload, link.control);
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

  private static long meta(int ports, int kind, int family) {
    return (long) ports << 32 | (long) kind << 8 | family;
  }
}
