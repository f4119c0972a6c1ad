package org.gotm.ffm.kernelcut;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;
import org.gotm.core.packet.FlowKeys;

/**
 * Tells the program quickly that a flow is not cut: a bit for each hash of both ends, in memory
 * that the kernel and the recorder both have and that a processor's cache can hold. It is 0 if no
 * flow with the hash is cut, so that the far larger tables need not be asked. One thread.
 *
 * <p>The hash is the same in both directions, and easy to meet for who wants to: that costs time
 * and nothing else.
 */
final class CutSieve {
  static final int LENGTH = 1 << 14;

  /** Shift from a product to the number of a bit. */
  static final int HASH_SHIFT = Long.SIZE - 17;

  /** Spreads sums that are near each other over all bits. */
  static final long FACTOR = 0x9e3779b97f4a7c15L;

  static final int UPPER_FACTOR = 31;

  /** Shift of IPv6 ports, away from the bits in which addresses differ. */
  static final int PORT_SHIFT = 40;

  private static final VarHandle LONG = JAVA_LONG.varHandle();
  private static final int MOST = 0xffff;

  private final MemorySegment memory;
  private final char[] flows = new char[LENGTH * Byte.SIZE];

  /** Writes to this memory, which is 0. */
  CutSieve(MemorySegment memory) {
    this.memory = memory;
  }

  /** The flow with this key is cut from now on. */
  void add(long meta, long a0, long a1, long a2, long a3) {
    int hash = hash(meta, a0, a1, a2, a3);
    if (flows[hash] == 0) {
      set(hash, word(hash) | 1L << hash);
    }
    if (flows[hash] < MOST) {
      flows[hash]++;
    }
  }

  /** A flow that was added is not cut any more. Where too many met, the bit stays for ever. */
  void remove(long meta, long a0, long a1, long a2, long a3) {
    int hash = hash(meta, a0, a1, a2, a3);
    if (flows[hash] < MOST && --flows[hash] == 0) {
      set(hash, word(hash) & ~(1L << hash));
    }
  }

  /** False if the flow with this key is not cut. */
  boolean mayHave(long meta, long a0, long a1, long a2, long a3) {
    int hash = hash(meta, a0, a1, a2, a3);
    return (word(hash) >>> hash & 1) != 0;
  }

  private long word(int hash) {
    return memory.get(JAVA_LONG, offset(hash));
  }

  private void set(int hash, long word) {
    LONG.setOpaque(memory, offset(hash), word);
  }

  private static long offset(int hash) {
    return (long) (hash >>> 6) << 3;
  }

  /** Which bit is that of a flow with this key. */
  static int hash(long meta, long a0, long a1, long a2, long a3) {
    long first = meta >>> 48;
    long second = meta >>> 32 & 0xffff;
    long sum =
        FlowKeys.isOneWord(meta)
            ? (a0 >>> 32 << 16 | first) + ((a0 & 0xffff_ffffL) << 16 | second)
            : (a0 + a2) * UPPER_FACTOR + a1 + a3 + (first + second << PORT_SHIFT);
    return (int) (sum * FACTOR >>> HASH_SHIFT);
  }
}
