package org.gotm.core.packet;

/**
 * Who speaks with whom: the key of one flow as a value, for programs and people. Not for the hot
 * path, where a key is a record in {@link FlowKeys}; the words here are those of that record.
 *
 * @param meta family, protocol, ICMP type and ports
 * @param address0 both addresses of an IPv4 or ARP key; else the first half of the first end's
 * @param address1 second half of the first end's address; of a key without IP the second end
 * @param address2 first half of the second end's address
 * @param address3 second half of the second end's address
 */
public record FlowKey(long meta, long address0, long address1, long address2, long address3) {

  /** The key made of words, those that its family does not use being 0. */
  public static FlowKey of(long meta, long address0, long rest1, long rest2, long rest3) {
    long mask = FlowKeys.restMask(meta);
    return new FlowKey(meta, address0, rest1 & mask, rest2 & mask, rest3 & mask);
  }

  /** The same with its ends changed: the first one is the second. */
  public FlowKey reversed() {
    return switch (family()) {
      case FlowKeys.FAMILY_IPV4, FlowKeys.FAMILY_ARP ->
          new FlowKey(withPortsChanged(), Long.rotateLeft(address0, 32), 0, 0, 0);
      case FlowKeys.FAMILY_IPV6 ->
          new FlowKey(withPortsChanged(), address2, address3, address0, address1);
      case FlowKeys.FAMILY_MAC -> new FlowKey(meta, address1, address0, 0, 0);
      default -> this;
    };
  }

  private long withPortsChanged() {
    return meta & 0xffff_ffffL | (long) Integer.rotateLeft((int) (meta >>> 32), 16) << 32;
  }

  /** One of the families in {@link FlowKeys}; 0 if the packet could not be decoded. */
  public int family() {
    return (int) meta & 0xff;
  }

  /** IP protocol number, 0 if the flow is not IP. */
  public int protocol() {
    return (int) (meta >>> 8) & 0xff;
  }

  /** Port of the first end, 0 to 65535; the identifier of an ICMP echo; 0 if there is none. */
  public int firstPort() {
    return (int) (meta >>> 48);
  }

  /** Port of the second end, likewise; the EtherType if the flow is not IP. */
  public int secondPort() {
    return (int) (meta >>> 32) & 0xffff;
  }

  /**
   * Address of the first end in its usual spelling: the lower one, or the sender's if flows have a
   * direction.
   */
  public String firstAddress() {
    return switch (family()) {
      case FlowKeys.FAMILY_IPV4, FlowKeys.FAMILY_ARP -> AddressText.ofIpv4((int) (address0 >>> 32));
      case FlowKeys.FAMILY_IPV6 -> AddressText.ofIpv6(address0, address1);
      default -> AddressText.ofMac(address0);
    };
  }

  /** Address of the second end. */
  public String secondAddress() {
    return switch (family()) {
      case FlowKeys.FAMILY_IPV4, FlowKeys.FAMILY_ARP -> AddressText.ofIpv4((int) address0);
      case FlowKeys.FAMILY_IPV6 -> AddressText.ofIpv6(address2, address3);
      default -> AddressText.ofMac(address1);
    };
  }

  /** Protocol and both ends as {@code name=value} pairs; {@code unknown} if not decoded. */
  @Override
  public String toString() {
    return switch (family()) {
      case 0 -> "unknown";
      case FlowKeys.FAMILY_MAC ->
          "ethertype=0x%04x src=%s dst=%s".formatted(secondPort(), firstAddress(), secondAddress());
      case FlowKeys.FAMILY_ARP ->
          "proto=ARP src=%s dst=%s".formatted(firstAddress(), secondAddress());
      default ->
          "proto=%s src=%s sport=%d dst=%s dport=%d"
              .formatted(
                  IpProtocol.nameOf(protocol()),
                  firstAddress(),
                  firstPort(),
                  secondAddress(),
                  secondPort());
    };
  }
}
