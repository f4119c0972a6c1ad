package org.gotm.core.flow;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.gotm.core.packet.LinkType;
import org.gotm.core.packet.PacketBuilder;
import org.gotm.core.source.PacketBatch;

/** A flow cutter that is sent Ethernet frames one by one, and what its listener heard. */
final class FrameRig implements AutoCloseable, FlowListener {
  static final long SECOND = 1_000_000_000L;

  private static final int LARGEST = 1 << 16;
  private static final int TCP_SEQUENCE_FROM_END = 16;
  private static final int TCP_ACKNOWLEDGMENT_FROM_END = 12;

  private final Arena arena = Arena.ofConfined();
  private final PacketBatch batch = new PacketBatch(1);
  private final MemorySegment memory = arena.allocate(LARGEST);
  private final int[] kept = new int[1];
  final FlowCutter cutter;
  final List<String> heard = new ArrayList<>();

  FrameRig(FlowCutter.Options options) {
    this(options, null);
  }

  FrameRig(FlowCutter.Options options, FlowRecordRing records) {
    cutter = new FlowCutter(options, this, records, arena);
    cutter.begin(LinkType.ETHERNET);
  }

  static FrameRig of(Cutoff cutoff) {
    return new FrameRig(FlowRig.options(100, cutoff));
  }

  /** A TCP header without payload, the last 20 bytes of the frame. */
  static byte[] tcp(PacketBuilder ip, int from, int to, int flags, int sequence, int acknowledged) {
    byte[] frame = ip.tcp(from, to, flags).build();
    ByteBuffer bytes = ByteBuffer.wrap(frame);
    bytes.putInt(frame.length - TCP_SEQUENCE_FROM_END, sequence);
    bytes.putInt(frame.length - TCP_ACKNOWLEDGMENT_FROM_END, acknowledged);
    return frame;
  }

  /** Sends a frame as it is and tells whether it was kept. */
  boolean send(byte[] frame, long nanos) {
    return send(frame, 0, nanos);
  }

  /**
   * Sends a frame and tells whether it was kept.
   *
   * @param payload bytes that were on the wire behind those of the frame, but not captured
   */
  boolean send(byte[] frame, int payload, long nanos) {
    return sendTagged(frame, payload, nanos, 0);
  }

  boolean sendTagged(byte[] frame, int payload, long nanos, int vlanTag) {
    MemorySegment.copy(frame, 0, memory, JAVA_BYTE, 0, frame.length);
    batch.clear(memory);
    batch.add(0, frame.length, frame.length + payload, nanos, vlanTag);
    return cutter.decide(batch, kept) == 1;
  }

  /** Bytes that are left of the packet sent last. */
  int caplen() {
    return batch.caplens[0];
  }

  /** The flow of the packet sent last. */
  BatchFlows flows() {
    return cutter.flows();
  }

  @Override
  public void onStart(Flow flow) {
    heard.add("start " + flow);
  }

  @Override
  public void onEnd(Flow flow, EndReason reason) {
    heard.add("%s packets=%d".formatted(reason, flow.packets()));
  }

  @Override
  public void close() {
    arena.close();
  }
}
