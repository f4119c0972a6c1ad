package org.gotm.app.traffic;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.SplittableRandom;
import org.gotm.core.packet.LinkType;
import org.gotm.core.pcapfile.PcapHeaderLayout;
import org.gotm.core.pcapfile.PcapRecordLayout;
import org.gotm.core.pcapfile.TimestampPrecision;

/**
 * Makes a pcap file in memory: packets of one size and, each fourth, without payload, spread evenly
 * over many flows, of TCP and UDP, IPv4 and IPv6, a few of ICMP or not IP, some with a VLAN tag,
 * half of their payload text and half random; the same for the same seed.
 */
public final class SyntheticTraffic {
  private static final ValueLayout.OfInt INT =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);
  private static final ValueLayout.OfShort SHORT =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);
  private static final long START_NANOS = 1_700_000_000_000_000_000L;
  private static final int NANOS_BETWEEN = 60;
  private static final byte[] TEXT = "GET /index.html HTTP/1.1 Host: example.org ".getBytes();

  private SyntheticTraffic() {}

  /**
   * A pcap file with nanoseconds.
   *
   * @param frameLength bytes of a frame with payload, at least 84
   */
  public static MemorySegment make(
      int flows, int packets, int frameLength, long seed, SegmentAllocator memory) {
    int recordLength = PcapRecordLayout.HEADER_LENGTH + frameLength;
    MemorySegment file =
        memory.allocate(PcapHeaderLayout.LENGTH + (long) packets * recordLength, Long.BYTES);
    PcapHeaderLayout.write(
        file, 0, TimestampPrecision.NANO, PcapHeaderLayout.MAX_SNAPLEN, LinkType.ETHERNET);
    SplittableRandom random = new SplittableRandom(seed);
    long at = PcapHeaderLayout.LENGTH;
    for (int i = 0; i < packets; i++) {
      int flow = random.nextInt(flows);
      int length = i % 4 == 3 ? headersLength(flow) : frameLength;
      long nanos = START_NANOS + (long) i * NANOS_BETWEEN;
      PcapRecordLayout.write(file, at, nanos, 1, length, length);
      at += PcapRecordLayout.HEADER_LENGTH;
      writeFrame(file, at, length, flow, random);
      at += length;
    }
    return file.asSlice(0, at);
  }

  private static boolean isTagged(int flow) {
    return flow % 16 == 5;
  }

  private static boolean isIpv6(int flow) {
    return flow % 8 >= 6;
  }

  private static boolean isEcho(int flow) {
    return flow % 64 == 61 || flow % 64 == 63;
  }

  private static boolean isTcp(int flow) {
    return flow % 4 != 3 && !isEcho(flow);
  }

  private static int protocol(int flow) {
    if (isEcho(flow)) {
      return isIpv6(flow) ? 58 : 1;
    }
    return isTcp(flow) ? 6 : 17;
  }

  private static int headersLength(int flow) {
    return 14 + (isTagged(flow) ? 4 : 0) + (isIpv6(flow) ? 40 : 20) + (isTcp(flow) ? 20 : 8);
  }

  private static void writeFrame(
      MemorySegment file, long frame, int length, int flow, SplittableRandom random) {
    boolean back = random.nextBoolean();
    int client = 0x0a00_0000 | flow;
    int server = 0xc0a8_0000 | flow * 0x9e3779b1 >>> 16;
    int clientPort = 1024 + (flow * 0x85ebca6b >>> 17);
    int near = back ? server : client;
    int far = back ? client : server;
    file.set(INT, frame + 2, 0x0202_0202);
    file.set(INT, frame + 8, 0x0202_0202);
    long ip = frame + 14;
    if (isTagged(flow)) {
      file.set(INT, frame + 12, 0x8100_0007); // a VLAN tag
      ip += 4;
    }
    int rest = (int) (frame + length - ip);
    long transport =
        isIpv6(flow)
            ? writeIpv6(file, ip, rest - 40, protocol(flow), near, far)
            : writeIpv4(file, ip, rest, protocol(flow), near, far);
    if (isEcho(flow)) {
      int request = isIpv6(flow) ? 128 : 8;
      int reply = isIpv6(flow) ? 129 : 0;
      file.set(INT, transport, (back ? reply : request) << 24);
    } else {
      file.set(INT, transport, back ? 443 << 16 | clientPort : clientPort << 16 | 443);
    }
    if (isTcp(flow)) {
      boolean opens = random.nextInt(16) == 0;
      file.set(SHORT, transport + 12, (short) (opens ? 0x5002 : 0x5010));
    } else if (!isEcho(flow)) {
      file.set(SHORT, transport + 4, (short) (frame + length - transport));
    }
    if (flow % 64 == 30) {
      file.set(SHORT, ip - 2, (short) 0x88b5); // not IP: for experiments
    }
    int headers = (int) (transport - frame) + 20;
    if (headers < length) {
      writePayload(file, frame + headers, length - headers, flow, random);
    }
  }

  /** Text in every second flow, and what does not compress in the others. */
  private static void writePayload(
      MemorySegment file, long at, int length, int flow, SplittableRandom random) {
    byte[] payload = new byte[length];
    if (flow % 2 == 0) {
      for (int i = 0; i < length; i += TEXT.length) {
        System.arraycopy(TEXT, 0, payload, i, Math.min(TEXT.length, length - i));
      }
    } else {
      random.nextBytes(payload);
    }
    MemorySegment.copy(payload, 0, file, JAVA_BYTE, at, length);
  }

  private static long writeIpv4(
      MemorySegment file, long ip, int length, int protocol, int source, int target) {
    file.set(SHORT, ip - 2, (short) 0x0800);
    file.set(INT, ip, 0x4500_0000 | length);
    file.set(INT, ip + 8, 0x4000_0000 | protocol << 16);
    file.set(INT, ip + 12, source);
    file.set(INT, ip + 16, target);
    return ip + 20;
  }

  private static long writeIpv6(
      MemorySegment file, long ip, int length, int protocol, int source, int target) {
    file.set(SHORT, ip - 2, (short) 0x86dd);
    file.set(INT, ip, 0x6000_0000);
    file.set(INT, ip + 4, length << 16 | protocol << 8 | 64);
    file.set(INT, ip + 8, 0x2001_0db8);
    file.set(INT, ip + 20, source);
    file.set(INT, ip + 24, 0x2001_0db8);
    file.set(INT, ip + 36, target);
    return ip + 40;
  }
}
