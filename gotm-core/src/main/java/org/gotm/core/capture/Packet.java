package org.gotm.core.capture;

import java.lang.foreign.MemorySegment;
import org.gotm.core.flow.BatchFlows;
import org.gotm.core.flow.Cutoff;
import org.gotm.core.flow.FlowListener;
import org.gotm.core.packet.FlowKey;
import org.gotm.core.packet.LinkType;
import org.gotm.core.source.PacketBatch;

/**
 * A look at one kept packet where it lies, and at its flow. It moves from packet to packet and is
 * valid only during the call that shows it. Hot path: nothing is copied, and nothing made but by
 * {@link #flow} and {@link #toString}. One thread: the worker's.
 */
public final class Packet {
  private final int linkType;
  private PacketBatch batch;
  private BatchFlows flows;
  private int index;

  Packet(int linkType) {
    this.linkType = LinkType.ofFrames(linkType);
  }

  Packet at(PacketBatch newBatch, int newIndex, BatchFlows newFlows) {
    batch = newBatch;
    index = newIndex;
    flows = newFlows;
    return this;
  }

  /** The memory that the packet lies in, with others. */
  public MemorySegment segment() {
    return batch.segment;
  }

  /** Where its first byte is in {@link #segment}. */
  public long offset() {
    return batch.offsets[index];
  }

  /** Bytes that are there. */
  public int caplen() {
    return batch.caplens[index];
  }

  /** Bytes it had on the wire. */
  public int wireLength() {
    return batch.wireLengths[index];
  }

  /** When it came, in nanoseconds since 1970 UTC. */
  public long timestampNanos() {
    return batch.timestampsNanos[index];
  }

  /**
   * The outer VLAN tag that the kernel took out of the frame, TPID in the upper and TCI in the
   * lower 16 bits; 0 if the frame is as it was on the wire.
   */
  public int vlanTag() {
    return batch.vlanTags[index];
  }

  /** LINKTYPE_ value: what the frame begins with. */
  public int linkType() {
    return linkType;
  }

  /** False if the packet could not be decoded: then it has no flow, and is kept. */
  public boolean hasFlow() {
    return flows.isKnown(index);
  }

  /** Protocol, addresses and ports of its flow, as a value that may be kept. Allocates. */
  public FlowKey flow() {
    return flows.key(index);
  }

  /**
   * The same number for all packets of a flow in this run of the program, and another one for
   * nearly every other flow.
   */
  public long flowHash() {
    return flows.hash(index);
  }

  /** Packets of its flow so far, this one included; 0 without a flow. */
  public long flowPackets() {
    return flows.packets(index);
  }

  /** Payload bytes of its flow so far, by wire length, its own included; 0 without a flow. */
  public long flowBytes() {
    return flows.bytes(index);
  }

  /** True if its flow begins with it. */
  public boolean isNewFlow() {
    return flows.isNew(index);
  }

  /**
   * True if it is the last packet within the {@link Cutoff} of its flow: what follows is cut, and
   * {@link FlowListener#onCut} heard of it.
   */
  public boolean isJustCut() {
    return flows.isJustCut(index);
  }

  /** Time, lengths and flow in one line. */
  @Override
  public String toString() {
    return "time=%d caplen=%d wirelen=%d %s"
        .formatted(timestampNanos(), caplen(), wireLength(), flow());
  }
}
