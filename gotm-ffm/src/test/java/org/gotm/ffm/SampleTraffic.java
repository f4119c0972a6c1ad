package org.gotm.ffm;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.gotm.core.packet.LinkType;
import org.gotm.core.pcapfile.PcapHeaderLayout;
import org.gotm.core.pcapfile.PcapRecordLayout;
import org.gotm.core.pcapfile.TimestampPrecision;

/**
 * Ethernet frames to send through a source, each different from all others.
 *
 * @param frames in the order of sending, whole frames without the check sequence
 */
public record SampleTraffic(List<byte[]> frames) {
  /** Time of the first frame in a capture file, nanoseconds since 1970. */
  public static final long FIRST_NANOS = 1_500_000_000_123_456_789L;

  /** Time from one frame to the next in a capture file. */
  public static final long STEP_NANOS = 1_000_001;

  private static final int[] LENGTHS = {60, 64, 128, 61, 590, 1514, 250, 1000};
  private static final int[][] TAGS = {{}, {}, {0x81000064}, {0x88a80065, 0x81000066}};

  /** Takes a copy of the list. */
  public SampleTraffic {
    frames = List.copyOf(frames);
  }

  /** UDP over IPv4 in ten flows; of various lengths, some with one or two VLAN tags. */
  public static SampleTraffic mixed(int count) {
    List<byte[]> frames = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      frames.add(udp(i, LENGTHS[i % LENGTHS.length], TAGS[i % TAGS.length]));
    }
    return new SampleTraffic(frames);
  }

  /** UDP over IPv4, every frame of the same length. */
  public static SampleTraffic ofLength(int count, int length) {
    List<byte[]> frames = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      frames.add(udp(i, length));
    }
    return new SampleTraffic(frames);
  }

  /**
   * A UDP packet in an Ethernet frame.
   *
   * @param number chooses one of ten flows and is in the payload
   * @param length of the frame, at least 50 bytes and 4 for each tag
   * @param tags TPID and TCI of each VLAN tag, outermost first
   */
  public static byte[] udp(int number, int length, int... tags) {
    ByteBuffer frame = ByteBuffer.allocate(length);
    frame.put(new byte[] {2, 0, 0, 0, 0, 1}).put(new byte[] {2, 0, 0, 0, 0, 2});
    for (int tag : tags) {
      frame.putInt(tag);
    }
    frame.putShort((short) 0x0800);
    int ipLength = Math.min(frame.remaining(), 0xffff);
    frame.putShort((short) 0x4500).putShort((short) ipLength).putInt(0);
    frame.putShort((short) 0x4011).putShort((short) 0);
    frame.putInt(0x0a000001).putInt(0x0a000002 + number % 10);
    frame.putShort((short) 4000).putShort((short) 5000);
    frame.putShort((short) (ipLength - 20)).putShort((short) 0);
    frame.putInt(number);
    while (frame.hasRemaining()) {
      frame.put((byte) (number * 31 + frame.position() * 7));
    }
    return frame.array();
  }

  /** Writes a pcap file with nanoseconds and whole frames. */
  public Path write(Path file) {
    int length = PcapHeaderLayout.LENGTH;
    for (byte[] frame : frames) {
      length += PcapRecordLayout.HEADER_LENGTH + frame.length;
    }
    byte[] bytes = new byte[length];
    MemorySegment memory = MemorySegment.ofArray(bytes);
    PcapHeaderLayout.write(
        memory, 0, TimestampPrecision.NANO, PcapHeaderLayout.MAX_SNAPLEN, LinkType.ETHERNET);
    int at = PcapHeaderLayout.LENGTH;
    long time = FIRST_NANOS;
    for (byte[] frame : frames) {
      PcapRecordLayout.write(memory, at, time, 1, frame.length, frame.length);
      System.arraycopy(frame, 0, bytes, at + PcapRecordLayout.HEADER_LENGTH, frame.length);
      at += PcapRecordLayout.HEADER_LENGTH + frame.length;
      time += STEP_NANOS;
    }
    try {
      return Files.write(file, bytes);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
