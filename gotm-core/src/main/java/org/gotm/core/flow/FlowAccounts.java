package org.gotm.core.flow;

import static org.gotm.core.memory.NativeMemory.ALL;
import static org.gotm.core.packet.FlowKeys.FROM_SECOND;
import static org.gotm.core.packet.FlowKeys.PAYLOAD_SHIFT;
import static org.gotm.core.packet.FlowKeys.QUOTES;
import static org.gotm.core.packet.FlowKeys.RECORD_SHIFT;
import static org.gotm.core.packet.FlowKeys.TCP_FLAGS;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;
import java.lang.foreign.ValueLayout;
import org.gotm.core.memory.NativeMemory;
import org.gotm.core.packet.FlowKeys;
import org.gotm.core.source.PacketBatch;

/**
 * What a {@link FlowRecord} tells of each flow and the table does not need: beside each slot the
 * counts of its ends, which are written with every packet, and facts, which seldom are. Hot path.
 * One thread.
 *
 * <pre>
 *   0               8                 16                             32
 *   +---------------+-----------------+------------------------------+
 *   | bytes   flags | payload packets | the same of the second end   |
 *   |   55      9   |    36      28   |                              |
 *   +---------------+-----------------+------------------------------+
 *   0       8       16       24    32    40       48        56     64        96          112  128
 *   +-------+-------+--------+-----+-----+--------+---------+------+---------+------------+-----+
 *   | first | cut   | cut    | MAC | MAC | number | network | kind | kept    | not        |  0  |
 *   | nanos | nanos | offset |     |     |        |         |      |         | captured   |     |
 *   +-------+-------+--------+-----+-----+--------+---------+------+---------+------------+-----+
 * </pre>
 *
 * <p>Of a flow that is not cut, all is kept that was captured; kept packets and bytes of both ends
 * are what was kept until it was cut, and control packets and headers since. A flow whose counts
 * come near their end gets a record, see {@link #isLarge}: the hand that looks for it is faster
 * than any link. The slots bound all addresses.
 */
final class FlowAccounts {
  static final int END_LENGTH = 16;
  static final int BYTES = 0;
  static final int PAYLOAD = 8;

  static final int FIRST_NANOS = 0;
  static final int CUT_NANOS = 8;
  static final int CUT_OFFSET = 16;
  static final int FIRST_END_MAC = 24;
  static final int SECOND_END_MAC = 32;
  static final int NUMBER = 40;

  /** Eight bytes as {@link FlowRecordLayout} has them from its VLAN on. */
  static final int NETWORK = 48;

  /** Eight bytes: tunnel, bits, ICMP type and code. */
  static final int KIND = 56;

  /** Shift of the bits of {@link FlowRecordLayout} in there. */
  static final int BITS_SHIFT = 8;

  private static final long IS_CUT = (long) FlowRecordLayout.IS_CUT << BITS_SHIFT;
  private static final int KEPT = 64;
  private static final int KEPT_BYTES = 8;
  private static final int NOT_CAPTURED = 96;

  private static final int COUNTS_SHIFT = 1; // of a slot's length
  private static final int FACTS_SHIFT = 1;
  private static final int BYTES_SHIFT = 9;
  private static final int PACKETS_LENGTH = 28;
  private static final long PACKETS_MASK = (1L << PACKETS_LENGTH) - 1;
  private static final long MANY_PACKETS = 1L << PACKETS_LENGTH - 1;
  private static final int FROM_SECOND_SHIFT = Integer.numberOfTrailingZeros(FROM_SECOND);
  private static final int QUOTES_SHIFT = Integer.numberOfTrailingZeros(QUOTES);
  private static final long PAYLOAD_MASK = -1L << PAYLOAD_SHIFT;
  private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED;

  private final MemorySegment counts; // stay alive with this
  private final MemorySegment facts;
  private final long slotsBase;
  private final long countsBase;
  private final long factsBase;
  private final long[] located;
  private long touched;

  /**
   * Empty accounts.
   *
   * @param slots memory of the slots
   * @param capacity packets of the largest batch
   * @param allocator gives zeroed memory, which must outlive the accounts
   */
  FlowAccounts(MemorySegment slots, int capacity, SegmentAllocator allocator) {
    counts = allocator.allocate(slots.byteSize() >>> COUNTS_SHIFT, FlowSlotLayout.LENGTH);
    facts = allocator.allocate(slots.byteSize() << FACTS_SHIFT, FlowSlotLayout.LENGTH);
    slotsBase = slots.address();
    countsBase = counts.address();
    factsBase = facts.address();
    located = new long[capacity];
  }

  /** Bytes of memory for so many slots. */
  static long byteSize(long count) {
    long slots = count * FlowSlotLayout.LENGTH;
    return (slots >>> COUNTS_SHIFT) + (slots << FACTS_SHIFT);
  }

  /** Where the counts beside a slot are. */
  private long counts(long slot) {
    return NativeMemory.address(countsBase + (slot - slotsBase >>> COUNTS_SHIFT));
  }

  /** Where the counts of an end are: 0 the first, 1 the second. */
  private long counts(long slot, int end) {
    return counts(slot) + (long) end * END_LENGTH;
  }

  /** Where the facts beside a slot are. */
  long facts(long slot) {
    return NativeMemory.address(factsBase + (slot - slotsBase << FACTS_SHIFT));
  }

  /**
   * Takes note of where the packets of a batch were located, and reads the counts there, so that
   * the cache misses overlap.
   */
  void locateLoop(FlowKeys keys, int count) {
    long[] words = keys.words();
    long sum = 0;
    for (int i = 0; i < count; i++) {
      long at = counts(FlowSlots.located(words, i << RECORD_SHIFT));
      located[i] = at;
      sum += ALL.get(LONG, at);
    }
    touched = sum; // so that the reads are not optimised away
  }

  /** Counts packets whose flows are where they were located. */
  void addLoop(int from, int to, FlowKeys keys, PacketBatch batch) {
    long[] words = keys.words();
    int[] wireLengths = batch.wireLengths;
    int[] caplens = batch.caplens;
    for (int i = from; i < to; i++) {
      int onWire = wireLengths[i];
      long payload = words[(i << RECORD_SHIFT) + FlowKeys.PAYLOAD];
      long at = NativeMemory.address(located[i]);
      add(at, payload, onWire);
      if (caplens[i] != onWire) {
        addNotCaptured(at, payload, onWire - caplens[i]);
      }
    }
  }

  private static void add(long counts, long payload, int onWire) {
    long at = counts + (end(payload) << 4);
    long bytes = ALL.get(LONG, at + BYTES) + ((long) onWire << BYTES_SHIFT);
    long packets =
        ALL.get(LONG, at + PAYLOAD)
            + ((payload & PAYLOAD_MASK) << PACKETS_LENGTH - PAYLOAD_SHIFT)
            + 1;
    ALL.set(LONG, at + BYTES, bytes | payload & TCP_FLAGS);
    ALL.set(LONG, at + PAYLOAD, packets);
  }

  /** The end that sent a packet with this word of {@link FlowKeys#PAYLOAD}. */
  private static long end(long payload) {
    return (payload >>> FROM_SECOND_SHIFT ^ payload >>> QUOTES_SHIFT) & 1;
  }

  private void addNotCaptured(long counts, long payload, int bytes) {
    long slot = slotsBase + (counts - countsBase << COUNTS_SHIFT);
    long at = facts(slot) + NOT_CAPTURED + (end(payload) << 3);
    ALL.set(LONG, at, ALL.get(LONG, at) + bytes);
  }

  /** Counts a packet of the flow in a slot, as in {@link #addLoop}. */
  void add(long slot, long payload, int onWire, int caplen) {
    long at = counts(slot);
    add(at, payload, onWire);
    addNotCaptured(at, payload, onWire - caplen);
  }

  /** A packet that was counted is kept although its flow is cut. */
  void keep(long slot, long payload, int caplen) {
    long at = facts(slot) + KEPT + (end(payload) << 4);
    ALL.set(LONG, at, ALL.get(LONG, at) + 1);
    ALL.set(LONG, at + KEPT_BYTES, ALL.get(LONG, at + KEPT_BYTES) + caplen);
  }

  /** Counts packets that were cut before they came. */
  void addCut(long slot, int end, long packets, long payload, long bytes) {
    long at = counts(slot, end);
    ALL.set(LONG, at + BYTES, ALL.get(LONG, at + BYTES) + (bytes << BYTES_SHIFT));
    long more = (payload << PACKETS_LENGTH) + packets;
    ALL.set(LONG, at + PAYLOAD, ALL.get(LONG, at + PAYLOAD) + more);
  }

  /**
   * The flow has reached its cutoff: what was captured so far is what was kept.
   *
   * @param offset payload bytes until then
   */
  void cut(long slot, long nanos, long offset) {
    long at = facts(slot);
    for (int end = 0; end < 2; end++) {
      long kept = at + KEPT + end * 16L;
      ALL.set(LONG, kept, packets(slot, end));
      ALL.set(LONG, kept + KEPT_BYTES, captured(slot, end));
    }
    ALL.set(LONG, at + CUT_NANOS, nanos);
    ALL.set(LONG, at + CUT_OFFSET, offset);
    ALL.set(LONG, at + KIND, ALL.get(LONG, at + KIND) | IS_CUT);
  }

  /** The flow has its budget anew. */
  void uncut(long slot) {
    long at = facts(slot);
    ALL.set(LONG, at + CUT_NANOS, 0);
    ALL.set(LONG, at + CUT_OFFSET, 0);
    ALL.set(LONG, at + KIND, ALL.get(LONG, at + KIND) & ~IS_CUT);
  }

  /** True if the flow has reached its cutoff. */
  boolean isCut(long slot) {
    return (ALL.get(LONG, facts(slot) + KIND) & IS_CUT) != 0;
  }

  /** Packets that an end has sent. */
  long packets(long slot, int end) {
    return ALL.get(LONG, counts(slot, end) + PAYLOAD) & PACKETS_MASK;
  }

  /** Their bytes on the wire. */
  long bytes(long slot, int end) {
    return ALL.get(LONG, counts(slot, end) + BYTES) >>> BYTES_SHIFT;
  }

  /** Their payload bytes. */
  long payload(long slot, int end) {
    return ALL.get(LONG, counts(slot, end) + PAYLOAD) >>> PACKETS_LENGTH;
  }

  /** All flags of TCP that it has set. */
  long flags(long slot, int end) {
    return ALL.get(LONG, counts(slot, end) + BYTES) & TCP_FLAGS;
  }

  /** Packets of an end that were kept. */
  long keptPackets(long slot, int end) {
    return isCut(slot) ? ALL.get(LONG, facts(slot) + KEPT + end * 16L) : packets(slot, end);
  }

  /** Bytes of them. */
  long keptBytes(long slot, int end) {
    long at = facts(slot) + KEPT + end * 16L + KEPT_BYTES;
    return isCut(slot) ? ALL.get(LONG, at) : captured(slot, end);
  }

  private long captured(long slot, int end) {
    return bytes(slot, end) - ALL.get(LONG, facts(slot) + NOT_CAPTURED + end * 8L);
  }

  /** Forgets what was counted, and what was kept. */
  void clearCounts(long slot) {
    ALL.asSlice(counts(slot), 2 * END_LENGTH).fill((byte) 0);
    ALL.asSlice(facts(slot) + KEPT, FlowSlotLayout.LENGTH).fill((byte) 0);
  }

  /** Forgets all that is known. */
  void clear(long slot) {
    clearCounts(slot);
    ALL.asSlice(facts(slot), KEPT).fill((byte) 0);
  }

  /** True if nothing was counted. */
  boolean isEmpty(long slot) {
    return packets(slot, 0) + packets(slot, 1) == 0;
  }

  /** True if the counts may soon have no room. */
  boolean isLarge(long slot) {
    long either = ALL.get(LONG, counts(slot) + PAYLOAD) | ALL.get(LONG, counts(slot, 1) + PAYLOAD);
    return either < 0 || (either & MANY_PACKETS) != 0;
  }

  /** A flow has moved to another slot. */
  void move(long from, long to) {
    MemorySegment.copy(ALL, counts(from), ALL, counts(to), 2 * END_LENGTH);
    MemorySegment.copy(ALL, facts(from), ALL, facts(to), 2L * FlowSlotLayout.LENGTH);
  }
}
