package org.gotm.core.flow;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import org.gotm.core.packet.FlowKey;
import org.gotm.core.packet.FlowKeyOptions;
import org.gotm.core.packet.FlowKeys;
import org.gotm.core.packet.LinkType;
import org.gotm.core.packet.PacketBuilder;
import org.gotm.core.packet.PacketDecoder;
import org.gotm.core.source.PacketBatch;

/**
 * A flow cutter with a listener behind it. Packets are named by the number of their flow: flow 5 is
 * TCP from 10.0.0.5 port 1000 to 11.0.0.1 port 80, and flow {@link #WIDE} + 5 is the like over
 * IPv6, where the odd ones differ in the receiver.
 */
final class FlowRig implements AutoCloseable, FlowListener {
  static final long SECOND = 1_000_000_000L;

  /** Flows from this number on have keys of four words. */
  static final int WIDE = 1 << 23;

  private static final byte[] HEADER =
      PacketBuilder.packet().ipv4("10.0.0.0", "11.0.0.1").tcp(1000, 80, 0).ipField(2, 0).build();
  private static final byte[] WIDE_HEADER =
      PacketBuilder.packet()
          .ipv6("2001:db8::", "2001:db9::")
          .tcp(1000, 80, 0)
          .ipField(4, 0)
          .build();
  private static final int LONGEST_HEADER = WIDE_HEADER.length;

  /**
   * What the listener heard.
   *
   * @param flow the flow's own words for itself
   * @param packets its packets
   * @param bytes its payload bytes
   * @param largeBytes the size it passed, 0 if it ended
   * @param lastNanos time of its last packet
   */
  record Event(String flow, long packets, long bytes, long largeBytes, long lastNanos) {}

  /** One packet to send, by the flow's first end or back from the second. */
  record Packet(int flow, int payload, int tcpFlags, boolean isBack) {
    Packet(int flow, int payload, int tcpFlags) {
      this(flow, payload, tcpFlags, false);
    }
  }

  private final Arena arena = Arena.ofConfined();
  private final FlowCutter cutter;
  private final PacketBatch batch;
  private final MemorySegment memory;
  private final long seed;
  private final int[] kept;
  private final List<Event> events = new ArrayList<>();

  /** Starts, cuts and ends in the order in which they were heard. */
  final List<String> lives = new ArrayList<>();

  private long allocations;

  FlowRig(FlowCutter.Options options) {
    this(options, 1, 42);
  }

  FlowRig(FlowCutter.Options options, int batchCapacity, long seed) {
    this(options, batchCapacity, seed, null);
  }

  FlowRig(FlowCutter.Options options, int batchCapacity, long seed, FlowRecordRing records) {
    this.seed = seed;
    batch = new PacketBatch(batchCapacity);
    kept = new int[batchCapacity];
    memory = arena.allocate((long) batchCapacity * LONGEST_HEADER);
    cutter = new FlowCutter(options, this, records, this::allocate, seed);
    cutter.begin(LinkType.RAW);
  }

  private MemorySegment allocate(long byteSize, long alignment) {
    allocations += byteSize;
    return arena.allocate(byteSize, alignment);
  }

  static FlowCutter.Options options(int capacityFlows, Cutoff cutoff) {
    return new FlowCutter.Options(
        capacityFlows, 5 * SECOND, cutoff, Cutoff.UNLIMITED, FlowKeyOptions.defaults());
  }

  /** What a flow says of itself. */
  static String name(int flow) {
    int n = flow & WIDE - 1;
    if (flow < WIDE) {
      return "proto=TCP src=10.%d.%d.%d sport=1000 dst=11.0.0.1 dport=80"
          .formatted(n >> 16, n >> 8 & 0xff, n & 0xff);
    }
    String low = n == 0 ? "" : Integer.toHexString(n & 0xffff);
    String varied = n < 1 << 16 ? low : Integer.toHexString(n >> 16) + ":" + low;
    return "proto=TCP src=2001:db8::%s sport=1000 dst=2001:db9::%s dport=80"
        .formatted(n % 2 == 0 ? varied : "", n % 2 == 0 ? "" : varied);
  }

  /** Sends one packet and tells whether it was kept. */
  boolean send(int flow, int payload, int tcpFlags, long nanos) {
    return send(List.of(new Packet(flow, payload, tcpFlags)), nanos).size() == 1;
  }

  /** Sends packets of one moment and tells the indexes of those that were kept. */
  List<Integer> send(List<Packet> packets, long nanos) {
    batch.clear(memory);
    for (Packet packet : packets) {
      byte[] header = header(packet);
      int at = batch.count() * LONGEST_HEADER;
      MemorySegment.copy(header, 0, memory, JAVA_BYTE, at, header.length);
      batch.add(at, header.length, header.length + packet.payload(), nanos, 0);
    }
    return decide();
  }

  /** Sends a packet that nobody can decode. */
  boolean sendUndecodable(long nanos) {
    batch.clear(memory.asSlice(0, LONGEST_HEADER).fill((byte) 0));
    batch.add(0, LONGEST_HEADER, LONGEST_HEADER, nanos, 0);
    return decide().size() == 1;
  }

  private List<Integer> decide() {
    int count = cutter.decide(batch, kept);
    List<Integer> indexes = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      indexes.add(kept[i]);
    }
    return indexes;
  }

  /** A packet whose length field leaves the length to the wire. */
  private static byte[] header(Packet packet) {
    boolean wide = packet.flow() >= WIDE;
    byte[] header = wide ? WIDE_HEADER.clone() : HEADER.clone();
    int n = packet.flow() & WIDE - 1;
    int at = !wide ? 13 : n % 2 == 0 ? 21 : 37; // the lower 24 bits of an address
    header[at] = (byte) (n >> 16);
    header[at + 1] = (byte) (n >> 8);
    header[at + 2] = (byte) n;
    header[wide ? 53 : 33] = (byte) packet.tcpFlags();
    if (packet.isBack()) {
      swap(header, wide ? 8 : 12, wide ? 16 : 4);
      swap(header, wide ? 40 : 20, 2);
    }
    return header;
  }

  /** Changes the places of two fields, one behind the other. */
  private static void swap(byte[] header, int at, int length) {
    for (int i = at; i < at + length; i++) {
      byte kept = header[i];
      header[i] = header[i + length];
      header[i + length] = kept;
    }
  }

  /** The hash of a flow's key, whose lower bits say where the table looks first. */
  long hash(int flow) {
    return decoded(flow).hash(0);
  }

  /** The key of a flow. */
  FlowKey key(int flow) {
    return decoded(flow).key(0);
  }

  private FlowKeys decoded(int flow) {
    byte[] packet = header(new Packet(flow, 0, 0));
    MemorySegment.copy(packet, 0, memory, JAVA_BYTE, 0, packet.length);
    batch.clear(memory);
    batch.add(0, packet.length, packet.length, 0, 0);
    FlowKeys keys = new FlowKeys(1, seed);
    new PacketDecoder(LinkType.RAW, FlowKeyOptions.defaults(), keys).decode(batch);
    return keys;
  }

  FlowCutter cutter() {
    return cutter;
  }

  /** What was heard since the last call. */
  List<Event> takeEvents() {
    List<Event> taken = List.copyOf(events);
    events.clear();
    return taken;
  }

  /** Bytes of memory the table has asked for. */
  long allocations() {
    return allocations;
  }

  @Override
  public void onStart(Flow flow) {
    tell("start", flow);
  }

  @Override
  public void onCut(Flow flow) {
    tell("cut", flow);
  }

  /** Notes what happened to a flow that is not wide, by its number. */
  private void tell(String what, Flow flow) {
    long number = flow.key().address0() >>> 32 & WIDE - 1;
    lives.add("%s %d packets=%d".formatted(what, number, flow.packets()));
  }

  @Override
  public void onEnd(Flow flow, EndReason reason) {
    tell(reason.name(), flow);
    events.add(new Event(flow.toString(), flow.packets(), flow.bytes(), 0, flow.lastNanos()));
  }

  @Override
  public void onLarge(Flow flow, long bytes) {
    events.add(new Event(flow.toString(), flow.packets(), flow.bytes(), bytes, flow.lastNanos()));
  }

  @Override
  public void close() {
    arena.close();
  }
}
