package org.gotm.core.pcapfile;

/**
 * An interface of a pcapng section: what its packets begin with, and how its clock is read. Hot
 * path. Immutable.
 */
final class PcapngInterface {
  /** The value of if_tsresol if there is none: microseconds. */
  static final int DEFAULT_RESOLUTION = 6;

  private static final int BINARY = 0x80;
  private static final int NANO_EXPONENT = 9;
  private static final int MAX_DECIMAL_EXPONENT = 19;
  private static final int MAX_BINARY_EXPONENT = 63;
  private static final long NANOS_A_SECOND = 1_000_000_000;
  private static final long MAX_SECONDS = 0xffff_ffffL;

  private final int linkType;
  private final long snaplen;
  private final boolean isBinary;
  private final int exponent;
  private final long unitsASecond;
  private final long scale;
  private final long offsetSeconds;

  /**
   * An interface as its block tells.
   *
   * @param linkType LINKTYPE_ value
   * @param snaplen bytes that are captured of a packet, 0 for all
   * @param resolution if_tsresol: with the top bit a power of 2, else of 10; see {@link #isFit}
   * @param offsetSeconds what to add to all times
   */
  PcapngInterface(int linkType, long snaplen, int resolution, long offsetSeconds) {
    this.linkType = linkType;
    this.snaplen = snaplen;
    isBinary = (resolution & BINARY) != 0;
    exponent = resolution & ~BINARY;
    unitsASecond = isBinary ? 0 : powerOfTen(exponent);
    scale = powerOfTen(Math.abs(NANO_EXPONENT - exponent));
    this.offsetSeconds = offsetSeconds;
  }

  /** Whether a second of such units fits into the 64 bits of a time stamp. */
  static boolean isFit(int resolution) {
    return (resolution & BINARY) != 0
        ? (resolution & ~BINARY) <= MAX_BINARY_EXPONENT
        : resolution <= MAX_DECIMAL_EXPONENT;
  }

  private static long powerOfTen(int exponent) {
    long power = 1;
    for (int i = 0; i < exponent; i++) {
      power *= 10;
    }
    return power;
  }

  int linkType() {
    return linkType;
  }

  /** The captured length of a packet of so many bytes, where nothing else tells it. */
  long caplen(long wireLength) {
    return snaplen == 0 ? wireLength : Math.min(wireLength, snaplen);
  }

  /**
   * Nanoseconds since 1970 of a time stamp, which is unsigned; what pcap cannot tell becomes the
   * first or the last moment that it can.
   */
  long timestampNanos(long units) {
    long seconds = isBinary ? units >>> exponent : Long.divideUnsigned(units, unitsASecond);
    long nanos = isBinary ? binaryNanos(units) : decimalNanos(units - seconds * unitsASecond);
    long sum = seconds + offsetSeconds;
    if (isBeyond(seconds, sum)) {
      return MAX_SECONDS * NANOS_A_SECOND + NANOS_A_SECOND - 1;
    }
    return sum < 0 ? 0 : sum * NANOS_A_SECOND + nanos;
  }

  /** Whether an unsigned time and the offset, which may be negative, are too late for pcap. */
  private boolean isBeyond(long seconds, long sum) {
    boolean overflowed = seconds < 0 ? offsetSeconds >= 0 || sum < 0 : offsetSeconds > 0 && sum < 0;
    return overflowed || sum > MAX_SECONDS;
  }

  private long decimalNanos(long fraction) {
    return exponent <= NANO_EXPONENT ? fraction * scale : Long.divideUnsigned(fraction, scale);
  }

  private long binaryNanos(long units) {
    if (exponent == 0) {
      return 0;
    }
    long fraction = units & (1L << exponent) - 1;
    return Math.unsignedMultiplyHigh(fraction, NANOS_A_SECOND) << Long.SIZE - exponent
        | fraction * NANOS_A_SECOND >>> exponent;
  }
}
