package org.gotm.core.packet;

import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * Builds a packet layer by layer, as it would be on the wire: each layer writes its number into the
 * layer before it, and {@link #build} fills in the length fields. Checksums stay 0.
 *
 * <pre>{@code
 * packet().ethernet(A, B).vlan(0x8100, 7).ipv4("10.0.0.1", "10.0.0.2").tcp(1234, 80, SYN).build()
 * }</pre>
 */
public final class PacketBuilder {
  /** TCP flags as in the header. */
  public static final int FIN = 1;

  /** A connection begins. */
  public static final int SYN = 2;

  /** A connection is torn down. */
  public static final int RST = 4;

  /** The usual flag of a packet in the middle of a connection. */
  public static final int ACK = 16;

  private static final int NONE = -1;

  private final ByteBuffer bytes = ByteBuffer.allocate(1 << 17);
  private final List<Runnable> lengths = new ArrayList<>();
  private int typeAt = NONE;
  private boolean typeIsPpp;
  private int protocolAt = NONE;
  private int ipAt;
  private int end;

  private PacketBuilder() {}

  /** An empty packet. */
  public static PacketBuilder packet() {
    return new PacketBuilder();
  }

  /** An Ethernet header; addresses are 48-bit numbers. */
  public PacketBuilder ethernet(long target, long source) {
    bytes.putShort((short) (target >>> 32)).putInt((int) target);
    bytes.putShort((short) (source >>> 32)).putInt((int) source);
    return openType();
  }

  /** A Linux cooked header with the sender's address. */
  public PacketBuilder sll(long source) {
    bytes.putShort((short) 0).putShort((short) 1).putShort((short) 6).putLong(source << 16);
    return openType();
  }

  /** A Linux cooked header, version 2, with the sender's address. */
  public PacketBuilder sll2(long source) {
    openType();
    bytes.putShort((short) 0).putInt(3).putShort((short) 1).put((byte) 0).put((byte) 6);
    bytes.putLong(source << 16);
    return this;
  }

  /** A BSD loopback header with a protocol family, in big-endian order. */
  public PacketBuilder loopback(int family) {
    bytes.putInt(family);
    return this;
  }

  /** A VLAN tag. */
  public PacketBuilder vlan(int tpid, int tci) {
    closeType(tpid);
    bytes.putShort((short) tci);
    return openType();
  }

  /** An MPLS label with the bottom-of-stack bit as given. */
  public PacketBuilder mpls(int label, boolean bottom) {
    closeType(0x8847);
    bytes.putInt(label << 12 | (bottom ? 1 << 8 : 0) | 64);
    return this;
  }

  /** A PPPoE session header with the PPP protocol of the next layer. */
  public PacketBuilder pppoe(int session) {
    closeType(0x8864);
    bytes.put((byte) 0x11).put((byte) 0).putShort((short) session);
    lengthAt(bytes.position(), bytes.position() + 2);
    bytes.putShort((short) 0);
    openType();
    typeIsPpp = true;
    return this;
  }

  /** An EtherType without a layer of its own here; bytes follow with {@link #payload}. */
  public PacketBuilder type(int etherType) {
    closeType(etherType);
    return this;
  }

  /** An IPv4 header without options. */
  public PacketBuilder ipv4(String source, String target) {
    return ipv4(source, target, 0);
  }

  /** An IPv4 header with so many words of options. */
  public PacketBuilder ipv4(String source, String target, int optionWords) {
    closeType(typeIsPpp ? 0x0021 : 0x0800);
    ipAt = bytes.position();
    bytes.put((byte) (0x45 + optionWords)).put((byte) 0);
    lengthAt(bytes.position(), ipAt);
    bytes.putShort((short) 0).putInt(0).put((byte) 64);
    openProtocol();
    bytes.putShort((short) 0).put(address(source)).put(address(target));
    bytes.put(new byte[optionWords * 4]);
    return this;
  }

  /** Makes the IPv4 header that of a fragment; the offset is in units of 8 bytes. */
  public PacketBuilder ipv4Fragment(int id, int offset, boolean more) {
    bytes.putShort(ipAt + 4, (short) id);
    bytes.putShort(ipAt + 6, (short) (offset | (more ? 0x2000 : 0)));
    return this;
  }

  /** An IPv6 header. */
  public PacketBuilder ipv6(String source, String target) {
    closeType(typeIsPpp ? 0x0057 : 0x86dd);
    ipAt = bytes.position();
    bytes.putInt(0x6000_0000);
    lengthAt(ipAt + 4, ipAt + 40);
    bytes.putShort((short) 0);
    openProtocol();
    bytes.put((byte) 64).put(address(source)).put(address(target));
    return this;
  }

  /** An IPv6 extension header of so many units of 8 bytes beyond the first 8. */
  public PacketBuilder extension(int protocol, int units) {
    closeProtocol(protocol);
    openProtocol();
    bytes.put((byte) units).put(new byte[6 + 8 * units]);
    return this;
  }

  /** An authentication header, which counts its length in words. */
  public PacketBuilder authentication(int words) {
    closeProtocol(51);
    openProtocol();
    bytes.put((byte) words).put(new byte[2 + 4 * words + 4]);
    return this;
  }

  /** An IPv6 fragment header; the offset is in units of 8 bytes. */
  public PacketBuilder ipv6Fragment(int id, int offset, boolean more) {
    closeProtocol(44);
    openProtocol();
    bytes.put((byte) 0).putShort((short) (offset << 3 | (more ? 1 : 0))).putInt(id);
    return this;
  }

  /** A TCP header without options. */
  public PacketBuilder tcp(int sourcePort, int targetPort, int flags) {
    return tcp(sourcePort, targetPort, flags, 0);
  }

  /** A TCP header with so many words of options. */
  public PacketBuilder tcp(int sourcePort, int targetPort, int flags, int optionWords) {
    ports(6, sourcePort, targetPort);
    bytes.putLong(0).putShort((short) (5 + optionWords << 12 | flags)).putShort((short) 512);
    bytes.putInt(0).put(new byte[optionWords * 4]);
    return this;
  }

  /** A UDP header. */
  public PacketBuilder udp(int sourcePort, int targetPort) {
    int start = bytes.position();
    ports(17, sourcePort, targetPort);
    lengthAt(bytes.position(), start);
    bytes.putInt(0);
    return this;
  }

  /** An SCTP common header. */
  public PacketBuilder sctp(int sourcePort, int targetPort) {
    ports(132, sourcePort, targetPort);
    bytes.putLong(0);
    return this;
  }

  /** An ICMP header. */
  public PacketBuilder icmp(int type, int identifier) {
    return icmp(1, type, identifier);
  }

  /** An ICMPv6 header. */
  public PacketBuilder icmpv6(int type, int identifier) {
    return icmp(58, type, identifier);
  }

  private PacketBuilder icmp(int protocol, int type, int identifier) {
    closeProtocol(protocol);
    bytes.put((byte) type).put((byte) 0).putShort((short) 0);
    bytes.putShort((short) identifier).putShort((short) 1);
    return this;
  }

  /** An IP protocol without a layer of its own here; bytes follow with {@link #payload}. */
  public PacketBuilder protocol(int protocol) {
    closeProtocol(protocol);
    return this;
  }

  /** A field for the EtherType of the next layer, within a header that is made of bytes. */
  public PacketBuilder typeField() {
    return openType();
  }

  /** A 16-bit field that counts the bytes from so many behind it to the end. */
  public PacketBuilder lengthField(int behind) {
    lengthAt(bytes.position(), bytes.position() + 2 + behind);
    bytes.putShort((short) 0);
    return this;
  }

  /** Zero bytes that belong to the layer before. */
  public PacketBuilder payload(int length) {
    bytes.put(new byte[length]);
    return this;
  }

  /** Bytes of the given values that belong to the layer before. */
  public PacketBuilder bytes(int... values) {
    for (int value : values) {
      bytes.put((byte) value);
    }
    return this;
  }

  /** Another packet, or what is to be seen of it, that belongs to the layer before. */
  public PacketBuilder bytes(byte[] values) {
    bytes.put(values);
    return this;
  }

  /** Bytes after the end of the IP packet, as on a link with a shortest frame; the last call. */
  public PacketBuilder padding(int length) {
    end = bytes.position();
    bytes.put(new byte[length]);
    return this;
  }

  /** Overwrites a 16-bit field at an offset from the start of the last IP header. */
  public PacketBuilder ipField(int offset, int value) {
    int at = ipAt + offset;
    lengths.add(() -> bytes.putShort(at, (short) value));
    return this;
  }

  /** The packet. */
  public byte[] build() {
    if (end == 0) {
      end = bytes.position();
    }
    lengths.forEach(Runnable::run);
    byte[] packet = new byte[bytes.position()];
    bytes.get(0, packet);
    return packet;
  }

  private void ports(int protocol, int source, int target) {
    closeProtocol(protocol);
    bytes.putShort((short) source).putShort((short) target);
  }

  /** At {@code at} stands how many bytes there are from {@code from} to the end. */
  private void lengthAt(int at, int from) {
    lengths.add(() -> bytes.putShort(at, (short) (end - from)));
  }

  private PacketBuilder openType() {
    typeAt = bytes.position();
    typeIsPpp = false;
    bytes.putShort((short) 0);
    return this;
  }

  private void closeType(int type) {
    if (typeAt != NONE) {
      bytes.putShort(typeAt, (short) type);
      typeAt = NONE;
    }
  }

  private void openProtocol() {
    protocolAt = bytes.position();
    bytes.put((byte) 59);
  }

  private void closeProtocol(int protocol) {
    bytes.put(protocolAt, (byte) protocol);
  }

  private static byte[] address(String literal) {
    return InetAddress.ofLiteral(literal).getAddress();
  }
}
