package org.gotm.core.flow;

import static org.gotm.core.memory.NativeMemory.ALL;

import java.lang.foreign.ValueLayout;
import org.gotm.core.packet.FlowKey;

/** A look at one flow of the table; it moves from flow to flow. One thread: the table's. */
public final class Flow {
  private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED;

  private final FlowSlots slots;
  private long slot;

  Flow(FlowSlots slots) {
    this.slots = slots;
  }

  Flow at(long newSlot) {
    slot = newSlot;
    return this;
  }

  /** Packets seen, kept or cut. */
  public long packets() {
    return FlowSlotLayout.packets(word(FlowSlotLayout.PACKETS));
  }

  /** Payload bytes seen, by wire length. */
  public long bytes() {
    return FlowSlotLayout.bytes(word(FlowSlotLayout.BYTES));
  }

  /** Time of the last packet, nanoseconds since 1970. */
  public long lastNanos() {
    return word(FlowSlotLayout.LAST_NANOS);
  }

  /** Index of its class in {@link TrafficClasses#all}. */
  public int trafficClass() {
    return FlowSlotLayout.trafficClass(word(FlowSlotLayout.PACKETS));
  }

  /**
   * Protocol and both ends, as a value of its own that may be kept: the same for both directions,
   * unless directions are flows of their own.
   */
  public FlowKey key() {
    long network = ALL.get(LONG, slots.details(slot) + FlowSlotLayout.NETWORK);
    return FlowKey.of(
        word(FlowSlotLayout.META),
        word(FlowSlotLayout.ADDRESS_0) ^ network,
        word(FlowSlotLayout.ADDRESS_1),
        word(FlowSlotLayout.ADDRESS_2),
        word(FlowSlotLayout.ADDRESS_3));
  }

  /**
   * Protocol and both ends, whoever sent the first packet first; of a flow that was first seen by
   * the answer to its SYN, who is answered.
   */
  public FlowKey fromSender() {
    boolean fromSecond = (word(FlowSlotLayout.PACKETS) & FlowSlotLayout.FROM_SECOND) != 0;
    return fromSecond ? key().reversed() : key();
  }

  /** Protocol and both ends as {@code name=value} pairs, whoever sent the first packet first. */
  @Override
  public String toString() {
    return fromSender().toString();
  }

  private long word(int offset) {
    return ALL.get(LONG, slot + offset);
  }
}
