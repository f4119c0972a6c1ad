package org.gotm.store.index;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * Numbers in as few bits as they need, from the lowest bit of a byte on. Small ones are expected:
 * Rice's code has the bits above the lowest {@code k} as so many ones, Elias' gamma code the length
 * of the number so. One thread.
 */
final class Bits {
  /** So many ones instead say that a number follows as it is. */
  static final int MOST_ONES = 24;

  private static final VarHandle WORD =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  private final byte[] bytes;
  private int at;
  private int end;

  /**
   * Bits in an array.
   *
   * @param bytes has a word more than is used
   */
  Bits(byte[] bytes) {
    this.bytes = bytes;
    end = 8 * (bytes.length - Long.BYTES);
  }

  /** Goes to a bit, to write from there, or to read up to another. */
  void begin(int newAt, int newEnd) {
    at = newAt;
    end = newEnd;
  }

  /** Forgets what was written behind a bit. */
  void truncate(int newAt) {
    int first = newAt >>> 3;
    int used = newAt & 7;
    byte last = bytes[first];
    Arrays.fill(bytes, first, (at >>> 3) + 1, (byte) 0);
    bytes[first] = (byte) (last & (1 << used) - 1);
    at = newAt;
  }

  int at() {
    return at;
  }

  /** Writes the lowest {@code count} bits, of which there are no others. */
  void put(long value, int count) {
    int first = at >>> 3;
    WORD.set(bytes, first, (long) WORD.get(bytes, first) | value << (at & 7));
    at += count;
  }

  long get(int count) throws Sidecar.InvalidSidecarException {
    if (at + count > end) {
      throw new Sidecar.InvalidSidecarException("an entry is cut off");
    }
    long value = (long) WORD.get(bytes, at >>> 3) >>> (at & 7) & (1L << count) - 1;
    at += count;
    return value;
  }

  private void putOnes(int count) {
    put((1L << count) - 1, count + 1);
  }

  private int getOnes() throws Sidecar.InvalidSidecarException {
    long word = (long) WORD.get(bytes, at >>> 3) >>> (at & 7);
    int count = Long.numberOfTrailingZeros(~word);
    if (count > MOST_ONES || at + count >= end) {
      throw new Sidecar.InvalidSidecarException("a number is too long");
    }
    at += count + 1;
    return count;
  }

  /**
   * Writes a number in Rice's code.
   *
   * @param width bits that it may have
   */
  void putRice(long value, int k, int width) {
    long high = value >>> k;
    if (high < MOST_ONES) {
      putOnes((int) high);
      put(value & (1L << k) - 1, k);
    } else {
      putOnes(MOST_ONES);
      put(value, width);
    }
  }

  long getRice(int k, int width) throws Sidecar.InvalidSidecarException {
    int high = getOnes();
    return high < MOST_ONES ? (long) high << k | get(k) : get(width);
  }

  /** Writes a number of 1 or more in the gamma code. */
  void putGamma(int value) {
    int length = Integer.SIZE - 1 - Integer.numberOfLeadingZeros(value);
    putOnes(length);
    put(value - (1 << length), length);
  }

  int getGamma() throws Sidecar.InvalidSidecarException {
    int length = getOnes();
    return 1 << length | (int) get(length);
  }
}
