package org.gotm.store.index;

import java.io.BufferedOutputStream;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.PriorityQueue;
import java.util.SplittableRandom;

/**
 * A classic capture of made-up traffic of a large site, the same for the same seed: hosts by Zipf's
 * law, names looked up, scans, flow sizes by Pareto, durations log-normal, some IPv6 and VLANs, a
 * third of the payload such that it can be compressed. A flow ends a little beyond the usual
 * cutoffs, for what comes then is not kept anyway. One thread.
 *
 * <pre>java MixedTraffic.java SEED FLOWS_A_SECOND BYTES [SCANS_PERCENT] &gt; FILE.pcap</pre>
 */
public final class MixedTraffic {
  private static final int INSIDE = 8_000;
  private static final int OUTSIDE = 400_000;
  private static final int PREFIXES = 5_000;
  private static final long SECOND = 1_000_000_000;
  private static final long START = 1_764_201_600 * SECOND;
  private static final int MOST_PAYLOAD = 72 << 10;
  private static final int SEGMENT = 1448;
  private static final int SYN = 2;
  private static final int SYN_ACK = 0x12;
  private static final int ACK = 0x10;
  private static final int PUSH = 0x18;
  private static final int RESET = 0x14;
  private static final int FIN = 0x11;
  private static final int TCP = 6;
  private static final int UDP = 17;
  private static final int[] PORTS = {
    443, 80, 22, 25, 993, 8080, 8443, 445, 389, 5222, 3389, 1433, 3306, 5432, 123, 1883, 587, 853,
    5060, 88, 636, 6881, 9100, 27017, 6379, 9092, 11211, 2049, 5900, 4444
  };

  private final SplittableRandom random;
  private final double flowsASecond;
  private final int dnsPercent = 22;
  private final int scansPercent;
  private final double[] insideShares = zipf(INSIDE, 0.8);
  private final double[] outsideShares = zipf(OUTSIDE, 1.0);
  private final double[] portShares = zipf(PORTS.length, 1.6);
  private final byte[] text;
  private final PriorityQueue<Flow> flows = new PriorityQueue<>();
  private final ByteBuffer frame = ByteBuffer.allocate(1 << 11);
  private long nextFlow;
  private int scanner;
  private int scanned;

  /** A conversation: when each packet comes, which way, and how long it is. */
  private static final class Flow implements Comparable<Flow> {
    long nanos;
    int inside;
    int outside;
    int insidePort;
    int outsidePort;
    int protocol;
    boolean isIpv6;
    boolean isText;
    long[] packets = new long[8];
    int count;
    int next;

    /** Adds a packet so many microseconds after the one before. */
    void add(long micros, boolean isFromInside, int flags, int payload) {
      if (count == packets.length) {
        packets = Arrays.copyOf(packets, 2 * count);
      }
      packets[count++] = micros << 32 | (long) payload << 16 | flags << 8 | (isFromInside ? 1 : 0);
    }

    /** Moves the time to that of the packet at hand. */
    void take() {
      nanos += (packets[next] >>> 32) * 1000;
    }

    @Override
    public int compareTo(Flow other) {
      return Long.compare(nanos, other.nanos);
    }
  }

  /**
   * Traffic that has not begun.
   *
   * @param flowsASecond how many flows begin in a second
   * @param scansPercent how many of 100 flows are scans
   */
  public MixedTraffic(long seed, int flowsASecond, int scansPercent) {
    random = new SplittableRandom(seed);
    this.flowsASecond = flowsASecond;
    this.scansPercent = scansPercent;
    text = text();
    nextFlow = START;
  }

  /** Shares that add up to 1, as sums, of what comes less often the later it is. */
  private static double[] zipf(int count, double exponent) {
    double[] sums = new double[count];
    double sum = 0;
    for (int i = 0; i < count; i++) {
      sum += Math.pow(i + 1, -exponent);
      sums[i] = sum;
    }
    for (int i = 0; i < count; i++) {
      sums[i] /= sum;
    }
    return sums;
  }

  private int pick(double[] shares) {
    int at = Arrays.binarySearch(shares, random.nextDouble());
    return Math.min(at < 0 ? -at - 1 : at, shares.length - 1);
  }

  private byte[] text() {
    byte[] words = new byte[1 << 20];
    byte[][] vocabulary = new byte[4096][];
    for (int i = 0; i < vocabulary.length; i++) {
      vocabulary[i] = new byte[3 + random.nextInt(8)];
      for (int k = 0; k < vocabulary[i].length; k++) {
        vocabulary[i][k] = (byte) ('a' + random.nextInt(26));
      }
      vocabulary[i][0] = ' ';
    }
    for (int at = 0; at < words.length; ) {
      byte[] word = vocabulary[random.nextInt(vocabulary.length)];
      int length = Math.min(word.length, words.length - at);
      System.arraycopy(word, 0, words, at, length);
      at += length;
    }
    return words;
  }

  /**
   * Writes a capture of about so many bytes.
   *
   * @param warmNanos how long the traffic has gone on before its first packet
   */
  public void write(OutputStream out, long bytes, long warmNanos) throws IOException {
    ByteBuffer header = ByteBuffer.allocate(24).order(ByteOrder.LITTLE_ENDIAN);
    header.putInt(0xa1b23c4d).putShort((short) 2).putShort((short) 4).putLong(0);
    header.putInt(1 << 18).putInt(1);
    out.write(header.array());
    long left = bytes;
    while (left > 0) {
      begin();
      Flow flow = flows.poll();
      if (flow.nanos >= START + warmNanos) {
        left -= write(flow, out);
      }
      if (++flow.next < flow.count) {
        flow.take();
        flows.add(flow);
      }
    }
  }

  /** Begins all flows that are due. */
  private void begin() {
    while (flows.isEmpty() || flows.peek().nanos >= nextFlow) {
      Flow flow = flow();
      flow.nanos = nextFlow;
      flow.take();
      flows.add(flow);
      nextFlow += (long) (-Math.log(1 - random.nextDouble()) / flowsASecond * SECOND);
    }
  }

  private Flow flow() {
    Flow flow = new Flow();
    flow.inside = pick(insideShares);
    flow.outside = pick(outsideShares);
    flow.insidePort = 32_768 + random.nextInt(28_232);
    flow.isIpv6 = random.nextInt(100) < 15;
    flow.isText = random.nextInt(100) < 35;
    int kind = random.nextInt(100);
    if (kind < dnsPercent) {
      lookUp(flow);
    } else if (kind < dnsPercent + scansPercent) {
      scan(flow);
    } else {
      converse(flow);
    }
    return flow;
  }

  /** A name looked up at one of a few servers, which are inside's first and outside's first. */
  private void lookUp(Flow flow) {
    flow.protocol = UDP;
    flow.outside = random.nextInt(20);
    flow.outsidePort = 53;
    flow.isText = true;
    flow.add(0, true, 0, 28 + random.nextInt(40));
    flow.add(500 + random.nextInt(30_000), false, 0, 60 + random.nextInt(250));
  }

  /** One probe of a scanner that goes through the inside network, or through a host's ports. */
  private void scan(Flow flow) {
    if (scanned++ % 5_000 == 0) {
      scanner = OUTSIDE + random.nextInt(1 << 20);
    }
    flow.protocol = TCP;
    flow.isIpv6 = false;
    flow.outside = scanner;
    boolean isOfPorts = scanner % 3 == 0;
    flow.inside = isOfPorts ? scanner % INSIDE : random.nextInt(1 << 16);
    flow.outsidePort = 32_768 + random.nextInt(28_232);
    flow.insidePort = isOfPorts ? scanned % 65_535 + 1 : PORTS[scanner % PORTS.length];
    flow.add(0, false, SYN, 0);
    if (random.nextInt(4) == 0) {
      flow.add(200 + random.nextInt(2_000), true, RESET, 0);
    }
  }

  /** Some exchanges of a request and what is answered, over the duration of the flow. */
  private void converse(Flow flow) {
    int port = PORTS[pick(portShares)];
    flow.protocol = port == 443 && random.nextInt(5) == 0 || port == 123 ? UDP : TCP;
    flow.outsidePort = random.nextInt(50) == 0 ? 1_024 + random.nextInt(64_000) : port;
    boolean isTcp = flow.protocol == TCP;
    int rtt = 2_000 + (int) (30_000 * -Math.log(1 - random.nextDouble()));
    int left = (int) Math.min(MOST_PAYLOAD, 4_000 / Math.pow(1 - random.nextDouble(), 1 / 1.1));
    long micros = (long) (1e6 * Math.exp(Math.clamp(1.6 * random.nextGaussian(), -6, 6)));
    int exchanges = 1 + Math.min(left / 3_000, random.nextInt(6));
    if (isTcp) {
      flow.add(0, true, SYN, 0);
      flow.add(rtt, false, SYN_ACK, 0);
      flow.add(50, true, ACK, 0);
    }
    for (int i = 0; i < exchanges; i++) {
      int answer = i == exchanges - 1 ? left : left / (exchanges - i);
      long wait = i == 0 ? 300 : (long) (micros * -Math.log(1 - random.nextDouble()) / exchanges);
      flow.add(Math.min(wait, 60_000_000), true, PUSH, 200 + random.nextInt(900));
      answer(flow, answer, rtt, isTcp);
      left -= answer;
    }
    if (isTcp) {
      flow.add(Math.min(micros / exchanges, 60_000_000), true, FIN, 0);
      flow.add(rtt, false, FIN, 0);
      flow.add(50, true, ACK, 0);
    }
  }

  /** Segments in windows of ten, each two acknowledged. */
  private static void answer(Flow flow, int length, int rtt, boolean isTcp) {
    int left = length;
    for (int i = 0; left > 0; i++) {
      int payload = Math.min(left, isTcp ? SEGMENT : 1_200);
      flow.add(i % 10 == 0 ? rtt : 120, false, PUSH, payload);
      if (i % 2 == 1) {
        flow.add(30, true, ACK, isTcp ? 0 : 30);
      }
      left -= payload;
    }
  }

  private int write(Flow flow, OutputStream out) throws IOException {
    long packet = flow.packets[flow.next];
    boolean isFromInside = (packet & 1) != 0;
    int payload = (int) (packet >>> 16) & 0xffff;
    frame.clear().position(16);
    putEthernet(flow, isFromInside);
    int transport = flow.protocol == TCP ? 20 : 8;
    putIp(flow, isFromInside, transport + payload);
    putTransport(flow, isFromInside, (int) packet >> 8 & 0xff, payload);
    putPayload(flow.isText, payload);
    int caplen = Math.max(frame.position() - 16, 60);
    frame.order(ByteOrder.LITTLE_ENDIAN);
    frame.putInt(0, (int) (flow.nanos / SECOND)).putInt(4, (int) (flow.nanos % SECOND));
    frame.putInt(8, caplen).putInt(12, caplen);
    frame.order(ByteOrder.BIG_ENDIAN);
    Arrays.fill(frame.array(), frame.position(), Math.max(frame.position(), 16 + 60), (byte) 0);
    out.write(frame.array(), 0, 16 + caplen);
    return 16 + caplen;
  }

  /** Inside hosts are seen as they are; what is outside, behind a router. */
  private void putEthernet(Flow flow, boolean isFromInside) {
    long router = 0x0200_5e00_0101L;
    boolean isThere = flow.inside < INSIDE;
    long inside = isThere ? 0x0200_0000_0000L | mix(flow.inside) >>> 28 : router;
    putMac(isFromInside ? router : inside);
    putMac(isFromInside ? inside : router);
    int network = flow.inside >> 8;
    if (network % 2 == 0) {
      frame.putShort((short) 0x8100).putShort((short) (100 + network % 40));
    }
    frame.putShort((short) (flow.isIpv6 ? 0x86dd : 0x0800));
  }

  private void putMac(long address) {
    frame.putShort((short) (address >>> 32)).putInt((int) address);
  }

  private void putIp(Flow flow, boolean isFromInside, int length) {
    if (flow.isIpv6) {
      frame.putInt(0x6000_0000).putShort((short) length);
      frame.put((byte) flow.protocol).put((byte) 64);
      putIpv6(flow, isFromInside);
      putIpv6(flow, !isFromInside);
    } else {
      frame.putShort((short) 0x4500).putShort((short) (20 + length));
      frame.putInt(random.nextInt() & 0xffff_0000).put((byte) 64).put((byte) flow.protocol);
      frame.putShort((short) 0);
      frame.putInt(ipv4(flow, isFromInside)).putInt(ipv4(flow, !isFromInside));
    }
  }

  private static int ipv4(Flow flow, boolean ofInside) {
    return ofInside
        ? 0x0a14_0000 + flow.inside
        : 0x1000_0000 + (int) Long.remainderUnsigned(mix(flow.outside), 0xb000_0000L);
  }

  private void putIpv6(Flow flow, boolean ofInside) {
    if (ofInside) {
      frame.putLong(0x2001_0db8_0001_0000L | flow.inside >> 8).putLong(mix(flow.inside));
    } else {
      long prefix = mix(flow.outside % PREFIXES) >>> 20 & 0x0fff_ffffL;
      frame.putLong(0x2000_0000_0000_0000L | prefix << 32 | flow.outside & 0xffff);
      frame.putLong(mix(flow.outside + 7L));
    }
  }

  private void putTransport(Flow flow, boolean isFromInside, int flags, int payload) {
    frame.putShort((short) (isFromInside ? flow.insidePort : flow.outsidePort));
    frame.putShort((short) (isFromInside ? flow.outsidePort : flow.insidePort));
    if (flow.protocol == TCP) {
      frame.putInt(random.nextInt()).putInt(random.nextInt());
      frame.putInt(0x5000_ffff | flags << 16).putInt(random.nextInt() & 0xffff_0000);
    } else {
      frame.putShort((short) (8 + payload)).putShort((short) 0);
    }
  }

  private void putPayload(boolean isText, int length) {
    if (isText) {
      frame.put(text, random.nextInt(text.length - length), length);
      return;
    }
    int end = frame.position() + length;
    for (int left = length; left > 0; left -= Long.BYTES) {
      frame.putLong(random.nextLong());
    }
    frame.position(end);
  }

  private static long mix(long value) {
    long hash = (value + 1) * 0x9e37_79b9_7f4a_7c15L;
    hash = (hash ^ hash >>> 32) * 0xd6e8_feb8_6659_fd93L;
    return hash ^ hash >>> 32;
  }

  /** Writes a capture to standard output. */
  public static void main(String[] arguments) throws IOException {
    int scans = arguments.length > 3 ? Integer.parseInt(arguments[3]) : 8;
    MixedTraffic traffic =
        new MixedTraffic(Long.parseLong(arguments[0]), Integer.parseInt(arguments[1]), scans);
    try (OutputStream out =
        new BufferedOutputStream(new FileOutputStream(FileDescriptor.out), 1 << 20)) {
      traffic.write(out, Long.parseLong(arguments[2]), 30 * SECOND);
    }
  }
}
