package org.gotm.core.flow;

import static org.gotm.core.flow.FlowSlotLayout.ADDRESS_0;
import static org.gotm.core.flow.FlowSlotLayout.ADDRESS_1;
import static org.gotm.core.flow.FlowSlotLayout.ADDRESS_2;
import static org.gotm.core.flow.FlowSlotLayout.ADDRESS_3;
import static org.gotm.core.flow.FlowSlotLayout.BYTES;
import static org.gotm.core.flow.FlowSlotLayout.CONTROL_SHIFT;
import static org.gotm.core.flow.FlowSlotLayout.LAST_NANOS;
import static org.gotm.core.flow.FlowSlotLayout.LENGTH;
import static org.gotm.core.flow.FlowSlotLayout.LENGTH_SHIFT;
import static org.gotm.core.flow.FlowSlotLayout.META;
import static org.gotm.core.flow.FlowSlotLayout.PACKETS;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;
import java.lang.foreign.ValueLayout;
import org.gotm.core.capture.PacketBatch;
import org.gotm.core.packet.FlowKeys;

/**
 * The active flows, and the decision for each packet: keep or cut. Hot path. One thread.
 *
 * <p>Off-heap, fixed in size, open addressing with linear probing, one cache line a slot, at most
 * half full, deletion by moving back what probed past the hole. When there are as many flows as the
 * capacity allows, the flow near the probe that was idle longest gives way, and is counted.
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

  private final MemorySegment slots;
  private final FlowKeys keys;
  private final FlowListener listener;
  private final Flow flow;
  private final long lastSlot;
  private final int capacityFlows;
  private final long timeoutNanos;
  private final long handStepNanos;
  private final long packetCutoff;
  private final long byteCutoff;
  private final boolean keepControl;
  private final long largeBytes;

  private int size;
  private long created;
  private long expired;
  private long evicted;
  private long probes;
  private long hand;
  private long handNanos;
  private long touched;

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
    slots = allocator.allocate(options.byteSize(), LENGTH);
    flow = new Flow(slots);
    lastSlot = options.byteSize() - LENGTH;
    capacityFlows = options.capacityFlows();
    timeoutNanos = options.timeoutNanos();
    Cutoff cutoff = options.cutoff();
    packetCutoff = cutoff.packets();
    byteCutoff = cutoff.bytes();
    keepControl = cutoff.keepControl();
    largeBytes = options.largeBytes();
    long roundNanos = Math.max(timeoutNanos / 2, SHORTEST_ROUND_NANOS);
    handStepNanos =
        Math.max(1, roundNanos / Math.max(1, slotsFor(capacityFlows) / HAND_STEP_SLOTS));
  }

  private static long slotsFor(int flows) {
    return Math.max(HAND_STEP_SLOTS, Long.highestOneBit(flows * 2L - 1) << 1);
  }

  /** Reads the slot of every packet in the batch, so that the cache misses overlap. */
  public void touch(int count) {
    long[] hashes = keys.hash;
    MemorySegment table = slots;
    long last = lastSlot;
    long sum = 0;
    for (int i = 0; i < count; i++) {
      sum += table.get(LONG, hashes[i] << LENGTH_SHIFT & last);
    }
    touched = sum; // so that the reads are not optimised away
  }

  /**
   * Counts every packet of the batch in its flow and decides.
   *
   * @param kept gets the indexes of the packets to keep, in order
   * @return how many are kept
   */
  public int decide(PacketBatch batch, int[] kept) {
    MemorySegment table = slots;
    long[] metas = keys.meta;
    long[] addresses = keys.address0;
    long[] hashes = keys.hash;
    int[] payloads = keys.payloadLength;
    int[] controls = keys.control;
    long[] timestamps = batch.timestampsNanos;
    int count = batch.count();
    int keptCount = 0;
    for (int i = 0; i < count; i++) {
      long meta = metas[i];
      long now = timestamps[i];
      long slot = hashes[i] << LENGTH_SHIFT & lastSlot;
      if (table.get(LONG, slot + META) != meta
          || table.get(LONG, slot + ADDRESS_0) != addresses[i]
          || !FlowKeys.isOneWord(meta)) {
        if (meta == 0) {
          kept[keptCount++] = i;
          continue;
        }
        slot = findOrMake(i, now);
      }
      long last = table.get(LONG, slot + LAST_NANOS);
      if (now - last > timeoutNanos) {
        restart(slot);
      }
      long packets = table.get(LONG, slot + PACKETS);
      long bytes = table.get(LONG, slot + BYTES);
      long newBytes = bytes + payloads[i];
      table.set(LONG, slot + LAST_NANOS, Math.max(now, last));
      table.set(LONG, slot + PACKETS, packets + 1);
      table.set(LONG, slot + BYTES, newBytes);
      if (newBytes >= largeBytes) {
        reportIfLarge(slot, bytes, newBytes);
      }
      // 1 if both are below their cutoff; control packets kept after the cut put the packet word above it
      int isKept = (int) ((packets - packetCutoff & bytes - byteCutoff) >>> 63);
      if (controls[i] != 0 && isKept == 0) {
        isKept = keepControl(slot, packets);
      }
      kept[keptCount] = i;
      keptCount += isKept;
    }
    return keptCount;
  }

  private long findOrMake(int i, long now) {
    MemorySegment table = slots;
    long meta = keys.meta[i];
    long address0 = keys.address0[i];
    long slot = keys.hash[i] << LENGTH_SHIFT & lastSlot;
    long found;
    while ((found = table.get(LONG, slot + META)) != 0) {
      if (found == meta
          && table.get(LONG, slot + ADDRESS_0) == address0
          && (FlowKeys.isOneWord(meta) || hasSameRest(slot, i))) {
        return slot;
      }
      slot = slot + LENGTH & lastSlot;
      probes++;
    }
    return make(slot, i, now);
  }

  private boolean hasSameRest(long slot, int i) {
    MemorySegment table = slots;
    return table.get(LONG, slot + ADDRESS_1) == keys.address1[i]
        && table.get(LONG, slot + ADDRESS_2) == keys.address2[i]
        && table.get(LONG, slot + ADDRESS_3) == keys.address3[i];
  }

  private long make(long emptySlot, int i, long now) {
    long slot = emptySlot;
    if (size == capacityFlows) {
      evictNear(keys.hash[i] << LENGTH_SHIFT & lastSlot, now);
      slot = firstEmpty(keys.hash[i] << LENGTH_SHIFT & lastSlot);
    }
    MemorySegment table = slots;
    long meta = keys.meta[i];
    table.set(LONG, slot + META, meta);
    table.set(LONG, slot + ADDRESS_0, keys.address0[i]);
    if (!FlowKeys.isOneWord(meta)) {
      table.set(LONG, slot + ADDRESS_1, keys.address1[i]);
      table.set(LONG, slot + ADDRESS_2, keys.address2[i]);
      table.set(LONG, slot + ADDRESS_3, keys.address3[i]);
    }
    table.set(LONG, slot + BYTES, 0);
    table.set(LONG, slot + PACKETS, 0);
    table.set(LONG, slot + LAST_NANOS, now);
    size++;
    created++;
    return slot;
  }

  private long firstEmpty(long from) {
    long slot = from;
    while (slots.get(LONG, slot + META) != 0) {
      slot = slot + LENGTH & lastSlot;
    }
    return slot;
  }

  /** The flow of this slot was idle too long: its key starts again as a new flow. */
  private void restart(long slot) {
    listener.onEnd(flow.at(slot));
    slots.set(LONG, slot + BYTES, 0);
    slots.set(LONG, slot + PACKETS, 0);
    expired++;
    created++;
  }

  /** 1 if this control packet beyond the cutoff is kept, else 0. */
  private int keepControl(long slot, long packets) {
    if (!keepControl || packets >>> CONTROL_SHIFT >= Cutoff.MAX_CONTROL) {
      return 0;
    }
    slots.set(LONG, slot + PACKETS, packets + 1 + (1L << CONTROL_SHIFT));
    return 1;
  }

  private void reportIfLarge(long slot, long bytes, long newBytes) {
    int doublings = 63 - Long.numberOfLeadingZeros(newBytes / largeBytes);
    long threshold = largeBytes << doublings;
    if (bytes < threshold) {
      listener.onLarge(flow.at(slot), threshold);
    }
  }

  private void evictNear(long home, long now) {
    long oldest = -1;
    long oldestNanos = Long.MAX_VALUE;
    long slot = home;
    for (int seen = 0; seen < EVICTION_WINDOW || oldest < 0; seen++) {
      if (slots.get(LONG, slot + META) != 0) {
        long last = slots.get(LONG, slot + LAST_NANOS);
        if (last < oldestNanos) {
          oldestNanos = last;
          oldest = slot;
        }
      }
      slot = slot + LENGTH & lastSlot;
    }
    if (now - oldestNanos > timeoutNanos) {
      expired++;
    } else {
      evicted++;
    }
    listener.onEnd(flow.at(oldest));
    delete(oldest);
  }

  /**
   * Empties a slot, and moves flows that had probed past it back, so that no probe ends too early.
   */
  private void delete(long slot) {
    MemorySegment table = slots;
    long hole = slot;
    long next = slot;
    while (true) {
      next = next + LENGTH & lastSlot;
      if (table.get(LONG, next + META) == 0) {
        break;
      }
      long distanceFromHome = next - homeOf(next) & lastSlot;
      long distanceFromHole = next - hole & lastSlot;
      if (distanceFromHome >= distanceFromHole) {
        MemorySegment.copy(table, next, table, hole, LENGTH);
        hole = next;
      }
    }
    table.set(LONG, hole + META, 0);
    size--;
  }

  private long homeOf(long slot) {
    MemorySegment table = slots;
    long meta = table.get(LONG, slot + META);
    long address0 = table.get(LONG, slot + ADDRESS_0);
    long hash =
        FlowKeys.isOneWord(meta)
            ? keys.hash(address0, meta)
            : keys.hash(
                address0,
                table.get(LONG, slot + ADDRESS_1),
                table.get(LONG, slot + ADDRESS_2),
                table.get(LONG, slot + ADDRESS_3),
                meta);
    return hash << LENGTH_SHIFT & lastSlot;
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
    long round = handStepNanos * ((lastSlot >>> LENGTH_SHIFT) / HAND_STEP_SLOTS + 1);
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
    MemorySegment table = slots;
    long slot = hand;
    for (int i = 0; i < HAND_STEP_SLOTS; i++) {
      while (table.get(LONG, slot + META) != 0
          && now - table.get(LONG, slot + LAST_NANOS) > timeoutNanos) {
        listener.onEnd(flow.at(slot));
        delete(slot);
        expired++;
      }
      slot = slot + LENGTH & lastSlot;
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
    return probes;
  }
}
