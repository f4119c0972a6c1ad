package org.gotm.ffm.ebpf;

/**
 * Where {@code struct __sk_buff}, the context of a program for sockets, has its words of 32 bits.
 * Numbers that the network sends are in its byte order. Source: linux/bpf.h.
 */
public final class SocketBuffer {
  /** Bytes of the packet. */
  public static final int LENGTH = 0;

  /** PACKET_HOST, PACKET_OUTGOING and so on. */
  public static final int PACKET_TYPE = 4;

  static final int MARK = 8;
  static final int QUEUE = 12;

  /** The EtherType behind the tag that the kernel has taken out. */
  public static final int PROTOCOL = 16;

  /** 1 if the kernel has taken a VLAN tag out, else 0. */
  public static final int VLAN_PRESENT = 20;

  static final int VLAN_TCI = 24;
  static final int VLAN_TPID = 28;
  static final int INTERFACE = 40;
  static final int HASH = 68;

  private SocketBuffer() {}
}
