package org.gotm.core.flow;

import static org.gotm.core.memory.NativeMemory.ALL;

import java.lang.foreign.ValueLayout;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import org.gotm.core.packet.FlowKeys;

/** A look at one flow of the table; it moves from flow to flow. One thread: the table's. */
public final class Flow {
  private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED;

  private long slot;

  Flow() {}

  Flow at(long newSlot) {
    slot = newSlot;
    return this;
  }

  /** Packets seen, kept or cut. */
  public long packets() {
    return ALL.get(LONG, slot + FlowSlotLayout.PACKETS) & FlowSlotLayout.PACKETS_MASK;
  }

  /** Payload bytes seen, by wire length. */
  public long bytes() {
    return ALL.get(LONG, slot + FlowSlotLayout.BYTES);
  }

  /** Time of the last packet, nanoseconds since 1970. */
  public long lastNanos() {
    return ALL.get(LONG, slot + FlowSlotLayout.LAST_NANOS);
  }

  /** IP protocol number, 0 if the flow is not IP. */
  public int protocol() {
    return (int) (meta() >>> 8) & 0xff;
  }

  /** Port of the first end, or EtherType's upper half if the flow is not IP. */
  public int firstPort() {
    return (int) (meta() >>> 48);
  }

  /** Port of the second end. */
  public int secondPort() {
    return (int) (meta() >>> 32) & 0xffff;
  }

  /** Address of the first end: the lower one, or the sender's if flows have a direction. */
  public String firstAddress() {
    return address(true);
  }

  /** Address of the second end. */
  public String secondAddress() {
    return address(false);
  }

  /** Protocol and both ends as {@code name=value} pairs. */
  @Override
  public String toString() {
    if (family() == FlowKeys.FAMILY_MAC) {
      return "ethertype=0x%04x src=%s dst=%s"
          .formatted(secondPort(), address(true), address(false));
    }
    return "proto=%s src=%s sport=%d dst=%s dport=%d"
        .formatted(protocolName(), address(true), firstPort(), address(false), secondPort());
  }

  private String protocolName() {
    return switch (protocol()) {
      case 1 -> "ICMPv4";
      case 6 -> "TCP";
      case 17 -> "UDP";
      case 58 -> "ICMPv6";
      case 132 -> "SCTP";
      default -> Integer.toString(protocol());
    };
  }

  private String address(boolean first) {
    long word0 = ALL.get(LONG, slot + FlowSlotLayout.ADDRESS_0);
    if (family() == FlowKeys.FAMILY_IPV4) {
      int address = (int) (first ? word0 >>> 32 : word0);
      return ip(ByteBuffer.allocate(4).putInt(address));
    }
    if (family() == FlowKeys.FAMILY_MAC) {
      return mac(first ? word0 : ALL.get(LONG, slot + FlowSlotLayout.ADDRESS_1));
    }
    int at = first ? FlowSlotLayout.ADDRESS_0 : FlowSlotLayout.ADDRESS_2;
    return ip(
        ByteBuffer.allocate(16)
            .putLong(ALL.get(LONG, slot + at))
            .putLong(ALL.get(LONG, slot + at + Long.BYTES)));
  }

  private static String ip(ByteBuffer address) {
    try {
      return InetAddress.getByAddress(address.array()).getHostAddress();
    } catch (UnknownHostException e) {
      throw new IllegalStateException("an address of 4 or 16 bytes was refused", e);
    }
  }

  private static String mac(long address) {
    return "%02x:%02x:%02x:%02x:%02x:%02x"
        .formatted(
            address >> 40 & 0xff,
            address >> 32 & 0xff,
            address >> 24 & 0xff,
            address >> 16 & 0xff,
            address >> 8 & 0xff,
            address & 0xff);
  }

  private int family() {
    return (int) meta() & 0xff;
  }

  private long meta() {
    return ALL.get(LONG, slot + FlowSlotLayout.META);
  }
}
