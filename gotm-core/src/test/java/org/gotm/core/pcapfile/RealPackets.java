package org.gotm.core.pcapfile;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.Channels;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.GZIPInputStream;
import org.gotm.core.source.PacketBatch;
import org.gotm.core.source.PacketSource;
import org.gotm.core.source.PacketSourceException;

/**
 * The packets of a capture, whatever its format; as many as can be read if it is damaged.
 *
 * @param name the capture's file name
 * @param linkType LINKTYPE_ value
 * @param packets the packets in order
 */
public record RealPackets(String name, int linkType, List<Packet> packets) {
  private static final long NANOS_PER_SECOND = 1_000_000_000;

  /**
   * One packet.
   *
   * @param bytes what was captured of it
   * @param wireLength bytes on the wire
   * @param timestampNanos nanoseconds since 1970
   */
  public record Packet(byte[] bytes, int wireLength, long timestampNanos) {}

  /** Every capture that we or tcpdump can read something from. */
  public static List<RealPackets> all() {
    List<RealPackets> all = new ArrayList<>();
    for (Captures.Capture capture : Captures.all()) {
      RealPackets packets = of(capture);
      if (!packets.packets().isEmpty()) {
        all.add(packets);
      }
    }
    return all;
  }

  /** The packets of one capture. */
  public static RealPackets of(Captures.Capture capture) {
    try {
      return read(capture.name(), pcap(capture));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The packets of a pcap file that is in memory, as many as can be read. */
  public static RealPackets read(String name, byte[] pcap) {
    List<Packet> packets = new ArrayList<>();
    try (PacketSource source =
        PcapFileSource.open(Channels.newChannel(new ByteArrayInputStream(pcap)), name)) {
      readAll(source, packets);
      return new RealPackets(name, source.linkType(), packets);
    } catch (PacketSourceException e) {
      return new RealPackets(name, -1, packets);
    }
  }

  /** A pcap file with nanoseconds. */
  public byte[] toPcap() {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteBuffer header = ByteBuffer.allocate(24).order(ByteOrder.nativeOrder());
    header.putInt(PcapHeaderLayout.MAGIC_NANOS).putShort((short) 2).putShort((short) 4).putLong(0);
    out.writeBytes(header.putInt(262144).putInt(linkType).array());
    for (Packet packet : packets) {
      ByteBuffer record = ByteBuffer.allocate(16).order(ByteOrder.nativeOrder());
      record.putInt((int) Math.floorDiv(packet.timestampNanos(), NANOS_PER_SECOND));
      record.putInt((int) Math.floorMod(packet.timestampNanos(), NANOS_PER_SECOND));
      out.writeBytes(record.putInt(packet.bytes().length).putInt(packet.wireLength()).array());
      out.writeBytes(packet.bytes());
    }
    return out.toByteArray();
  }

  /** Adds all packets up to the end or the damage. */
  static PacketSourceException readAll(PacketSource source, List<Packet> packets) {
    try {
      while (source.poll(batch -> addAll(batch, packets)) != PacketSource.END) {
        // more
      }
      return null;
    } catch (PacketSourceException e) {
      return e;
    }
  }

  private static void addAll(PacketBatch batch, List<Packet> packets) {
    for (int i = 0; i < batch.count(); i++) {
      byte[] bytes = batch.segment.asSlice(batch.offsets[i], batch.caplens[i]).toArray(JAVA_BYTE);
      packets.add(new Packet(bytes, batch.wireLengths[i], batch.timestampsNanos[i]));
    }
  }

  private static byte[] pcap(Captures.Capture capture) throws IOException {
    byte[] bytes = capture.bytes();
    if (capture.isPcap()) {
      return bytes;
    }
    if (capture.name().endsWith(".gz")) {
      try (GZIPInputStream in = new GZIPInputStream(new ByteArrayInputStream(bytes))) {
        return in.readAllBytes();
      }
    }
    Path file = Files.createTempFile("capture", ".pcapng");
    try {
      return Tcpdump.rewrite(Files.write(file, bytes)).output();
    } finally {
      Files.delete(file);
    }
  }
}
