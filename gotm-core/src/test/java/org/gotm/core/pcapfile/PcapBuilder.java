package org.gotm.core.pcapfile;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Builds pcap files in every format there is, good ones and bad ones. */
final class PcapBuilder {
  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
  private final Format format;

  /**
   * A kind of pcap file.
   *
   * @param magic one of the three of {@link PcapHeaderLayout}
   * @param order of all header fields
   */
  record Format(int magic, ByteOrder order) {
    static final Format MICROS = new Format(PcapHeaderLayout.MAGIC_MICROS, ByteOrder.nativeOrder());

    int recordHeaderLength() {
      return magic == PcapHeaderLayout.MAGIC_MODIFIED ? 24 : 16;
    }

    int nanosPerUnit() {
      return magic == PcapHeaderLayout.MAGIC_NANOS ? 1 : 1000;
    }

    @Override
    public String toString() {
      return "%08x %s".formatted(magic, order);
    }
  }

  private PcapBuilder(Format format) {
    this.format = format;
  }

  /** Micro- and nanoseconds and the modified format, each in both byte orders. */
  static Format[] formats() {
    int[] magics = {
      PcapHeaderLayout.MAGIC_MICROS, PcapHeaderLayout.MAGIC_NANOS, PcapHeaderLayout.MAGIC_MODIFIED
    };
    Format[] formats = new Format[2 * magics.length];
    for (int i = 0; i < magics.length; i++) {
      formats[2 * i] = new Format(magics[i], ByteOrder.LITTLE_ENDIAN);
      formats[2 * i + 1] = new Format(magics[i], ByteOrder.BIG_ENDIAN);
    }
    return formats;
  }

  /** A file of this machine's order with microseconds and Ethernet. */
  static PcapBuilder pcap() {
    return pcap(Format.MICROS, 1);
  }

  /** A file with a header. */
  static PcapBuilder pcap(Format format, int linkType) {
    return pcap(format, 2, 4, linkType);
  }

  /** A file with a header of another version. */
  static PcapBuilder pcap(Format format, int major, int minor, int linkType) {
    PcapBuilder builder = new PcapBuilder(format);
    builder.put(format.magic()).putShorts(major, minor).put(0, 0, 262144, linkType);
    return builder;
  }

  /** A record with data of the given length, each byte of which is {@code fill}. */
  PcapBuilder record(int seconds, int fraction, int caplen, int wireLength, int fill) {
    recordHeader(seconds, fraction, caplen, wireLength);
    for (int i = 0; i < caplen; i++) {
      bytes.write(fill);
    }
    return this;
  }

  /** A record header that may say anything. */
  PcapBuilder recordHeader(int seconds, int fraction, int caplen, int wireLength) {
    put(seconds, fraction, caplen, wireLength);
    for (int i = 16; i < format.recordHeaderLength(); i++) {
      bytes.write(0xee);
    }
    return this;
  }

  private PcapBuilder put(int... words) {
    for (int word : words) {
      bytes.writeBytes(ByteBuffer.allocate(4).order(format.order()).putInt(word).array());
    }
    return this;
  }

  private PcapBuilder putShorts(int... shorts) {
    for (int value : shorts) {
      bytes.writeBytes(
          ByteBuffer.allocate(2).order(format.order()).putShort((short) value).array());
    }
    return this;
  }

  byte[] build() {
    return bytes.toByteArray();
  }
}
