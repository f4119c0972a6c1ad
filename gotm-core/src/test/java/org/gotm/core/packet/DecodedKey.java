package org.gotm.core.packet;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.gotm.core.pcapfile.RealPackets;
import org.gotm.core.source.PacketBatch;

/**
 * The key that the decoder found for one packet: the one place where tests look into {@link
 * FlowKeys}. Keys of one flow are equal.
 */
record DecodedKey(
    long meta, long hash, long address0, long address1, long address2, long address3) {
  private static final long SEED = 42;

  /** What the decoder says of a packet besides its key. */
  record Decoded(DecodedKey key, int payloadLength, boolean isControl) {}

  static DecodedKey of(FlowKeys keys, int i) {
    long meta = keys.meta(i);
    if (meta == 0) {
      return new DecodedKey(0, 0, 0, 0, 0, 0);
    }
    if (FlowKeys.isOneWord(meta)) {
      return new DecodedKey(meta, keys.hash(i), keys.address(i, 0), 0, 0, 0);
    }
    return new DecodedKey(
        meta,
        keys.hash(i),
        keys.address(i, 0),
        keys.address(i, 1),
        keys.address(i, 2),
        keys.address(i, 3));
  }

  /** Decodes an Ethernet frame that is whole. */
  static Decoded decode(byte[] packet) {
    return decode(LinkType.ETHERNET, packet);
  }

  /** Decodes a packet that is whole. */
  static Decoded decode(int linkType, byte[] packet) {
    return decode(linkType, false, packet, packet.length);
  }

  /** Decodes a packet that was {@code wireLength} long on the wire. */
  static Decoded decode(int linkType, boolean directional, byte[] packet, int wireLength) {
    return decode(
        linkType, FlowKeyOptions.defaults().withDirectional(directional), packet, wireLength);
  }

  /** Decodes a packet into the key that the options ask for. */
  static Decoded decode(int linkType, FlowKeyOptions options, byte[] packet, int wireLength) {
    FlowKeys keys = new FlowKeys(1, SEED);
    PacketBatch batch = new PacketBatch(1);
    try (Arena arena = Arena.ofConfined()) {
      batch.clear(arena.allocateFrom(JAVA_BYTE, packet));
      batch.add(0, packet.length, wireLength, 0, 0);
      new PacketDecoder(linkType, options, keys).decode(batch);
    }
    return new Decoded(of(keys, 0), keys.payloadLength(0), keys.isControl(0));
  }

  /** Decodes the packets of a capture one after the other. */
  static List<Decoded> decode(RealPackets capture) {
    FlowKeys keys = new FlowKeys(1, SEED);
    PacketDecoder decoder = new PacketDecoder(capture.linkType(), FlowKeyOptions.defaults(), keys);
    PacketBatch batch = new PacketBatch(1);
    List<Decoded> decoded = new ArrayList<>();
    for (RealPackets.Packet packet : capture.packets()) {
      try (Arena arena = Arena.ofConfined()) {
        batch.clear(arena.allocateFrom(JAVA_BYTE, packet.bytes()));
        batch.add(0, packet.bytes().length, packet.wireLength(), packet.timestampNanos(), 0);
        decoder.decode(batch);
      }
      decoded.add(new Decoded(of(keys, 0), keys.payloadLength(0), keys.isControl(0)));
    }
    return decoded;
  }

  /** The key as a value. */
  FlowKey flowKey() {
    return FlowKey.of(meta, address0, address1, address2, address3);
  }

  boolean isDecoded() {
    return meta != 0;
  }

  int family() {
    return (int) meta & 0xff;
  }

  int protocol() {
    return (int) (meta >>> 8) & 0xff;
  }

  int icmpType() {
    return (int) (meta >>> 16) & 0xff;
  }

  int etherType() {
    return secondPort();
  }

  int firstPort() {
    return (int) (meta >>> 48);
  }

  int secondPort() {
    return (int) (meta >>> 32) & 0xffff;
  }

  /** The first end, such as {@code 10.0.0.1 80}. */
  String first() {
    return address(true) + " " + firstPort();
  }

  /** The second end. */
  String second() {
    return address(false) + " " + secondPort();
  }

  /** Both ends, in any order. */
  List<String> ends() {
    return Stream.of(first(), second()).sorted().toList();
  }

  private String address(boolean first) {
    return switch (family()) {
      case FlowKeys.FAMILY_IPV4, FlowKeys.FAMILY_ARP ->
          AddressText.ofIpv4((int) (first ? address0 >>> 32 : address0));
      case FlowKeys.FAMILY_IPV6 ->
          AddressText.ofIpv6(first ? address0 : address2, first ? address1 : address3);
      default -> "%012x".formatted(first ? address0 : address1);
    };
  }
}
