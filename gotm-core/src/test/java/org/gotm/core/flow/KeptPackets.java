package org.gotm.core.flow;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import org.gotm.core.pcapfile.RealPackets;
import org.gotm.core.source.PacketBatch;

/** What a flow cutter keeps of a capture. */
public final class KeptPackets {
  private static final int MOST_RECORDS = 1 << 15;

  private final PacketBatch batch = new PacketBatch(PacketBatch.DEFAULT_CAPACITY);
  private final int[] indexes = new int[PacketBatch.DEFAULT_CAPACITY];
  private final List<RealPackets.Packet> kept = new ArrayList<>();

  /**
   * What is kept of a capture, and the records of its flows, all of which have ended.
   *
   * @param packets those that are kept, the very objects of the capture
   */
  public record Recorded(List<RealPackets.Packet> packets, List<FlowRecord> flows) {}

  private KeptPackets() {}

  /** The packets of a capture that are kept by a new cutter, and its flows. */
  public static Recorded withFlows(RealPackets capture, FlowCutter.Options options) {
    KeptPackets packets = new KeptPackets();
    Arena records = Arena.ofAuto();
    FlowRecordRing ring = new FlowRecordRing(MOST_RECORDS, 3, 1, false, records);
    try (Arena arena = Arena.ofConfined()) {
      FlowCutter cutter = new FlowCutter(options, FlowListener.NONE, ring, arena::allocate);
      cutter.begin(capture.linkType());
      packets.addKept(capture.packets(), cutter);
      cutter.end();
    }
    MemorySegment all = ring.readable();
    List<FlowRecord> flows = new ArrayList<>();
    for (long at = 0; at < all.byteSize(); at += FlowRecordLayout.LENGTH) {
      flows.add(new FlowRecord().at(all, at));
    }
    return new Recorded(List.copyOf(packets.kept), flows);
  }

  /** The packets of a capture that are kept by a new cutter. */
  public static RealPackets of(RealPackets capture, FlowCutter.Options options) {
    KeptPackets packets = new KeptPackets();
    try (Arena arena = Arena.ofConfined()) {
      FlowCutter cutter = new FlowCutter(options, FlowListener.NONE, arena::allocate);
      cutter.begin(capture.linkType());
      packets.addKept(capture.packets(), cutter);
    }
    return new RealPackets(capture.name(), capture.linkType(), List.copyOf(packets.kept));
  }

  private void addKept(List<RealPackets.Packet> packets, FlowCutter cutter) {
    for (int from = 0; from < packets.size(); from += batch.capacity()) {
      int to = Math.min(from + batch.capacity(), packets.size());
      List<RealPackets.Packet> some = packets.subList(from, to);
      try (Arena arena = Arena.ofConfined()) {
        fill(some, arena);
        int count = cutter.decide(batch, indexes);
        for (int i = 0; i < count; i++) {
          kept.add(some.get(indexes[i]));
        }
      }
    }
  }

  private void fill(List<RealPackets.Packet> packets, Arena arena) {
    int length = packets.stream().mapToInt(packet -> packet.bytes().length).sum();
    MemorySegment memory = arena.allocate(Math.max(length, 1));
    batch.clear(memory);
    long at = 0;
    for (RealPackets.Packet packet : packets) {
      byte[] bytes = packet.bytes();
      MemorySegment.copy(bytes, 0, memory, JAVA_BYTE, at, bytes.length);
      batch.add(at, bytes.length, packet.wireLength(), packet.timestampNanos(), 0);
      at += bytes.length;
    }
  }
}
