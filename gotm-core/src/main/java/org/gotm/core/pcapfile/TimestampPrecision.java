package org.gotm.core.pcapfile;

/** How fine the time stamps of a pcap file are. */
public enum TimestampPrecision {
  /** Microseconds, magic a1b2c3d4: every reader knows it. */
  MICRO(PcapHeaderLayout.MAGIC_MICROS, 1000),
  /** Nanoseconds, magic a1b23c4d. */
  NANO(PcapHeaderLayout.MAGIC_NANOS, 1);

  private final int magic;
  private final int nanosPerUnit;

  TimestampPrecision(int magic, int nanosPerUnit) {
    this.magic = magic;
    this.nanosPerUnit = nanosPerUnit;
  }

  /** The first four bytes of a file header, as a native int. */
  public int magic() {
    return magic;
  }

  /** Nanoseconds in one unit of a record's fraction. */
  public int nanosPerUnit() {
    return nanosPerUnit;
  }

  /** How many decimal places of a second a unit is: 6 or 9. */
  int negativePowerOfTen() {
    return this == NANO ? 9 : 6;
  }
}
