package org.gotm.app.shunt;

import java.nio.ByteBuffer;
import org.gotm.core.packet.FlowKey;
import org.gotm.core.packet.FlowKeys;

/** Large flows to test with. */
final class Flows {
  static final LargeFlow TCP = ipv4(6, 40_000, 443);

  private Flows() {}

  /** From 10.0.0.9 to 10.0.0.1. */
  static LargeFlow ipv4(int protocol, int sourcePort, int destinationPort) {
    long addresses = ByteBuffer.wrap(new byte[] {10, 0, 0, 9, 10, 0, 0, 1}).getLong();
    return flow(
        new FlowKey(
            meta(FlowKeys.FAMILY_IPV4, protocol, sourcePort, destinationPort), addresses, 0, 0, 0));
  }

  /** From 2001:db8::9 to 2001:db8::1. */
  static LargeFlow ipv6(int protocol, int sourcePort, int destinationPort) {
    long net = 0x2001_0db8L << 32;
    long meta = meta(FlowKeys.FAMILY_IPV6, protocol, sourcePort, destinationPort);
    return flow(new FlowKey(meta, net, 9, net, 1));
  }

  static LargeFlow arp() {
    return flow(new FlowKey(FlowKeys.FAMILY_ARP, 0x0a000009_0a000001L, 0, 0, 0));
  }

  static LargeFlow mac(int etherType) {
    return flow(new FlowKey(meta(FlowKeys.FAMILY_MAC, 0, 0, etherType), 1, 2, 0, 0));
  }

  private static LargeFlow flow(FlowKey key) {
    return new LargeFlow(key, 1 << 30, 800_000, "en0");
  }

  private static long meta(int family, int protocol, int firstPort, int secondPort) {
    return (long) firstPort << 48 | (long) secondPort << 32 | (long) protocol << 8 | family;
  }
}
