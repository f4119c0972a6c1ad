package org.gotm.app.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.gotm.core.pcapfile.Tcpdump;

/**
 * The packets of a capture file as tcpdump reads them.
 *
 * @param linkType LINKTYPE_ value
 * @param packets in their order
 */
record FilePackets(int linkType, List<Packet> packets) {
  private static final int FILE_HEADER_LENGTH = 24;
  private static final int LINK_TYPE_OFFSET = 20;

  /**
   * A packet.
   *
   * @param nanos time, nanoseconds since 1970
   * @param wireLength its length on the wire
   * @param bytes what was captured of it
   */
  record Packet(long nanos, int wireLength, ByteBuffer bytes) {}

  /** Fails, with few words, where two lists of packets differ first. */
  static void assertSame(List<Packet> actual, List<Packet> expected) {
    int both = Math.min(actual.size(), expected.size());
    for (int i = 0; i < both; i++) {
      assertThat(actual.get(i)).as("packet %d", i).isEqualTo(expected.get(i));
    }
    assertThat(actual.size()).as("number of packets").isEqualTo(expected.size());
  }

  /** All packets of a file that is whole; packed ones are unpacked by gzip or zstd. */
  static FilePackets of(Path file) {
    Tcpdump.Result result = read(file);
    assertThat(result.exit()).as("%s: %s", file, result.says()).isZero();
    return parse(result.output());
  }

  /** All packets that tcpdump gets out of a file that may be damaged. */
  static FilePackets ofDamaged(Path file) {
    return parse(read(file).output());
  }

  private static Tcpdump.Result read(Path file) {
    String name = file.getFileName().toString();
    String unpack = name.endsWith(".gz") ? "gzip -dc" : name.endsWith(".zst") ? "zstd -dcq" : "cat";
    return Tcpdump.run(
        "sh", "-c", unpack + " \"$1\" | tcpdump --nano -r - -w - 2>&2", "-", file.toString());
  }

  /** Tcpdump writes pcap with nanoseconds in the order of this machine. */
  private static FilePackets parse(byte[] pcap) {
    List<Packet> packets = new ArrayList<>();
    if (pcap.length < FILE_HEADER_LENGTH) {
      return new FilePackets(-1, packets);
    }
    ByteBuffer in = ByteBuffer.wrap(pcap).order(ByteOrder.nativeOrder());
    int linkType = in.getInt(LINK_TYPE_OFFSET);
    in.position(FILE_HEADER_LENGTH);
    while (in.hasRemaining()) {
      long nanos = Integer.toUnsignedLong(in.getInt()) * 1_000_000_000 + in.getInt();
      byte[] bytes = new byte[in.getInt()];
      int wireLength = in.getInt();
      in.get(bytes);
      packets.add(new Packet(nanos, wireLength, ByteBuffer.wrap(bytes)));
    }
    return new FilePackets(linkType, packets);
  }
}
