package org.gotm.core.memory;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static org.gotm.core.memory.NativeMemory.ALL;

/**
 * Brings the headers of a chain of packets into the cache before they are read. Hot path. One
 * thread.
 *
 * <p>Each header says where the next one is, so whoever follows them waits for the memory at every
 * packet, 80 to 100 ns. This follows them from several places at once, and the waits overlap. Where
 * a header is in the middle of the chain it guesses, by what headers look like. A wrong guess costs
 * time and nothing else: all reads are within the bounds given, and nothing is told to the reader.
 */
public abstract class ChainPrefetch {
  private static final int WALKS = 8;
  private static final int LONGEST_SEARCH = 4096;
  private static final long LOW_WORD = 0xffff_ffffL;
  private static final int LINE = 64;
  private static final int LONGEST_DENSE = 4 * LINE;

  private final int lengthOffset;
  private final int addedLength;
  private final int alignment;
  private final int lastTouched;
  private final long[] walks = new long[WALKS];
  private final long[] ends = new long[WALKS];
  private long touched;
  private long searched;

  /**
   * Nothing touched yet.
   *
   * @param lengthOffset where in a header the 32-bit length is that leads to the next header
   * @param addedLength what to add to this length; a length of 0 in all ends the chain
   * @param alignment of headers, a power of two
   * @param lastTouched offset of the last byte wanted of each packet, from 64 to 191
   */
  protected ChainPrefetch(int lengthOffset, int addedLength, int alignment, int lastTouched) {
    this.lengthOffset = lengthOffset;
    this.addedLength = addedLength;
    this.alignment = alignment;
    this.lastTouched = lastTouched;
  }

  /**
   * Remembers what the header at the beginning of a chain looks like.
   *
   * @param first address of a header, of which as many bytes may be read as are touched
   */
  protected abstract void learn(long first);

  /** True if what is at this address might be a header of the same chain. */
  protected abstract boolean looksLikeHeader(long at);

  /**
   * Touches the headers of a chain.
   *
   * @param first address of the first header
   * @param end address behind the last byte that may be touched
   * @param packets how many there are, roughly
   */
  public final void touch(long first, long end, long packets) {
    if (isDense(end - first, packets)) {
      touched += touchLoop(first, end);
    } else {
      long last = end - lastTouched - 1;
      walkLoop(begin(first, last, (end - first) / Math.max(packets, 1)), last);
    }
  }

  /** True if packets are so small that {@link #touch} reads all of their bytes. */
  public static boolean isDense(long bytes, long packets) {
    return bytes <= packets * LONGEST_DENSE;
  }

  /** Reads every cache line: where packets are so small that few could be left out. */
  private static long touchLoop(long first, long end) {
    int lines = (int) ((end - first) / LINE);
    long sum = 0;
    for (int i = 0; i < lines; i++) {
      sum += ALL.get(JAVA_BYTE, NativeMemory.address(first + (long) i * LINE));
    }
    return sum;
  }

  /** Follows the chain from as many places as were found, up to {@code last}. */
  private void walkLoop(int count, long last) {
    long[] at = walks;
    long[] until = ends;
    long sum = 0;
    boolean going = true;
    while (going) {
      going = false;
      for (int i = 0; i < count; i++) {
        if (at[i] < until[i]) {
          long packet = NativeMemory.address(at[i]);
          long next = (ALL.get(JAVA_INT_UNALIGNED, packet + lengthOffset) & LOW_WORD) + addedLength;
          sum += ALL.get(JAVA_BYTE, packet + LINE);
          sum += ALL.get(JAVA_BYTE, packet + lastTouched);
          at[i] = next == 0 ? last : packet + next;
          going = true;
        }
      }
    }
    touched += sum;
  }

  /**
   * Finds where to start: at the first header, and at what looks like one further on. The bytes
   * where it most probably is are touched before, at all places at once.
   */
  private int begin(long first, long last, long averageLength) {
    if (first > last) {
      return 0;
    }
    learn(first);
    long part = (last - first) / WALKS & -alignment;
    for (int i = 1; i < WALKS; i++) {
      long from = first + i * part;
      searched += touchLoop(from, from + Math.min(part, averageLength));
    }
    int count = 0;
    walks[count++] = first;
    for (int i = 1; i < WALKS; i++) {
      long from = first + i * part;
      long to = from + Math.min(part, LONGEST_SEARCH);
      long at = from;
      while (at < to && !looksLikeHeader(NativeMemory.address(at))) {
        at += alignment;
      }
      if (at < to) {
        ends[count - 1] = at;
        walks[count++] = at;
      }
    }
    ends[count - 1] = last;
    return count;
  }

  /** Something made of all bytes touched, so that the compiler cannot leave the reads out. */
  public final long touched() {
    return touched;
  }
}
