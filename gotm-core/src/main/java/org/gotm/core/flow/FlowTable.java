package org.gotm.core.flow;

import static org.gotm.core.flow.FlowSlotLayout.AGE_BYTES;
import static org.gotm.core.flow.FlowSlotLayout.AGE_SHIFT;
import static org.gotm.core.flow.FlowSlotLayout.AGE_UNIT_SHIFT;
import static org.gotm.core.flow.FlowSlotLayout.BYTES;
import static org.gotm.core.flow.FlowSlotLayout.BYTES_MASK;
import static org.gotm.core.flow.FlowSlotLayout.CLASS_MASK;
import static org.gotm.core.flow.FlowSlotLayout.CLASS_SHIFT;
import static org.gotm.core.flow.FlowSlotLayout.CLOSED;
import static org.gotm.core.flow.FlowSlotLayout.CLOSED_SHIFT;
import static org.gotm.core.flow.FlowSlotLayout.CONTROL_SHIFT;
import static org.gotm.core.flow.FlowSlotLayout.LASTING;
import static org.gotm.core.flow.FlowSlotLayout.LAST_NANOS;
import static org.gotm.core.flow.FlowSlotLayout.NETWORK;
import static org.gotm.core.flow.FlowSlotLayout.PACKETS;
import static org.gotm.core.flow.FlowSlotLayout.PACKETS_MASK;
import static org.gotm.core.flow.FlowSlotLayout.TICK_SHIFT;
import static org.gotm.core.memory.NativeMemory.ALL;
import static org.gotm.core.packet.FlowKeys.FLOW_BYTES;
import static org.gotm.core.packet.FlowKeys.PAYLOAD;
import static org.gotm.core.packet.FlowKeys.RECORD_SHIFT;

import java.lang.foreign.SegmentAllocator;
import java.lang.foreign.ValueLayout;
import org.gotm.core.memory.NativeMemory;
import org.gotm.core.packet.FlowKeys;
import org.gotm.core.source.PacketBatch;

/**
 * The active flows, and the decision for each packet: keep or cut. Hot path. One thread.
 *
 * <p>Off-heap, fixed in size, one cache line a slot, at most half full; {@link FlowSlots} finds
 * them. When there are as many flows as the capacity allows, the flow near the probe that was idle
 * longest gives way, and is counted.
 *
 * <p>Time is packet time, and may jump. A flow is over when the time differs from its last by more
 * than the timeout, in either direction: so a clock that is set back does not keep flows cut, nor
 * does one packet from the future make its flow immortal. It is forgotten at the latest when its
 * next packet comes, usually before, by a {@link FlowHand}. {@link Connections} tells when a SYN
 * begins another flow. A flow of a low rate that goes on gets its budget anew at its age.
 */
final class FlowTable {
  private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED;
  private static final int EVICTION_WINDOW = 16;
  private static final int KEPT = 1;
  private static final int LONGEST_AGE_UNITS = 30_000; // of the 32767 that tell before from after
  private static final long CONTROL = (long) FlowKeys.OPENS_OR_ENDS << 32;
  private static final long SYN_OR_RST = (long) FlowKeys.OPENS_OR_BREAKS << 32;
  private static final int FIN_TO_CLOSED = CLOSED_SHIFT - 32;

  private final FlowSlots slots;
  private final FlowKeys keys;
  private final BatchFlows flows;
  private final long[] states;
  private final FlowListener listener;
  private final Flow flow;
  private final FlowHand hand;
  private final int capacityFlows;
  private final long timeoutNanos;
  private final long largeBytes;
  private final boolean hasAge;
  private final int ageUnits;

  private FlowLimits limits;
  private TrafficClasses.Classifier classifier;
  private int keptCount;
  private int cuts;
  private int size;
  private long created;
  private long expired;
  private long evicted;
  private long renewed;

  /**
   * An empty table.
   *
   * @param keys the keys that a decoder fills, and their hash
   * @param flows gets the flow of each packet
   * @param allocator gives zeroed memory, which must outlive the table
   */
  FlowTable(
      FlowCutter.Options options,
      FlowKeys keys,
      BatchFlows flows,
      FlowListener listener,
      SegmentAllocator allocator) {
    this.keys = keys;
    this.flows = flows;
    this.states = flows.states();
    this.listener = listener;
    slots = new FlowSlots(slotsFor(options.capacityFlows()), keys, allocator);
    flow = new Flow(slots);
    capacityFlows = options.capacityFlows();
    timeoutNanos = options.timeoutNanos();
    largeBytes = options.largeBytes();
    hasAge = options.cutoff().ageNanos() > 0;
    ageUnits = hasAge ? ageUnits(options.cutoff().ageNanos()) : LONGEST_AGE_UNITS;
    hand = new FlowHand(this, slots, timeoutNanos / 2);
  }

  private static int ageUnits(long nanos) {
    return (int) Math.min((nanos >>> AGE_UNIT_SHIFT) + 1, LONGEST_AGE_UNITS);
  }

  static long slotsFor(int flows) {
    return Math.max(FlowHand.fewestSlots(), Long.highestOneBit(flows * 2L - 1) << 1);
  }

  static long byteSize(int flows) {
    return FlowSlots.byteSize(slotsFor(flows));
  }

  /** Flows are cut by these limits from now on. */
  void use(FlowLimits newLimits) {
    limits = newLimits;
    flows.use(newLimits);
  }

  /** The class of each flow that begins is told by this classifier from now on. */
  void use(TrafficClasses.Classifier newClassifier) {
    classifier = newClassifier;
  }

  /**
   * Counts every packet of the batch in its flow and decides.
   *
   * @param kept gets the indexes of the packets to keep, in order
   * @return how many are kept
   */
  int decide(PacketBatch batch, int[] kept) {
    int count = batch.count();
    long[] located = slots.locate(count);
    keptCount = 0;
    int i = count(0, batch, located, kept);
    while (i < count) {
      countAny(i, batch, located, kept);
      i = count(i + 1, batch, located, kept);
    }
    return keptCount;
  }

  /**
   * Goes on for as long as packets are only to be counted.
   *
   * @return the first packet that was not counted
   */
  private int count(int from, PacketBatch batch, long[] located, int[] kept) {
    cuts = 0;
    int to =
        limits.classes().size() == 1
            ? countLoop(from, batch, located, kept)
            : countClassesLoop(from, batch, located, kept);
    if (cuts > 0) {
      tellCuts(from, to, located);
    }
    return to;
  }

  /** All flows are of one class, whose limits are the same for each packet. */
  private int countLoop(int from, PacketBatch batch, long[] located, int[] kept) {
    long[] words = keys.words();
    long[] timestamps = batch.timestampsNanos;
    long packetCutoff = limits.packets(0);
    long byteCutoff = limits.bytes(0);
    int count = batch.count();
    int keptSoFar = keptCount;
    int cutsSoFar = 0;
    int i = from;
    for (; i < count; i++) {
      long slot = NativeMemory.address(located[i]);
      long payload = words[(i << RECORD_SHIFT) + PAYLOAD];
      if (isMoreThanCounted(slot, words, i, payload, timestamps[i])) {
        break;
      }
      kept[keptSoFar] = i;
      int outcome = count(i, slot, payload, timestamps[i], packetCutoff, byteCutoff);
      keptSoFar += outcome & KEPT;
      cutsSoFar += outcome >>> 1;
    }
    keptCount = keptSoFar;
    cuts = cutsSoFar;
    return i;
  }

  /** Each flow has the limits of its class. */
  private int countClassesLoop(int from, PacketBatch batch, long[] located, int[] kept) {
    long[] words = keys.words();
    long[] timestamps = batch.timestampsNanos;
    int count = batch.count();
    int i = from;
    for (; i < count; i++) {
      long slot = NativeMemory.address(located[i]);
      long payload = words[(i << RECORD_SHIFT) + PAYLOAD];
      if (isMoreThanCounted(slot, words, i, payload, timestamps[i])) {
        break;
      }
      kept[keptCount] = i;
      int outcome = countInClass(i, slot, payload, timestamps[i]);
      keptCount += outcome & KEPT;
      cuts += outcome >>> 1;
    }
    return i;
  }

  private int countInClass(int i, long slot, long payload, long now) {
    int trafficClass = trafficClass(ALL.get(LONG, slot + PACKETS));
    long packetCutoff = limits.packets(trafficClass);
    int outcome = count(i, slot, payload, now, packetCutoff, limits.bytes(trafficClass));
    return outcome | limits.keptAfterCut(trafficClass);
  }

  private static int trafficClass(long state) {
    return (int) (state >>> CLASS_SHIFT) & CLASS_MASK;
  }

  /** Tells the listener of the flows that some of the packets have brought to their cutoff. */
  private void tellCuts(int from, int to, long[] located) {
    for (int i = from; i < to; i++) {
      if (flows.isJustCut(i)) {
        listener.onCut(flow.at(NativeMemory.address(located[i])));
      }
    }
  }

  /** True if there is more to a packet than that it is counted in the flow of its slot. */
  private boolean isMoreThanCounted(long slot, long[] words, int i, long payload, long now) {
    return !FlowSlots.holds(slot, words, i << RECORD_SHIFT)
        || isOver(slot, now)
        || isSynRstLargeOrAged(slot, payload, now);
  }

  /** One comparison for all: each of the three is below 0 if it is so. */
  private boolean isSynRstLargeOrAged(long slot, long payload, long now) {
    long word = ALL.get(LONG, slot + BYTES);
    long room = largeBytes - 1 - (word & BYTES_MASK) - (int) payload;
    return (room | youth(word, now) | -(payload & SYN_OR_RST)) < 0;
  }

  /**
   * Below 0 if a flow with this byte word has come to its age, to the unit: the number of units is
   * in the upper 16 bits, and what is below them does not matter.
   */
  private static long youth(long word, long now) {
    return word - (now << AGE_SHIFT - AGE_UNIT_SHIFT);
  }

  /** Counts a packet of a flow that may be new, over, just cut, large or, if not decoded, none. */
  private void countAny(int i, PacketBatch batch, long[] located, int[] kept) {
    long[] words = keys.words();
    int key = i << RECORD_SHIFT;
    if (words[key] == 0) {
      kept[keptCount++] = i;
      flows.setNone(i);
      return;
    }
    long slot = NativeMemory.address(located[i]);
    if (!FlowSlots.holds(slot, words, key)) {
      slot = NativeMemory.address(findOrMake(i, batch));
    }
    long now = batch.timestampsNanos[i];
    if (isOver(slot, now)) {
      restart(slot, i, batch, EndReason.IDLE);
    } else if (isOtherConnection(slot, i, now)) {
      restart(slot, i, batch, EndReason.NEW_CONNECTION);
    } else if (youth(ALL.get(LONG, slot + BYTES), now) < 0) {
      beginAge(slot, now);
    }
    long payload = words[key + PAYLOAD];
    kept[keptCount] = i;
    keptCount += countInClass(i, slot, payload, now) & KEPT;
    tell(i, slot, (int) payload);
  }

  /** True if the time differs by more than the timeout: one comparison for both directions. */
  private boolean isOver(long slot, long now) {
    long distance = now - ALL.get(LONG, slot + LAST_NANOS);
    return Long.compareUnsigned(distance + timeoutNanos, 2 * timeoutNanos) > 0;
  }

  private boolean isOtherConnection(long slot, int i, long now) {
    int control = keys.control(i);
    return (control & FlowKeys.OPENS_OR_BREAKS) != 0
        && Connections.isNew(slot, slots.details(slot), control, keys.synSequence(i), ticks(now));
  }

  /**
   * Counts a packet in its flow, and notes what the flow is then.
   *
   * @param payload as in {@link FlowKeys#PAYLOAD}
   * @return {@link #KEPT} if the packet is to be kept, else 0; and 2 more if it is the last within
   *     the cutoff
   */
  private int count(int i, long slot, long payload, long now, long packetCutoff, long byteCutoff) {
    long word = ALL.get(LONG, slot + BYTES);
    long bytes = word & BYTES_MASK;
    long state = ALL.get(LONG, slot + PACKETS);
    long packets = state & PACKETS_MASK;
    // 1 if both are below their limits
    int isKept = (int) ((packets - packetCutoff & bytes - byteCutoff) >>> 63);
    long bytesAfter = bytes + (int) payload;
    int isNextKept = (int) ((packets + 1 - packetCutoff & bytesAfter - byteCutoff) >>> 63);
    int isLast = isKept - isNextKept << 1;
    if ((payload & CONTROL) != 0 && isKept == 0 && keepsControl(state)) {
      state += 1L << CONTROL_SHIFT;
      isKept = 1;
    }
    state = (state | payload << FIN_TO_CLOSED & CLOSED) + 1;
    ALL.set(LONG, slot + BYTES, word + (int) payload);
    ALL.set(LONG, slot + PACKETS, state);
    ALL.set(LONG, slot + LAST_NANOS, Math.max(now, ALL.get(LONG, slot + LAST_NANOS)));
    keys.words()[(i << RECORD_SHIFT) + FLOW_BYTES] = bytesAfter;
    states[i] = state;
    return isKept | isLast;
  }

  /** True if a control packet is kept although its flow, of this state, is cut. */
  private boolean keepsControl(long state) {
    return state >>> CONTROL_SHIFT < Cutoff.MAX_CONTROL && limits.keepsControl(trafficClass(state));
  }

  /** Tells the listener what packet {@code i} meant to its flow, which is in this slot. */
  private void tell(int i, long slot, int payload) {
    if (flows.isNew(i)) {
      listener.onStart(flow.at(slot));
    }
    if (flows.isJustCut(i)) {
      listener.onCut(flow.at(slot));
    }
    reportIfLarge(slot, payload);
  }

  private long findOrMake(int i, PacketBatch batch) {
    long slot = slots.find(i << RECORD_SHIFT);
    return FlowSlots.isEmpty(slot) ? make(slot, i, batch) : slot;
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
    setBudget(slot, state | trafficClass << CLASS_SHIFT, now);
  }

  /** A flow of this state has no packets yet; its age begins. */
  private void setBudget(long slot, long state, long now) {
    ALL.set(LONG, slot + PACKETS, state);
    ALL.set(LONG, slot + BYTES, ageEnd(now));
    ALL.set(LONG, slots.details(slot) + AGE_BYTES, 0);
    created++;
  }

  /** The upper bits of the byte word of a flow whose age begins. */
  private long ageEnd(long now) {
    return (now >>> AGE_UNIT_SHIFT) + ageUnits << AGE_SHIFT;
  }

  /**
   * A flow has come to its age: one of a low rate gets its budget anew, and counts as another flow;
   * any other is to come to that age again.
   */
  private void beginAge(long slot, long now) {
    long state = ALL.get(LONG, slot + PACKETS);
    long word = ALL.get(LONG, slot + BYTES);
    long bytes = word & BYTES_MASK;
    long ageBytes = slots.details(slot) + AGE_BYTES;
    long ageNanos = (long) ageUnits << AGE_UNIT_SHIFT;
    long sent = bytes - ALL.get(LONG, ageBytes);
    if (hasAge && limits.isLowRate(trafficClass(state), sent, ageNanos)) {
      tellEnd(slot, EndReason.AGED);
      setBudget(slot, state & LASTING, now);
    } else {
      ALL.set(LONG, slot + BYTES, ageEnd(now) | bytes);
      ALL.set(LONG, ageBytes, bytes);
    }
  }

  private static int ticks(long nanos) {
    return (int) (nanos >>> TICK_SHIFT);
  }

  /** Tells the listener if these last bytes made the flow large, or twice as large as before. */
  private void reportIfLarge(long slot, int payload) {
    long bytes = ALL.get(LONG, slot + BYTES) & BYTES_MASK;
    if (bytes >= largeBytes) {
      int doublings = 63 - Long.numberOfLeadingZeros(bytes / largeBytes);
      long threshold = largeBytes << doublings;
      if (bytes - payload < threshold) {
        listener.onLarge(flow.at(slot), threshold);
      }
    }
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
    tellEnd(slot, reason);
    slots.delete(slot);
    size--;
  }

  private void tellEnd(long slot, EndReason reason) {
    listener.onEnd(flow.at(slot), reason);
    switch (reason) {
      case IDLE -> expired++;
      case EVICTED -> evicted++;
      default -> renewed++;
    }
  }

  /** Forgets the flow in this slot if it is over, and was at the time before; else false. */
  boolean forgetsIfOver(long slot, long now, long before) {
    boolean isOver = isOver(slot, now) && isOver(slot, before);
    if (isOver) {
      forget(slot, EndReason.IDLE);
    }
    return isOver;
  }

  /** Forgets some of the flows that are over. Called after each batch. */
  void expire(long now) {
    hand.move(now);
  }

  /** Forgets the flows that are over, when no packet comes. */
  void expireIdle(long now) {
    hand.moveIdle(now);
  }

  /** Tells the listener of the end of all flows that are left, and forgets them. */
  void end() {
    long slot = slots.first();
    while (size > 0) {
      if (!FlowSlots.isEmpty(slot)) {
        listener.onEnd(flow.at(slot), EndReason.CAPTURE_END);
        FlowSlots.clear(slot);
        size--;
      }
      slot = slots.next(slot);
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

  /** Slots looked at beyond the first of each look-up: the price of collisions. */
  long probes() {
    return slots.probes();
  }
}
