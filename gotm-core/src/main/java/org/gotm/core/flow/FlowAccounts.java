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
 * What a {@link FlowRecord} tells of each flow and the table does not need: counts that are written
 * with every packet, and facts, which seldom are. Hot path. One thread.
 *
 * <pre>
 *   0              8              16                  24
 *   +--------------+--------------+-------------------+
 *   | bytes  flags | bytes  flags | payload   packets |
 *   |  55      9   | of the       | of the   36   28  |
 *   | of the first | second end   | second end        |
 *   +--------------+--------------+-------------------+
 *   0       8       16       24    32    40       48        56     64        96         112      128
 *   +-------+-------+--------+-----+-----+--------+---------+------+---------+----------+---------+
 *   | first | cut   | cut    | MAC | MAC | number | network | kind | kept    | not      | packets,|
 *   | nanos | nanos | offset |     |     |        |         |      |         | captured | payload |
 *   +-------+-------+--------+-----+-----+--------+---------+------+---------+----------+---------+
 * </pre>
 *
 * <p>The counts of an IPv4 flow are in the line of its slot, where the details would be without
 * records; those of others in a place of their own. What they do not tell of the first end is what
 * the slot has of both; packets and payload at the end of the facts are what it had when the record
 * began. Of a flow that is not cut, all is kept that was captured; kept packets and bytes of both
 * ends are what was kept until it was cut, and control packets and headers since.
 *
 * <p>A flow whose counts come near their end gets a record soon, see {@link #takeLarge}. The slots
 * bound all addresses.
 */
final class FlowAccounts {
  private static final int COUNTS_LENGTH = 24;
  private static final int BYTES = 0; // of the first end, then of the second
  private static final int PAYLOAD = 16;

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
  private static final int PACKETS_BEFORE = 112;
  private static final int PAYLOAD_BEFORE = 120;

  private static final int FACTS_SHIFT = 1; // of a slot's length
  private static final int FACTS_LENGTH = FlowSlotLayout.LENGTH << FACTS_SHIFT;
  private static final int BYTES_SHIFT = 9;
  private static final int PACKETS_LENGTH = 28;
  private static final long PACKETS_MASK = (1L << PACKETS_LENGTH) - 1;
  private static final long LARGE = 1L << 63 | 1L << PACKETS_LENGTH - 1;
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
  private long large;

  /**
   * Empty accounts.
   *
   * @param slots memory of the slots
   * @param capacity packets of the largest batch
   * @param allocator gives zeroed memory, which must outlive the accounts
   */
  FlowAccounts(MemorySegment slots, int capacity, SegmentAllocator allocator) {
    long count = slots.byteSize() >>> FlowSlotLayout.LENGTH_SHIFT;
    counts = allocator.allocate(count * COUNTS_LENGTH, FlowSlotLayout.LENGTH);
    facts = allocator.allocate(count * FACTS_LENGTH, FlowSlotLayout.LENGTH);
    slotsBase = slots.address();
    countsBase = counts.address();
    factsBase = facts.address();
    located = new long[capacity];
  }

  /** Bytes of memory for so many slots. */
  static long byteSize(long count) {
    return count * (COUNTS_LENGTH + FACTS_LENGTH);
  }

  /** Where the counts of the flow in a slot are. */
  private long counts(long slot) {
    return counts(slot, ALL.get(LONG, slot + FlowSlotLayout.META));
  }

  /** Likewise, without a branch. */
  private long counts(long slot, long meta) {
    long inLine = slot + FlowSlotLayout.ADDRESS_1;
    return NativeMemory.address(inLine + (countsApart(slot) - inLine & FlowKeys.restMask(meta)));
  }

  private long countsApart(long slot) {
    return countsBase + (slot - slotsBase >>> FlowSlotLayout.LENGTH_SHIFT) * COUNTS_LENGTH;
  }

  /** Where the facts beside a slot are. */
  long facts(long slot) {
    return NativeMemory.address(factsBase + (slot - slotsBase << FACTS_SHIFT));
  }

  /** Takes note of where the packets of a batch were located. */
  void locateLoop(FlowKeys keys, int count) {
    long[] words = keys.words();
    for (int i = 0; i < count; i++) {
      located[i] = FlowSlots.located(words, i << RECORD_SHIFT);
    }
  }

  /**
   * Counts packets whose flows are where they were located.
   *
   * @param flows of the packets: when they are cut, it does not matter what was captured
   */
  void addLoop(int from, int to, FlowKeys keys, PacketBatch batch, BatchFlows flows) {
    long[] words = keys.words();
    int[] wireLengths = batch.wireLengths;
    int[] caplens = batch.caplens;
    for (int i = from; i < to; i++) {
      int key = i << RECORD_SHIFT;
      int onWire = wireLengths[i];
      long payload = words[key + FlowKeys.PAYLOAD];
      long slot = NativeMemory.address(located[i]);
      add(slot, counts(slot, words[key]), payload, onWire);
      if (caplens[i] != onWire && !flows.isAfterCut(i)) {
        addNotCaptured(slot, payload, onWire - caplens[i]);
      }
    }
  }

  private void add(long slot, long counts, long payload, int onWire) {
    long end = end(payload);
    long at = counts + BYTES + (end << 3);
    long bytes = ALL.get(LONG, at) + ((long) onWire << BYTES_SHIFT);
    long packet = ((payload & PAYLOAD_MASK) << PACKETS_LENGTH - PAYLOAD_SHIFT) + 1;
    ALL.set(LONG, at, bytes | payload & TCP_FLAGS);
    long packets = ALL.get(LONG, counts + PAYLOAD) + (packet & -end);
    ALL.set(LONG, counts + PAYLOAD, packets);
    if ((packets & LARGE) != 0) {
      large = slot;
    }
  }

  /** The end that sent a packet with this word of {@link FlowKeys#PAYLOAD}. */
  private static long end(long payload) {
    return (payload >>> FROM_SECOND_SHIFT ^ payload >>> QUOTES_SHIFT) & 1;
  }

  private void addNotCaptured(long slot, long payload, int bytes) {
    long at = facts(slot) + NOT_CAPTURED + (end(payload) << 3);
    ALL.set(LONG, at, ALL.get(LONG, at) + bytes);
  }

  /** Counts a packet of the flow in a slot, as in {@link #addLoop}. */
  void add(long slot, long payload, int onWire, int caplen) {
    add(slot, counts(slot), payload, onWire);
    addNotCaptured(slot, payload, onWire - caplen);
  }

  /** A packet that was counted is kept although its flow is cut. */
  void keep(long slot, long payload, int caplen) {
    long at = facts(slot) + KEPT + (end(payload) << 4);
    ALL.set(LONG, at, ALL.get(LONG, at) + 1);
    ALL.set(LONG, at + KEPT_BYTES, ALL.get(LONG, at + KEPT_BYTES) + caplen);
  }

  /** Counts packets that were cut before they came, and are counted in the slot. */
  void addCut(long slot, int end, long packets, long payload, long bytes) {
    long counts = counts(slot);
    long at = counts + BYTES + end * 8L;
    ALL.set(LONG, at, ALL.get(LONG, at) + (bytes << BYTES_SHIFT));
    if (end != 0) {
      long more = (payload << PACKETS_LENGTH) + packets;
      long word = ALL.get(LONG, counts + PAYLOAD) + more;
      ALL.set(LONG, counts + PAYLOAD, word);
      large = (word & LARGE) == 0 ? large : slot;
    }
  }

  /** The slot of a flow whose counts may soon have no room, when all is counted; 0 for none. */
  long takeLarge() {
    long taken = large;
    large = 0;
    return taken;
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
    long second = ALL.get(LONG, counts(slot) + PAYLOAD) & PACKETS_MASK;
    return end == 0 ? bothPackets(slot) - second : second;
  }

  private long bothPackets(long slot) {
    return FlowSlotLayout.packets(ALL.get(LONG, slot + FlowSlotLayout.PACKETS))
        - ALL.get(LONG, facts(slot) + PACKETS_BEFORE);
  }

  /** Their payload bytes. */
  long payload(long slot, int end) {
    long second = ALL.get(LONG, counts(slot) + PAYLOAD) >>> PACKETS_LENGTH;
    long both =
        FlowSlotLayout.bytes(ALL.get(LONG, slot + FlowSlotLayout.BYTES))
            - ALL.get(LONG, facts(slot) + PAYLOAD_BEFORE);
    return end == 0 ? both - second : second;
  }

  /** Their bytes on the wire. */
  long bytes(long slot, int end) {
    return ALL.get(LONG, counts(slot) + BYTES + end * 8L) >>> BYTES_SHIFT;
  }

  /** All flags of TCP that it has set. */
  long flags(long slot, int end) {
    return ALL.get(LONG, counts(slot) + BYTES + end * 8L) & TCP_FLAGS;
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

  /** Forgets what was counted, and what was kept: a record begins. */
  void clearCounts(long slot) {
    clear(counts(slot), COUNTS_LENGTH);
    long at = facts(slot);
    clear(at + KEPT, PACKETS_BEFORE - KEPT);
    long packets = FlowSlotLayout.packets(ALL.get(LONG, slot + FlowSlotLayout.PACKETS));
    ALL.set(LONG, at + PACKETS_BEFORE, packets);
    long payload = FlowSlotLayout.bytes(ALL.get(LONG, slot + FlowSlotLayout.BYTES));
    ALL.set(LONG, at + PAYLOAD_BEFORE, payload);
  }

  /** Forgets all that is known: a flow begins. */
  void clear(long slot) {
    clearCounts(slot);
    clear(facts(slot), KEPT);
  }

  private static void clear(long from, int length) {
    for (int at = 0; at < length; at += Long.BYTES) {
      ALL.set(LONG, from + at, 0);
    }
  }

  /** True if nothing was counted. */
  boolean isEmpty(long slot) {
    return bothPackets(slot) == 0;
  }

  /** A flow has moved to another slot. */
  void move(long from, long to) {
    MemorySegment.copy(ALL, countsApart(from), ALL, countsApart(to), COUNTS_LENGTH);
    MemorySegment.copy(ALL, facts(from), ALL, facts(to), FACTS_LENGTH);
  }
}
