package org.gotm.core.flow;

import static org.gotm.core.flow.FlowSlotLayout.AGE_BYTES;
import static org.gotm.core.flow.FlowSlotLayout.AGE_MASK;
import static org.gotm.core.flow.FlowSlotLayout.AGE_UNIT_SHIFT;
import static org.gotm.core.flow.FlowSlotLayout.BYTES;
import static org.gotm.core.flow.FlowSlotLayout.BYTES_SHIFT;
import static org.gotm.core.flow.FlowSlotLayout.LASTING;
import static org.gotm.core.flow.FlowSlotLayout.LAST_NANOS;
import static org.gotm.core.flow.FlowSlotLayout.NETWORK;
import static org.gotm.core.flow.FlowSlotLayout.PACKET;
import static org.gotm.core.flow.FlowSlotLayout.PACKETS;
import static org.gotm.core.flow.FlowSlotLayout.PACKETS_SHIFT;
import static org.gotm.core.flow.FlowSlotLayout.TICK_SHIFT;
import static org.gotm.core.memory.NativeMemory.ALL;
import static org.gotm.core.packet.FlowKeys.RECORD_SHIFT;

import java.lang.foreign.ValueLayout;
import org.gotm.core.packet.FlowKeys;
import org.gotm.core.source.PacketBatch;

/**
 * When flows begin and end. Hot path. One thread.
 *
 * <p>When there are as many flows as the capacity allows, the flow near the probe that was idle
 * longest gives way, and is counted.
 *
 * <p>Time is packet time, and may jump. A flow is over when the time differs from its last by more
 * than the timeout, in either direction: so a clock that is set back does not keep flows cut, nor
 * does one packet from the future make its flow immortal. It is forgotten at the latest when its
 * next packet comes, usually before, by a {@link FlowHand}. {@link Connections} tells when a SYN
 * begins another flow. A flow of a low rate that goes on gets its budget anew at its age.
 */
final class FlowLives {
  private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED;
  private static final int EVICTION_WINDOW = 16;
  private static final int LONGEST_AGE_UNITS = 6710; // of the 8191 that tell before from after

  private static final long MOST_BYTES_BEFORE = FlowSlotLayout.MOST_BYTES / 4;
  private static final long MOST_PACKETS_BEFORE = FlowSlotLayout.MOST_PACKETS / 2;

  private final FlowSlots slots;
  private final FlowKeys keys;
  private final FlowListener listener;
  private final ArmedFlows armed;
  private final FlowRecords records;
  private final Flow flow;
  private final int capacityFlows;
  private final long timeoutNanos;
  private final boolean hasAge;
  private final int ageUnits;

  private FlowLimits limits;
  private TrafficClasses.Classifier classifier;
  private int size;
  private long created;
  private long expired;
  private long evicted;
  private long renewed;

  /**
   * No flow yet.
   *
   * @param records are written of each flow; null for none
   */
  FlowLives(
      FlowCutter.Options options,
      FlowSlots slots,
      FlowKeys keys,
      FlowListener listener,
      ArmedFlows armed,
      FlowRecords records) {
    this.armed = armed;
    this.records = records;
    this.slots = slots;
    this.keys = keys;
    this.listener = listener;
    flow = new Flow(slots);
    capacityFlows = options.capacityFlows();
    timeoutNanos = options.timeoutNanos();
    hasAge = options.cutoff().ageNanos() > 0;
    ageUnits = hasAge ? ageUnits(options.cutoff().ageNanos()) : LONGEST_AGE_UNITS;
  }

  private static int ageUnits(long nanos) {
    return (int) Math.min((nanos >>> AGE_UNIT_SHIFT) + 1, LONGEST_AGE_UNITS);
  }

  static long slotsFor(int flows) {
    return Math.max(FlowHand.STEP_SLOTS, Long.highestOneBit(flows * 2L - 1) << 1);
  }

  /** Bytes of memory for so many flows. */
  static long byteSize(int flows, boolean hasRecords) {
    long count = slotsFor(flows);
    return FlowSlots.byteSize(count) + (hasRecords ? FlowAccounts.byteSize(count) : 0);
  }

  /** Flows are cut by these limits from now on. */
  void use(FlowLimits newLimits) {
    limits = newLimits;
  }

  /** The class of each flow that begins is told by this classifier from now on. */
  void use(TrafficClasses.Classifier newClassifier) {
    classifier = newClassifier;
  }

  /** True if the time differs by more than the timeout: one comparison for both directions. */
  boolean isOver(long slot, long now) {
    long distance = now - ALL.get(LONG, slot + LAST_NANOS);
    return Long.compareUnsigned(distance + timeoutNanos, 2 * timeoutNanos) > 0;
  }

  /** Below 0 if a flow with this byte word has come to its age: units become the upper bits. */
  static long youth(long word, long now) {
    int up = Long.SIZE - BYTES_SHIFT;
    return (word << up) - (now << up - AGE_UNIT_SHIFT);
  }

  /** The slot of the flow of packet {@code i}, which may begin with it. */
  long find(int i, PacketBatch batch) {
    long slot = slots.find(i << RECORD_SHIFT);
    if (FlowSlots.isEmpty(slot)) {
      return make(slot, i, batch);
    }
    goOn(slot, i, batch);
    return slot;
  }

  /**
   * Packet {@code i} comes in the flow of this slot, which may be over, another connection's with
   * it, or have come to its age.
   */
  void goOn(long slot, int i, PacketBatch batch) {
    armed.settle(slot);
    long now = batch.timestampsNanos[i];
    if (isOver(slot, now)) {
      restart(slot, i, batch, EndReason.IDLE);
    } else if (isOtherConnection(slot, i, now)) {
      restart(slot, i, batch, EndReason.NEW_CONNECTION);
    } else if (youth(ALL.get(LONG, slot + BYTES), now) < 0) {
      beginAge(slot, now);
    }
  }

  private long make(long emptySlot, int i, PacketBatch batch) {
    int key = i << RECORD_SHIFT;
    long slot = emptySlot;
    if (size == capacityFlows) {
      evictNear(slots.homeOfKey(key), batch.timestampsNanos[i]);
      slot = slots.find(key);
    }
    slots.occupy(slot, key);
    size++;
    begin(slot, i, batch);
    return slot;
  }

  /** The flow of this slot is over: its key starts again as a new flow. */
  private void restart(long slot, int i, PacketBatch batch, EndReason reason) {
    tellEnd(slot, reason);
    begin(slot, i, batch);
  }

  /** A flow without packets, that begins with packet {@code i}. */
  private void begin(long slot, int i, PacketBatch batch) {
    long now = batch.timestampsNanos[i];
    long details = slots.details(slot);
    long trafficClass = limits.classes().indexOf(classifier.classOf(batch, i));
    long state = Connections.begin(details, keys.control(i), keys.synSequence(i), ticks(now));
    ALL.set(LONG, details + NETWORK, keys.network(i));
    ALL.set(LONG, slot + LAST_NANOS, now); // it may lie before that of a flow that ended
    setBudget(slot, state | trafficClass, now);
    if (records != null) {
      records.begin(slot, i, batch, keys.control(i));
    }
  }

  /** A flow of this state has no packets yet; its age begins. */
  private void setBudget(long slot, long state, long now) {
    ALL.set(LONG, slot + PACKETS, state);
    ALL.set(LONG, slot + BYTES, ageEnd(now));
    ALL.set(LONG, slots.details(slot) + AGE_BYTES, 0);
    created++;
  }

  /** The age in the byte word of a flow whose age begins. */
  private long ageEnd(long now) {
    return (now >>> AGE_UNIT_SHIFT) + ageUnits & AGE_MASK;
  }

  /**
   * A flow has come to its age: one of a low rate gets its budget anew, and counts as another flow;
   * any other is to come to that age again. What no flow can count to stays what it is.
   */
  private void beginAge(long slot, long now) {
    long state = ALL.get(LONG, slot + PACKETS);
    long bytes = FlowSlotLayout.bytes(ALL.get(LONG, slot + BYTES));
    long ageBytes = slots.details(slot) + AGE_BYTES;
    long ageNanos = (long) ageUnits << AGE_UNIT_SHIFT;
    long sent = bytes - ALL.get(LONG, ageBytes);
    if (hasAge && limits.isLowRate(FlowSlotLayout.trafficClass(state), sent, ageNanos)) {
      tellEnd(slot, EndReason.AGED);
      setBudget(slot, state & LASTING, now);
      if (records != null) {
        records.renew(slot);
      }
    } else {
      long counted = Math.min(bytes, MOST_BYTES_BEFORE);
      long packets = Math.min(FlowSlotLayout.packets(state), MOST_PACKETS_BEFORE);
      ALL.set(LONG, slot + BYTES, counted << BYTES_SHIFT | ageEnd(now));
      ALL.set(LONG, slot + PACKETS, packets << PACKETS_SHIFT | state & PACKET - 1);
      ALL.set(LONG, ageBytes, counted);
    }
  }

  private boolean isOtherConnection(long slot, int i, long now) {
    int control = keys.control(i);
    return (control & FlowKeys.OPENS_OR_BREAKS) != 0
        && Connections.isNew(slot, slots.details(slot), control, keys.synSequence(i), ticks(now));
  }

  private static int ticks(long nanos) {
    return (int) (nanos >>> TICK_SHIFT);
  }

  private void evictNear(long home, long now) {
    long quietest = -1;
    long longest = 0;
    long slot = home;
    for (int seen = 0; seen < EVICTION_WINDOW || quietest < 0; seen++) {
      if (!FlowSlots.isEmpty(slot)) {
        long distance = Math.abs(now - ALL.get(LONG, slot + LAST_NANOS));
        if (quietest < 0 || Long.compareUnsigned(distance, longest) > 0) {
          longest = distance;
          quietest = slot;
        }
      }
      slot = slots.next(slot);
    }
    forget(quietest, isOver(quietest, now) ? EndReason.IDLE : EndReason.EVICTED);
  }

  private void forget(long slot, EndReason reason) {
    armed.settle(slot);
    tellEnd(slot, reason);
    slots.delete(slot);
    size--;
  }

  private void tellEnd(long slot, EndReason reason) {
    listener.onEnd(flow.at(slot), reason);
    record(slot, reason);
    switch (reason) {
      case IDLE -> expired++;
      case EVICTED -> evicted++;
      default -> renewed++;
    }
  }

  private void record(long slot, EndReason reason) {
    if (records != null) {
      records.end(slot, reason);
    }
  }

  /** Forgets the flow in this slot if it is over, and was at the time before; else false. */
  boolean forgetsIfOver(long slot, long now, long before) {
    if (!isOver(slot, now) || !isOver(slot, before)) {
      if (records != null) {
        records.writeIfLong(slot, now);
      }
      return false;
    }
    if (armed.settle(slot) && !isOver(slot, now)) {
      return false; // the kernel has seen it since
    }
    forget(slot, EndReason.IDLE);
    return true;
  }

  /** Tells the listener of the end of all flows that are left, and forgets them. */
  void end() {
    long slot = slots.first();
    while (size > 0) {
      if (records != null) {
        records.awaitRoom();
      }
      if (!FlowSlots.isEmpty(slot)) {
        armed.settle(slot);
        listener.onEnd(flow.at(slot), EndReason.CAPTURE_END);
        record(slot, EndReason.CAPTURE_END);
        FlowSlots.clear(slot);
        size--;
      }
      slot = slots.next(slot);
    }
    if (records != null) {
      records.end();
    }
  }

  /** Flows in the table. */
  int size() {
    return size;
  }

  /** Flows seen since the start. */
  long created() {
    return created;
  }

  /** Flows forgotten because they were idle. */
  long expired() {
    return expired;
  }

  /** Flows that gave way because the table was full. */
  long evicted() {
    return evicted;
  }

  /** Flows that ended for a new connection, or for their age. */
  long renewed() {
    return renewed;
  }
}
