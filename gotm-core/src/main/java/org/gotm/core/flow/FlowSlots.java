package org.gotm.core.flow;

import static org.gotm.core.flow.FlowSlotLayout.ADDRESS_0;
import static org.gotm.core.flow.FlowSlotLayout.ADDRESS_1;
import static org.gotm.core.flow.FlowSlotLayout.ADDRESS_2;
import static org.gotm.core.flow.FlowSlotLayout.ADDRESS_3;
import static org.gotm.core.flow.FlowSlotLayout.DETAILS_LENGTH;
import static org.gotm.core.flow.FlowSlotLayout.LENGTH;
import static org.gotm.core.flow.FlowSlotLayout.LENGTH_SHIFT;
import static org.gotm.core.flow.FlowSlotLayout.META;
import static org.gotm.core.memory.NativeMemory.ALL;
import static org.gotm.core.packet.FlowKeys.FLOW;
import static org.gotm.core.packet.FlowKeys.HASH;
import static org.gotm.core.packet.FlowKeys.RECORD_SHIFT;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;
import java.lang.foreign.ValueLayout;
import org.gotm.core.memory.NativeMemory;
import org.gotm.core.packet.FlowKeys;

/**
 * Where flows are in the table: open addressing with linear probing, deletion by moving back what
 * probed past the hole. Hot path. One thread.
 *
 * <p>A slot is an address, and always within the table: the first slot plus a masked hash. A key is
 * the index of its record in {@link FlowKeys#words}.
 */
final class FlowSlots {
  private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED;
  private static final int LONGEST_SEARCH = 64;

  /**
   * With 16 slots a flow or more, at most one flow in 30 is not at home: that is not looked for.
   */
  private static final int SPARSE_SHIFT = 4;

  private final MemorySegment memory; // stays alive with this
  private final MemorySegment detailsMemory;
  private final long base;
  private final long detailsBase;
  private final long lastSlot;
  private final FlowKeys keys;
  private final FlowAccounts accounts;
  private final int[] elsewhere;
  private boolean isSparse;
  private long touched;
  private long probes;

  /**
   * Empty slots.
   *
   * @param count a power of two
   * @param hasAccounts true if there are {@link #accounts} beside them
   * @param allocator gives zeroed memory, which must outlive the slots
   */
  FlowSlots(long count, FlowKeys keys, boolean hasAccounts, SegmentAllocator allocator) {
    memory = allocator.allocate(count * LENGTH, LENGTH);
    detailsMemory = allocator.allocate(count * DETAILS_LENGTH, LENGTH);
    base = memory.address();
    detailsBase = detailsMemory.address();
    lastSlot = (count - 1) * LENGTH;
    this.keys = keys;
    accounts = hasAccounts ? new FlowAccounts(memory, keys.capacity(), allocator) : null;
    elsewhere = new int[keys.capacity()];
  }

  /** Bytes of memory for so many slots. */
  static long byteSize(long count) {
    return count * (LENGTH + DETAILS_LENGTH);
  }

  /** What is accounted of the flow in each slot; null if nothing is. */
  FlowAccounts accounts() {
    return accounts;
  }

  /** The first of them in memory. */
  long first() {
    return base;
  }

  /** How many there are. */
  long count() {
    return memory.byteSize() >>> LENGTH_SHIFT;
  }

  /** The slot behind this one, the first behind the last. */
  long next(long slot) {
    return NativeMemory.address(base + (slot - base + LENGTH & lastSlot));
  }

  private long home(long hash) {
    return NativeMemory.address(base + (hash << LENGTH_SHIFT & lastSlot));
  }

  /** The first slot where the key may be. */
  long homeOfKey(int key) {
    return home(keys.words()[key + HASH]);
  }

  /**
   * Looks for the slot of every packet in a batch, in such a way that the cache misses overlap: it
   * reads all homes before it needs one, and takes no branch that depends on what is there. The
   * answers are guesses, as flows come and go while the batch is worked on.
   *
   * <p>Writes the slot where each packet most probably is, or will be, into {@link FlowKeys#FLOW}.
   * While there are few flows, that is its home.
   *
   * @param flows how many flows there are
   */
  void locate(int count, int flows) {
    homeLoop(count);
    isSparse = flows <= count() >>> SPARSE_SHIFT;
    if (!isSparse) {
      locateElsewhere(count);
    }
  }

  private void locateElsewhere(int count) {
    int left = elsewhereLoop(count);
    for (int round = 0; left > 0 && round < LONGEST_SEARCH; round++) {
      probes += left;
      nextLoop(left);
      left = elsewhereLoop(left);
    }
  }

  /** Guesses that each packet is at home. */
  private void homeLoop(int count) {
    long[] words = keys.words();
    int[] misplaced = elsewhere;
    long sum = 0;
    for (int i = 0; i < count; i++) {
      int key = i << RECORD_SHIFT;
      long slot = home(words[key + HASH]);
      words[key + FLOW] = slot;
      misplaced[i] = i;
      sum += ALL.get(LONG, slot);
    }
    touched = sum; // so that the reads are not optimised away
  }

  /** Moves the guesses of the first {@code count} packets {@link #elsewhere} on by one slot. */
  private void nextLoop(int count) {
    long[] words = keys.words();
    int[] misplaced = elsewhere;
    long sum = 0;
    for (int k = 0; k < count; k++) {
      int guess = (misplaced[k] << RECORD_SHIFT) + FLOW;
      long slot = next(words[guess]);
      words[guess] = slot;
      sum += ALL.get(LONG, slot);
    }
    touched += sum;
  }

  /** Takes those out of the first {@code count} {@link #elsewhere} that are where they belong. */
  private int elsewhereLoop(int count) {
    long[] words = keys.words();
    int[] misplaced = elsewhere;
    int left = 0;
    for (int k = 0; k < count; k++) {
      int i = misplaced[k];
      misplaced[left] = i;
      left += isTakenByOther(words, i << RECORD_SHIFT);
    }
    return left;
  }

  /** 1 if another flow is in the slot that was guessed, 0 if it is empty or may be the packet's. */
  private static int isTakenByOther(long[] words, int key) {
    long slot = located(words, key);
    long meta = ALL.get(LONG, slot + META);
    long difference =
        meta ^ words[key] | ALL.get(LONG, slot + ADDRESS_0) ^ words[key + FlowKeys.ADDRESS_0];
    return (int) (((meta | -meta) & (difference | -difference)) >>> 63);
  }

  /** The slot that {@link #locate} found for a key. */
  static long located(long[] words, int key) {
    return NativeMemory.address(words[key + FLOW]);
  }

  /**
   * True if the flow in this slot has this key, or if the packet was not decoded and the slot is
   * empty. Of which family the packet is could not be foretold, so there is no branch for it.
   */
  static boolean holds(long slot, long[] words, int key) {
    long meta = words[key];
    long rest =
        ALL.get(LONG, slot + ADDRESS_1) ^ words[key + FlowKeys.ADDRESS_0 + 1]
            | ALL.get(LONG, slot + ADDRESS_2) ^ words[key + FlowKeys.ADDRESS_0 + 2]
            | ALL.get(LONG, slot + ADDRESS_3) ^ words[key + FlowKeys.ADDRESS_0 + 3];
    long difference =
        ALL.get(LONG, slot + META) ^ meta
            | ALL.get(LONG, slot + ADDRESS_0) ^ words[key + FlowKeys.ADDRESS_0]
            | rest & FlowKeys.restMask(meta);
    return difference == 0;
  }

  /** The slot of the key, or the empty one where it belongs. */
  long find(int key) {
    return find(keys.words(), key);
  }

  /** The slot of a key that was copied from a record, with its hash, or the empty one. */
  long find(long[] words, int key) {
    long slot = home(words[key + HASH]);
    while (!isEmpty(slot) && !holds(slot, words, key)) {
      slot = next(slot);
      probes += isSparse ? 1 : 0; // or else they were counted when it was located
    }
    return slot;
  }

  static boolean isEmpty(long slot) {
    return ALL.get(LONG, slot + META) == 0;
  }

  /** Where the details of the flow in a slot are. */
  long details(long slot) {
    boolean areInLine = accounts == null && FlowKeys.isOneWord(ALL.get(LONG, slot + META));
    return areInLine ? slot + ADDRESS_1 : detailsApart(slot);
  }

  private long detailsApart(long slot) {
    long index = slot - base >>> LENGTH_SHIFT;
    return NativeMemory.address(detailsBase + index * DETAILS_LENGTH);
  }

  /** Empties a slot without a look at others: when all of them are being emptied. */
  static void clear(long slot) {
    ALL.set(LONG, slot + META, 0);
  }

  /** Puts the key into an empty slot. */
  void occupy(long slot, int key) {
    long[] words = keys.words();
    long meta = words[key];
    ALL.set(LONG, slot + META, meta);
    ALL.set(LONG, slot + ADDRESS_0, words[key + FlowKeys.ADDRESS_0]);
    if (!FlowKeys.isOneWord(meta)) {
      ALL.set(LONG, slot + ADDRESS_1, words[key + FlowKeys.ADDRESS_0 + 1]);
      ALL.set(LONG, slot + ADDRESS_2, words[key + FlowKeys.ADDRESS_0 + 2]);
      ALL.set(LONG, slot + ADDRESS_3, words[key + FlowKeys.ADDRESS_0 + 3]);
    }
  }

  /**
   * Empties a slot, and moves flows that had probed past it back, so that no probe ends too early.
   */
  void delete(long slot) {
    long hole = slot;
    long next = next(slot);
    while (!isEmpty(next)) {
      long distanceFromHome = next - homeOf(next) & lastSlot;
      long distanceFromHole = next - hole & lastSlot;
      if (distanceFromHome >= distanceFromHole) {
        move(next, hole);
        hole = next;
      }
      next = next(next);
    }
    clear(hole);
  }

  private void move(long from, long to) {
    MemorySegment.copy(ALL, from, ALL, to, LENGTH);
    if (details(from) != from + ADDRESS_1) {
      MemorySegment.copy(ALL, detailsApart(from), ALL, detailsApart(to), DETAILS_LENGTH);
    }
    if (accounts != null) {
      accounts.move(from, to);
    }
  }

  /**
   * Copies the key of the flow in a slot.
   *
   * @param to gets meta and four words of addresses
   */
  static void copyKey(long slot, long[] to) {
    long meta = ALL.get(LONG, slot + META);
    long rest = FlowKeys.restMask(meta);
    to[FlowKeys.META] = meta;
    to[FlowKeys.ADDRESS_0] = ALL.get(LONG, slot + ADDRESS_0);
    to[FlowKeys.ADDRESS_0 + 1] = ALL.get(LONG, slot + ADDRESS_1) & rest;
    to[FlowKeys.ADDRESS_0 + 2] = ALL.get(LONG, slot + ADDRESS_2) & rest;
    to[FlowKeys.ADDRESS_0 + 3] = ALL.get(LONG, slot + ADDRESS_3) & rest;
  }

  private long homeOf(long slot) {
    long meta = ALL.get(LONG, slot + META);
    long address0 = ALL.get(LONG, slot + ADDRESS_0);
    long hash =
        FlowKeys.isOneWord(meta)
            ? keys.hash(address0, meta)
            : keys.hash(
                address0,
                ALL.get(LONG, slot + ADDRESS_1),
                ALL.get(LONG, slot + ADDRESS_2),
                ALL.get(LONG, slot + ADDRESS_3),
                meta);
    return home(hash);
  }

  /** Slots looked at beyond the first for each packet. */
  long probes() {
    return probes;
  }
}
