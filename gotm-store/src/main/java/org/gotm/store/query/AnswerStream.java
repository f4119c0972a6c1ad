package org.gotm.store.query;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.gotm.core.packet.LinkType;
import org.gotm.core.pcapfile.PcapHeaderLayout;

/**
 * Writes an answer as a capture file. A classic one has but the link type of its first packet. One
 * thread.
 */
final class AnswerStream {
  /** What a record has before the packet in a classic file, and counts of a limit of bytes. */
  static final int RECORD_LENGTH = 16;

  /** What stenographer says, and cuts packets to. */
  private static final int STENOGRAPHER_SNAPLEN = 1 << 16;

  private static final long NANOS_A_SECOND = 1_000_000_000;
  private static final int SECTION_LENGTH = 28;
  private static final int INTERFACE_LENGTH = 32;
  private static final int PACKET_LENGTH = 32;
  private static final int BYTE_ORDER_MAGIC = 0x1a2b3c4d;
  private static final int INTERFACE_NAME = 2;
  private static final int TIME_RESOLUTION = 9;
  private static final byte NANOS = 9;

  private final OutputStream out;
  private final AnswerFormat format;
  private final ByteBuffer head = ByteBuffer.allocate(64).order(ByteOrder.LITTLE_ENDIAN);
  private final Map<InterfaceKey, Integer> interfaces = new HashMap<>();
  private boolean hasBegun;
  private int linkType = LinkType.ETHERNET;

  /** What a block of an interface is for. */
  private record InterfaceKey(int linkType, String name) {}

  AnswerStream(OutputStream out, AnswerFormat format) {
    this.out = out;
    this.format = format;
  }

  /**
   * Writes a packet; false if a file of this format has no place for its link type.
   *
   * @param interfaceName what pcapng says that the packet is from; empty for nothing
   */
  boolean write(Found packet, String interfaceName) throws IOException {
    if (format == AnswerFormat.PCAPNG) {
      writeBlock(packet, new InterfaceKey(packet.linkType(), interfaceName));
      return true;
    }
    if (!hasBegun) {
      begin(packet.linkType());
    }
    if (packet.linkType() != linkType) {
      return false;
    }
    int unit = format == AnswerFormat.PCAP ? 1 : 1000;
    int caplen = Math.min(packet.caplen(), snaplen());
    head.putInt((int) Math.floorDiv(packet.nanos(), NANOS_A_SECOND));
    head.putInt((int) (Math.floorMod(packet.nanos(), NANOS_A_SECOND) / unit));
    head.putInt(caplen).putInt(packet.wireLength());
    flushHead();
    out.write(packet.bytes(), packet.offset(), caplen);
    return true;
  }

  private int snaplen() {
    return format == AnswerFormat.PCAP_MICRO ? STENOGRAPHER_SNAPLEN : PcapHeaderLayout.MAX_SNAPLEN;
  }

  /** Sends what was written on its way, after the file's header at least. */
  void flush() throws IOException {
    if (!hasBegun) {
      begin(linkType);
    }
    out.flush();
  }

  private void begin(int firstLinkType) throws IOException {
    hasBegun = true;
    linkType = firstLinkType;
    if (format == AnswerFormat.PCAPNG) {
      head.putInt(PcapHeaderLayout.MAGIC_PCAPNG).putInt(SECTION_LENGTH).putInt(BYTE_ORDER_MAGIC);
      head.putInt(1).putLong(-1).putInt(SECTION_LENGTH);
    } else {
      boolean isNano = format == AnswerFormat.PCAP;
      head.putInt(isNano ? PcapHeaderLayout.MAGIC_NANOS : PcapHeaderLayout.MAGIC_MICROS);
      head.putShort((short) 2).putShort((short) 4).putLong(0);
      head.putInt(snaplen()).putInt(linkType);
    }
    flushHead();
  }

  private void writeBlock(Found packet, InterfaceKey key) throws IOException {
    if (!hasBegun) {
      begin(packet.linkType());
    }
    Integer known = interfaces.get(key);
    int number = known == null ? addInterface(key) : known;
    int padding = -packet.caplen() & 3;
    int length = PACKET_LENGTH + packet.caplen() + padding;
    head.putInt(6).putInt(length).putInt(number);
    head.putInt((int) (packet.nanos() >>> 32)).putInt((int) packet.nanos());
    head.putInt(packet.caplen()).putInt(packet.wireLength());
    flushHead();
    out.write(packet.bytes(), packet.offset(), packet.caplen());
    head.position(padding).putInt(length);
    flushHead();
  }

  private int addInterface(InterfaceKey key) throws IOException {
    int number = interfaces.size();
    interfaces.put(key, number);
    byte[] name = nameOption(key.name());
    int length = INTERFACE_LENGTH + name.length;
    head.putInt(1).putInt(length).putShort((short) key.linkType()).putShort((short) 0).putInt(0);
    flushHead();
    out.write(name);
    head.putShort((short) TIME_RESOLUTION).putShort((short) 1).put(NANOS);
    head.put(new byte[3]).putInt(0).putInt(length);
    flushHead();
    return number;
  }

  private static byte[] nameOption(String name) {
    byte[] text = name.getBytes(StandardCharsets.UTF_8);
    if (text.length == 0) {
      return text;
    }
    int padding = -text.length & 3;
    return ByteBuffer.allocate(Integer.BYTES + text.length + padding)
        .order(ByteOrder.LITTLE_ENDIAN)
        .putShort((short) INTERFACE_NAME)
        .putShort((short) text.length)
        .put(text)
        .array();
  }

  private void flushHead() throws IOException {
    out.write(head.array(), 0, head.position());
    Arrays.fill(head.array(), (byte) 0);
    head.clear();
  }
}
