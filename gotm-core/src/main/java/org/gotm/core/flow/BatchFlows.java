package org.gotm.core.flow;

import org.gotm.core.packet.FlowKey;
import org.gotm.core.packet.FlowKeys;
import org.gotm.core.source.PacketBatch;

/**
 * The flow of each packet in the batch at hand, as it was when the packet had been counted. Hot
 * path: it reads arrays and makes nothing, but for {@link #key}.
 *
 * <p>Valid for as long as the batch is: {@link FlowCutter#decide} fills it anew. An index is a
 * packet's index in the batch. One thread: the cutter's.
 */
public final class BatchFlows {
  private final FlowKeys keys;
  private final long[] states;
  private FlowLimits limits;

  BatchFlows(FlowKeys keys, FlowLimits limits) {
    this.keys = keys;
    this.limits = limits;
    states = new long[keys.capacity()];
  }

  /** Packets without flows: for who gives packets to a sink and has no cutter. */
  public static BatchFlows none() {
    FlowLimits limits = new FlowLimits(TrafficClasses.only(Cutoff.none()));
    return new BatchFlows(new FlowKeys(PacketBatch.MAX_CAPACITY, 0), limits);
  }

  /** Where the table writes the packet word of each flow, as {@link FlowSlotLayout} draws it. */
  long[] states() {
    return states;
  }

  /** Flows are cut by these limits from now on. */
  void use(FlowLimits newLimits) {
    limits = newLimits;
  }

  /** A packet that could not be decoded has no flow. */
  void setNone(int index) {
    states[index] = 0;
    keys.words()[(index << FlowKeys.RECORD_SHIFT) + FlowKeys.FLOW] = 0;
  }

  /** False if the packet could not be decoded: then it has no flow, and all counts are 0. */
  public boolean isKnown(int index) {
    return keys.meta(index) != 0;
  }

  /** Protocol and both ends, as a value that may be kept. Allocates. */
  public FlowKey key(int index) {
    return keys.key(index);
  }

  /**
   * The meta word of the key, as {@link FlowKeys} draws it: family, protocol and ports; 0 if there
   * is no flow.
   */
  public long meta(int index) {
    return keys.meta(index);
  }

  /**
   * A word of the key's addresses, as {@link FlowKeys} draws them.
   *
   * @param n 0 to 3; words from 1 on are of no meaning in an IPv4 key
   */
  public long address(int index, int n) {
    return keys.address(index, n);
  }

  /**
   * The hash of the key, the same for all packets of a flow in both directions, and another one in
   * each run of the program; of no meaning if there is no flow.
   */
  public long hash(int index) {
    return keys.hash(index);
  }

  /** Packets of the flow so far, kept or cut, this one included. */
  public long packets(int index) {
    return FlowSlotLayout.packets(states[index]);
  }

  /** Index of the flow's class in {@link TrafficClasses#all}; 0 if there is no flow. */
  public int trafficClass(int index) {
    return FlowSlotLayout.trafficClass(states[index]);
  }

  /** Payload bytes of the flow so far, by wire length, this packet's included. */
  public long bytes(int index) {
    return FlowSlotLayout.bytes(byteWord(index));
  }

  private long byteWord(int index) {
    return keys.words()[(index << FlowKeys.RECORD_SHIFT) + FlowKeys.FLOW];
  }

  /** True if the flow's packets are to be cut before they come here. */
  boolean isArmed(int index) {
    return (states[index] & FlowSlotLayout.ARMED) != 0;
  }

  /** Payload bytes of this packet, by wire length. */
  public int payloadLength(int index) {
    return keys.payloadLength(index);
  }

  /** True if the flow begins with this packet. */
  public boolean isNew(int index) {
    return packets(index) == 1;
  }

  /**
   * True if this is the last packet within the cutoff of its flow: the next one will be cut. Of
   * each flow that is cut there is one such packet, and {@link FlowListener#onCut} hears of it.
   */
  public boolean isJustCut(int index) {
    return !limits.isWithin(states[index], byteWord(index)) && !isAfterCut(index);
  }

  /**
   * True if the flow had been cut before this packet: it is kept, if at all, for another reason.
   */
  public boolean isAfterCut(int index) {
    long payload = (long) keys.payloadLength(index) << FlowSlotLayout.BYTES_SHIFT;
    return !limits.isWithin(states[index] - FlowSlotLayout.PACKET, byteWord(index) - payload);
  }
}
