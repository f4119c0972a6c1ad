package org.gotm.core.flow;

import static org.gotm.core.flow.FlowSlotLayout.BYTES;
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
 * The active flows, and the decision for each packet: keep or cut. Hot path. One thread.
 *
 * <p>Off-heap, fixed in size, one cache line a slot, at most half full; {@link FlowSlots} finds
 * them. When there are as many flows as the capacity allows, the flow near the probe that was idle
 * longest gives way, and is counted.
 *
 * <p>Time is packet time, and may jump. A flow is over when the time differs from its last by more
 * than the timeout, in either direction: so a clock that is set back does not keep flows cut, nor
 * does one packet from the future make its flow immortal. It is forgotten at the latest when its
 * next packet comes, usually before, by a hand that goes round the table a little each batch.
 */
final class FlowTable {
  private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED;
  private static final int EVICTION_WINDOW = 16;
  private static final int HAND_STEP_SLOTS = 64;
  private static final int HAND_STEPS_A_BATCH = 16;
  private static final int KEPT = 1;
  private static final long SHORTEST_ROUND_NANOS = 1_000_000_000;

  private final FlowSlots slots;
  private final FlowKeys keys;
  private final BatchFlows flows;
  private final long[] packetCounts;
  private final FlowListener listener;
  private final Flow flow;
  private final int capacityFlows;
  private final long timeoutNanos;
  private final long handStepNanos;
  private final long packetCutoff;
  private final long byteCutoff;
  private final boolean keepControl;
  private final long largeBytes;

  private int keptCount;
  private int size;
  private long created;
  private long expired;
  private long evicted;
  private long hand;
  private long handNanos;
  private long expiredAtNanos;

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
    this.packetCounts = flows.packetCounts();
    this.listener = listener;
    slots = new FlowSlots(options.byteSize(), keys, allocator);
    hand = slots.first();
    flow = new Flow();
    capacityFlows = options.capacityFlows();
    timeoutNanos = options.timeoutNanos();
    Cutoff cutoff = options.cutoff();
    packetCutoff = cutoff.packets();
    byteCutoff = cutoff.bytes();
    keepControl = cutoff.keepControl();
    largeBytes = options.largeBytes();
    long roundNanos = Math.max(timeoutNanos / 2, SHORTEST_ROUND_NANOS);
    handStepNanos = Math.max(1, roundNanos / Math.max(1, slots.count() / HAND_STEP_SLOTS));
  }

  static long slotsFor(int flows) {
    return Math.max(HAND_STEP_SLOTS, Long.highestOneBit(flows * 2L - 1) << 1);
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
    int i = countLoop(0, batch, located, kept);
    while (i < count) {
      countAny(i, batch.timestampsNanos[i], located, kept);
      i = countLoop(i + 1, batch, located, kept);
    }
    return keptCount;
  }

  /**
   * Goes on for as long as packets are only to be counted.
   *
   * @return the first packet that was not counted
   */
  private int countLoop(int from, PacketBatch batch, long[] located, int[] kept) {
    long[] words = keys.words();
    long[] timestamps = batch.timestampsNanos;
    int count = batch.count();
    int keptSoFar = keptCount;
    int cuts = 0;
    int i = from;
    for (; i < count; i++) {
      int key = i << RECORD_SHIFT;
      long slot = NativeMemory.address(located[i]);
      long payload = words[key + PAYLOAD];
      if (!FlowSlots.holds(slot, words, key)
          || isOver(slot, timestamps[i])
          || ALL.get(LONG, slot + BYTES) + (int) payload >= largeBytes) {
        break;
      }
      kept[keptSoFar] = i;
      int outcome = count(i, slot, payload, timestamps[i]);
      keptSoFar += outcome & KEPT;
      cuts += outcome >>> 1;
    }
    keptCount = keptSoFar;
    if (cuts > 0) {
      tellCuts(from, i, located);
    }
    return i;
  }

  /** Tells the listener of the flows that some of the packets have brought to their cutoff. */
  private void tellCuts(int from, int to, long[] located) {
    for (int i = from; i < to; i++) {
      if (flows.isJustCut(i)) {
        listener.onCut(flow.at(NativeMemory.address(located[i])));
      }
    }
  }

  /** Counts a packet of a flow that may be new, over, just cut, large or, if not decoded, none. */
  private void countAny(int i, long now, long[] located, int[] kept) {
    long[] words = keys.words();
    int key = i << RECORD_SHIFT;
    if (words[key] == 0) {
      kept[keptCount++] = i;
      flows.setNone(i);
      return;
    }
    long slot = NativeMemory.address(located[i]);
    if (!FlowSlots.holds(slot, words, key)) {
      slot = NativeMemory.address(findOrMake(key, now));
    }
    if (isOver(slot, now)) {
      restart(slot, now);
    }
    long payload = words[key + PAYLOAD];
    kept[keptCount] = i;
    keptCount += count(i, slot, payload, now) & KEPT;
    tell(i, slot, (int) payload);
  }

  /** True if the time differs by more than the timeout: one comparison for both directions. */
  private boolean isOver(long slot, long now) {
    long distance = now - ALL.get(LONG, slot + LAST_NANOS);
    return Long.compareUnsigned(distance + timeoutNanos, 2 * timeoutNanos) > 0;
  }

  /**
   * Counts a packet in its flow, and notes what the flow is then.
   *
   * @param payload as in {@link FlowKeys#PAYLOAD}
   * @return {@link #KEPT} if the packet is to be kept, else 0; and 2 more if it is the last within
   *     the cutoff
   */
  private int count(int i, long slot, long payload, long now) {
    long bytes = ALL.get(LONG, slot + BYTES);
    long packets = ALL.get(LONG, slot + PACKETS);
    // 1 if both are below their limits; control packets kept after the cut lift the packet word
    int isKept = (int) ((packets - packetCutoff & bytes - byteCutoff) >>> 63);
    long bytesAfter = bytes + (int) payload;
    int isNextKept = (int) ((packets + 1 - packetCutoff & bytesAfter - byteCutoff) >>> 63);
    int isLast = isKept - isNextKept << 1;
    if (payload >>> 32 != 0
        && isKept == 0
        && keepControl
        && packets >>> CONTROL_SHIFT < Cutoff.MAX_CONTROL) {
      packets += 1L << CONTROL_SHIFT;
      isKept = 1;
    }
    ALL.set(LONG, slot + BYTES, bytesAfter);
    ALL.set(LONG, slot + PACKETS, packets + 1);
    ALL.set(LONG, slot + LAST_NANOS, Math.max(now, ALL.get(LONG, slot + LAST_NANOS)));
    keys.words()[(i << RECORD_SHIFT) + FLOW_BYTES] = bytesAfter;
    packetCounts[i] = packets + 1 & PACKETS_MASK;
    return isKept | isLast;
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

  private long findOrMake(int key, long now) {
    long slot = slots.find(key);
    return FlowSlots.isEmpty(slot) ? make(slot, key, now) : slot;
  }

  private long make(long emptySlot, int key, long now) {
    long slot = emptySlot;
    if (size == capacityFlows) {
      evictNear(slots.homeOfKey(key), now);
      slot = slots.find(key);
    }
    slots.occupy(slot, key);
    ALL.set(LONG, slot + BYTES, 0);
    ALL.set(LONG, slot + PACKETS, 0);
    ALL.set(LONG, slot + LAST_NANOS, now);
    size++;
    created++;
    return slot;
  }

  /** The flow of this slot is over: its key starts again as a new flow. */
  private void restart(long slot, long now) {
    listener.onEnd(flow.at(slot), EndReason.IDLE);
    ALL.set(LONG, slot + BYTES, 0);
    ALL.set(LONG, slot + PACKETS, 0);
    ALL.set(LONG, slot + LAST_NANOS, now); // it may lie before that of the flow that ended
    expired++;
    created++;
  }

  /** Tells the listener if these last bytes made the flow large, or twice as large as before. */
  private void reportIfLarge(long slot, int payload) {
    long bytes = ALL.get(LONG, slot + BYTES);
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
    boolean over = isOver(quietest, now);
    listener.onEnd(flow.at(quietest), over ? EndReason.IDLE : EndReason.EVICTED);
    if (over) {
      expired++;
    } else {
      evicted++;
    }
    delete(quietest);
  }

  private void delete(long slot) {
    slots.delete(slot);
    size--;
  }

  /**
   * Moves the hand as far as the time since the last call asks for, but not far in one call, and
   * forgets the flows it passes that are over. Called after each batch.
   *
   * <p>They must be over at the time of the call before, too: one packet with a wrong time, the
   * last of its batch, ends no flow but its own.
   *
   * @param now packet time; when it jumps, only the distance of the hand is affected
   */
  void expire(long now) {
    expire(now, HAND_STEPS_A_BATCH);
  }

  /**
   * Moves the hand as far as the time asks for, once round the table at most: when no packet comes
   * there is time for it, and no batch that would move it again soon.
   */
  void expireIdle(long now) {
    expire(now, Integer.MAX_VALUE);
  }

  private void expire(long now, int steps) {
    long before = expiredAtNanos;
    expiredAtNanos = now;
    long behind = now - handNanos;
    if (behind < handStepNanos && behind >= 0) {
      return;
    }
    long round = handStepNanos * (slots.count() / HAND_STEP_SLOTS);
    if (behind < 0) {
      handNanos = now; // time went back
    } else if (behind > round) {
      handNanos = now - round;
    }
    for (int step = 0; step < steps && now - handNanos >= handStepNanos; step++) {
      expireStep(now, before);
      handNanos += handStepNanos;
    }
  }

  private void expireStep(long now, long before) {
    long slot = hand;
    for (int i = 0; i < HAND_STEP_SLOTS; i++) {
      while (!FlowSlots.isEmpty(slot) && isOver(slot, now) && isOver(slot, before)) {
        listener.onEnd(flow.at(slot), EndReason.IDLE);
        delete(slot);
        expired++;
      }
      slot = slots.next(slot);
    }
    hand = slot;
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

  /** Slots looked at beyond the first of each look-up: the price of collisions. */
  long probes() {
    return slots.probes();
  }
}
