package org.gotm.core.flow;

import static org.gotm.core.flow.FlowSlotLayout.BYTES;
import static org.gotm.core.flow.FlowSlotLayout.BYTES_MASK;
import static org.gotm.core.flow.FlowSlotLayout.CLOSED;
import static org.gotm.core.flow.FlowSlotLayout.CLOSED_SHIFT;
import static org.gotm.core.flow.FlowSlotLayout.CONTROL_SHIFT;
import static org.gotm.core.flow.FlowSlotLayout.LAST_NANOS;
import static org.gotm.core.flow.FlowSlotLayout.PACKETS;
import static org.gotm.core.flow.FlowSlotLayout.PACKETS_MASK;
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
 * The decision for each packet: keep or cut; its flow is counted in the table. Hot path. One
 * thread.
 *
 * <p>{@link FlowSlots} finds the flows, {@link FlowLives} says when they begin and end. Most
 * packets are only to be counted, and a loop does nothing else; the others go one by one.
 */
final class FlowTable {
  private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED;
  private static final int KEPT = 1;
  private static final long CONTROL = (long) FlowKeys.OPENS_OR_ENDS << 32;
  private static final long SYN_OR_RST = (long) FlowKeys.OPENS_OR_BREAKS << 32;
  private static final int FIN_TO_CLOSED = CLOSED_SHIFT - 32;

  private final FlowSlots slots;
  private final FlowKeys keys;
  private final BatchFlows flows;
  private final long[] states;
  private final FlowListener listener;
  private final Flow flow;
  private final FlowLives lives;
  private final FlowHand hand;
  private final long largeBytes;

  private FlowLimits limits;
  private int keptCount;
  private int cuts;

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
    slots = new FlowSlots(FlowLives.slotsFor(options.capacityFlows()), keys, allocator);
    flow = new Flow(slots);
    lives = new FlowLives(options, slots, keys, listener);
    hand = new FlowHand(lives, slots, options.timeoutNanos() / 2);
    largeBytes = options.largeBytes();
  }

  /** Flows are cut by these limits from now on. */
  void use(FlowLimits newLimits) {
    limits = newLimits;
    flows.use(newLimits);
    lives.use(newLimits);
  }

  /** The flows themselves. */
  FlowLives lives() {
    return lives;
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
    int trafficClass = FlowLives.trafficClass(ALL.get(LONG, slot + PACKETS));
    long packetCutoff = limits.packets(trafficClass);
    int outcome = count(i, slot, payload, now, packetCutoff, limits.bytes(trafficClass));
    return outcome | limits.keptAfterCut(trafficClass);
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
        || lives.isOver(slot, now)
        || isSynRstLargeOrAged(slot, payload, now);
  }

  /** One comparison for all: each of the three is below 0 if it is so. */
  private boolean isSynRstLargeOrAged(long slot, long payload, long now) {
    long word = ALL.get(LONG, slot + BYTES);
    long room = largeBytes - 1 - (word & BYTES_MASK) - (int) payload;
    return (room | FlowLives.youth(word, now) | -(payload & SYN_OR_RST)) < 0;
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
    if (FlowSlots.holds(slot, words, key)) {
      lives.goOn(slot, i, batch);
    } else {
      slot = NativeMemory.address(lives.find(i, batch));
    }
    long now = batch.timestampsNanos[i];
    long payload = words[key + PAYLOAD];
    kept[keptCount] = i;
    keptCount += countInClass(i, slot, payload, now) & KEPT;
    tell(i, slot, (int) payload);
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
    return state >>> CONTROL_SHIFT < Cutoff.MAX_CONTROL
        && limits.keepsControl(FlowLives.trafficClass(state));
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

  /** Forgets some of the flows that are over. Called after each batch. */
  void expire(long now) {
    hand.move(now);
  }

  /** Forgets the flows that are over, when no packet comes. */
  void expireIdle(long now) {
    hand.moveIdle(now);
  }

  /** Slots looked at beyond the first of each look-up: the price of collisions. */
  long probes() {
    return slots.probes();
  }
}
