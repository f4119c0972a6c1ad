package org.gotm.core.pcapfile;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * A record of a pcap file, in the byte order of this machine.
 *
 * <pre>
 *   0      4      8        12       16
 *   +------+------+--------+--------+------------------
 *   | sec  | frac | caplen | length | caplen bytes ...
 *   +------+------+--------+--------+------------------
 * </pre>
 *
 * <p>Seconds are unsigned, good to 2106; frac is micro- or nanoseconds as the file's magic says;
 * data is not padded. Source: draft-ietf-opsawg-pcap.
 */
public final class PcapRecordLayout {
  /** Bytes before the packet's own. */
  public static final int HEADER_LENGTH = 16;

  /** Offset of the seconds since 1970, u32. */
  public static final int SECONDS_OFFSET = 0;

  /** Offset of the fraction of the second, u32. */
  public static final int FRACTION_OFFSET = 4;

  /** Offset of the number of bytes that follow, u32. */
  public static final int CAPLEN_OFFSET = 8;

  /** Offset of the number of bytes on the wire, u32. */
  public static final int LENGTH_OFFSET = 12;

  private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED;
  private static final long NANOS_A_SECOND = 1_000_000_000;

  private PcapRecordLayout() {}

  /** Writes a header at {@code at}; a fraction is {@code nanos / nanosPerUnit}. Hot path. */
  public static void write(
      MemorySegment to,
      long at,
      long timestampNanos,
      int nanosPerUnit,
      int caplen,
      int wireLength) {
    long seconds = timestampNanos / NANOS_A_SECOND;
    int nanos = (int) (timestampNanos - seconds * NANOS_A_SECOND);
    to.set(INT, at + SECONDS_OFFSET, (int) seconds);
    to.set(INT, at + FRACTION_OFFSET, nanosPerUnit == 1 ? nanos : nanos / nanosPerUnit);
    to.set(INT, at + CAPLEN_OFFSET, caplen);
    to.set(INT, at + LENGTH_OFFSET, wireLength);
  }

  /** The time of the record at {@code at}, in nanoseconds since 1970. */
  public static long timestampNanos(MemorySegment from, long at, int nanosPerUnit) {
    return Integer.toUnsignedLong(from.get(INT, at + SECONDS_OFFSET)) * NANOS_A_SECOND
        + Integer.toUnsignedLong(from.get(INT, at + FRACTION_OFFSET)) * nanosPerUnit;
  }

  /** The captured length of the record at {@code at}. */
  public static int caplen(MemorySegment from, long at) {
    return from.get(INT, at + CAPLEN_OFFSET);
  }

  /** The length on the wire of the packet at {@code at}. */
  public static int wireLength(MemorySegment from, long at) {
    return from.get(INT, at + LENGTH_OFFSET);
  }
}
