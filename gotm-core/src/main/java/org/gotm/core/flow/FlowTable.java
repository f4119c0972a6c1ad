package org.gotm.core.flow;

import static org.gotm.core.flow.FlowSlotLayout.BYTES;
import static org.gotm.core.flow.FlowSlotLayout.CONTROL_SHIFT;
import static org.gotm.core.flow.FlowSlotLayout.LAST_NANOS;
import static org.gotm.core.flow.FlowSlotLayout.LENGTH;
import static org.gotm.core.flow.FlowSlotLayout.PACKETS;
import static org.gotm.core.memory.NativeMemory.ALL;
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
 * <p>Time is packet time. A flow that was idle for longer than the timeout is forgotten: at the
 * latest when its next packet comes, usually before, by a hand that goes round the table a little
 * each batch.
 */
public final class FlowTable {
  private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED;
  private static final int EVICTION_WINDOW = 16;
  private static final int HAND_STEP_SLOTS = 64;
  private static final int HAND_STEPS_A_BATCH = 16;
  private static final long SHORTEST_ROUND_NANOS = 1_000_000_000;

  private final FlowSlots slots;
  private final FlowKeys keys;
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

  /**
   * What a table is to do.
   *
   * @param capacityFlows flows that fit, from 1 to 2^29; memory is 128 to 256 bytes a flow
   * @param timeoutNanos idle time in packet time after which a flow is forgotten
   * @param cutoff where flows are cut
   * @param largeBytes size at which a flow is reported as large, then at every doubling; {@link
   *     Cutoff#UNLIMITED} for never
   */
  public record Options(int capacityFlows, long timeoutNanos, Cutoff cutoff, long largeBytes) {
    /** Checks the ranges. */
    public Options {
      if (capacityFlows < 1 || capacityFlows > 1 << 29) {
        throw new IllegalArgumentException(
            "capacityFlows=%d: not from 1 to 2^29".formatted(capacityFlows));
      }
      if (timeoutNanos <= 0 || largeBytes <= 0) {
        throw new IllegalArgumentException(
            "timeoutNanos=%d largeBytes=%d: not above 0".formatted(timeoutNanos, largeBytes));
      }
    }

    /** Bytes of memory that the table takes. */
    public long byteSize() {
      return slotsFor(capacityFlows) * LENGTH;
    }
  }

  /**
   * An empty table.
   *
   * @param keys the keys that a decoder fills, and their hash
   * @param allocator gives zeroed memory, which must outlive the table
   */
  public FlowTable(
      Options options, FlowKeys keys, FlowListener listener, SegmentAllocator allocator) {
    this.keys = keys;
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

  private static long slotsFor(int flows) {
    return Math.max(HAND_STEP_SLOTS, Long.highestOneBit(flows * 2L - 1) << 1);
  }

  /**
   * Counts every packet of the batch in its flow and decides.
   *
   * @param kept gets the indexes of the packets to keep, in order
   * @return how many are kept
   */
  public int decide(PacketBatch batch, int[] kept) {
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
      keptSoFar += count(slot, payload, timestamps[i]);
    }
    keptCount = keptSoFar;
    return i;
  }

  /** Counts a packet of a flow that may be new, over, large or, if not decoded, none at all. */
  private void countAny(int i, long now, long[] located, int[] kept) {
    long[] words = keys.words();
    int key = i << RECORD_SHIFT;
    if (words[key] == 0) {
      kept[keptCount++] = i;
      return;
    }
    long slot = NativeMemory.address(located[i]);
    if (!FlowSlots.holds(slot, words, key)) {
      slot = NativeMemory.address(findOrMake(key, now));
    }
    if (isOver(slot, now)) {
      restart(slot);
    }
    long payload = words[key + PAYLOAD];
    kept[keptCount] = i;
    keptCount += count(slot, payload, now);
    reportIfLarge(slot, (int) payload);
  }

  private boolean isOver(long slot, long now) {
    return now - ALL.get(LONG, slot + LAST_NANOS) > timeoutNanos;
  }

  /**
   * Counts a packet in its flow.
   *
   * @param payload as in {@link FlowKeys#PAYLOAD}
   * @return 1 if the packet is to be kept, else 0
   */
  private int count(long slot, long payload, long now) {
    long bytes = ALL.get(LONG, slot + BYTES);
    long packets = ALL.get(LONG, slot + PACKETS);
    // 1 if both are below their limits; control packets kept after the cut lift the packet word
    int isKept = (int) ((packets - packetCutoff & bytes - byteCutoff) >>> 63);
    if (payload >>> 32 != 0
        && isKept == 0
        && keepControl
        && packets >>> CONTROL_SHIFT < Cutoff.MAX_CONTROL) {
      packets += 1L << CONTROL_SHIFT;
      isKept = 1;
    }
    ALL.set(LONG, slot + BYTES, bytes + (int) payload);
    ALL.set(LONG, slot + PACKETS, packets + 1);
    ALL.set(LONG, slot + LAST_NANOS, Math.max(now, ALL.get(LONG, slot + LAST_NANOS)));
    return isKept;
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

  /** The flow of this slot was idle too long: its key starts again as a new flow. */
  private void restart(long slot) {
    listener.onEnd(flow.at(slot));
    ALL.set(LONG, slot + BYTES, 0);
    ALL.set(LONG, slot + PACKETS, 0);
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
    long oldest = -1;
    long oldestNanos = Long.MAX_VALUE;
    long slot = home;
    for (int seen = 0; seen < EVICTION_WINDOW || oldest < 0; seen++) {
      if (!FlowSlots.isEmpty(slot)) {
        long last = ALL.get(LONG, slot + LAST_NANOS);
        if (oldest < 0 || last < oldestNanos) {
          oldestNanos = last;
          oldest = slot;
        }
      }
      slot = slots.next(slot);
    }
    if (now - oldestNanos > timeoutNanos) {
      expired++;
    } else {
      evicted++;
    }
    listener.onEnd(flow.at(oldest));
    delete(oldest);
  }

  private void delete(long slot) {
    slots.delete(slot);
    size--;
  }

  /**
   * Moves the hand as far as the time since the last call asks for, but not far in one call, and
   * forgets the idle flows it passes. Called after each batch.
   *
   * @param now packet time; when it jumps, only the distance of the hand is affected
   */
  public void expire(long now) {
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
    for (int step = 0; step < HAND_STEPS_A_BATCH && now - handNanos >= handStepNanos; step++) {
      expireStep(now);
      handNanos += handStepNanos;
    }
  }

  private void expireStep(long now) {
    long slot = hand;
    for (int i = 0; i < HAND_STEP_SLOTS; i++) {
      while (!FlowSlots.isEmpty(slot) && now - ALL.get(LONG, slot + LAST_NANOS) > timeoutNanos) {
        listener.onEnd(flow.at(slot));
        delete(slot);
        expired++;
      }
      slot = slots.next(slot);
    }
    hand = slot;
  }

  /** Flows in the table. */
  public int size() {
    return size;
  }

  /** Flows seen since the start. */
  public long created() {
    return created;
  }

  /** Flows forgotten because they were idle. */
  public long expired() {
    return expired;
  }

  /** Flows that gave way because the table was full. */
  public long evicted() {
    return evicted;
  }

  /** Slots looked at beyond the first of each look-up: the price of collisions. */
  public long probes() {
    return slots.probes();
  }
}
