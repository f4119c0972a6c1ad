package org.gotm.core.pcapfile;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/** Builds pcapng files block by block, good ones and bad ones. */
final class PcapngBuilder {
  static final int MICROS = 6;

  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
  private ByteOrder order;

  private PcapngBuilder() {}

  /** A file whose first section has this byte order. */
  static PcapngBuilder pcapng(ByteOrder order) {
    return new PcapngBuilder().section(order);
  }

  /** A file of this machine's order with one Ethernet interface. */
  static PcapngBuilder pcapng() {
    return pcapng(ByteOrder.nativeOrder()).link(1, 0);
  }

  /** Begins a section. */
  PcapngBuilder section(ByteOrder newOrder) {
    order = newOrder;
    return block(0x0a0d0d0a, body(24 - 8).putInt(0x1a2b3c4d).putShort((short) 1).putLong(8, -1));
  }

  /** An interface with microseconds. */
  PcapngBuilder link(int linkType, int snaplen) {
    return block(1, body(8).putShort((short) linkType).putInt(4, snaplen));
  }

  /** An interface with a clock of its own. */
  PcapngBuilder link(int linkType, int resolution, long offsetSeconds) {
    ByteBuffer body = body(8 + 8 + 12 + 8 + 4).putShort(0, (short) linkType).position(8);
    body.putShort((short) 2).putShort((short) 3).put(new byte[] {'e', 't', 'h', 0});
    body.putShort((short) 14).putShort((short) 8).putLong(offsetSeconds);
    body.putShort((short) 9).putShort((short) 1).put((byte) resolution);
    return block(1, body);
  }

  /** An interface with one option that may say anything. */
  PcapngBuilder option(int code, int length, byte... value) {
    ByteBuffer body = body(12 + value.length).putShort(0, (short) 1).position(8);
    return block(1, body.putShort((short) code).putShort((short) length).put(value));
  }

  /** An enhanced packet, with a comment behind it. */
  PcapngBuilder packet(int number, long units, int caplen, int wireLength, int fill) {
    ByteBuffer body = packetBody(caplen, 12);
    body.putInt(number);
    putPacket(body, units, caplen, wireLength, fill);
    body.position(body.capacity() - 12).putShort((short) 1).putShort((short) 2);
    body.put(new byte[] {'h', 'i'});
    return block(6, body);
  }

  /** An obsolete packet. */
  PcapngBuilder oldPacket(int number, long units, int caplen, int wireLength, int fill) {
    ByteBuffer body = packetBody(caplen, 0).putShort((short) number).putShort((short) 9);
    putPacket(body, units, caplen, wireLength, fill);
    return block(2, body);
  }

  /** A simple packet. */
  PcapngBuilder simplePacket(int caplen, int wireLength, int fill) {
    ByteBuffer body = body(4 + caplen).putInt(wireLength);
    return block(3, body.put(filled(caplen, fill)));
  }

  private ByteBuffer packetBody(int caplen, int optionsLength) {
    return body(20 + (caplen + 3 & ~3) + optionsLength);
  }

  private static void putPacket(ByteBuffer body, long units, int caplen, int wireLength, int fill) {
    body.putInt((int) (units >>> 32)).putInt((int) units).putInt(caplen).putInt(wireLength);
    body.put(filled(Math.min(Math.max(caplen, 0), body.remaining()), fill));
  }

  private static byte[] filled(int length, int fill) {
    byte[] data = new byte[length];
    Arrays.fill(data, (byte) fill);
    return data;
  }

  private ByteBuffer body(int length) {
    return ByteBuffer.allocate(Math.max(length, 0) + 3 & ~3).order(order);
  }

  /** A block that nobody knows. */
  PcapngBuilder unknown(int type, int bodyLength) {
    return block(type, body(bodyLength));
  }

  /** A block. */
  PcapngBuilder block(int type, ByteBuffer body) {
    int length = body.capacity() + 12;
    return words(type, length).raw(body.array()).words(length);
  }

  /** Words in the order of the section. */
  PcapngBuilder words(int... words) {
    for (int word : words) {
      raw(ByteBuffer.allocate(4).order(order).putInt(word).array());
    }
    return this;
  }

  /** Anything. */
  PcapngBuilder raw(byte... data) {
    bytes.writeBytes(data);
    return this;
  }

  /** Bytes so far. */
  int length() {
    return bytes.size();
  }

  byte[] build() {
    return bytes.toByteArray();
  }
}
