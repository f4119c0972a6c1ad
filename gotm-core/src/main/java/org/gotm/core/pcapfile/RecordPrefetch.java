package org.gotm.core.pcapfile;

import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static org.gotm.core.memory.NativeMemory.ALL;

import org.gotm.core.memory.ChainPrefetch;

/** Brings the record headers of a pcap file, and the packets' own, into the cache. Hot path. */
final class RecordPrefetch extends ChainPrefetch {
  private static final int LONGEST_SEEN = 1 << 16;

  // A frame's own headers, up to TCP over IPv4 or IPv6, end in this byte of the record.
  private static final int LAST_TOUCHED = 95;

  private int seconds;

  /** Records with a header of so many bytes. */
  RecordPrefetch(int recordHeaderLength) {
    super(PcapRecordLayout.CAPLEN_OFFSET, recordHeaderLength, 1, LAST_TOUCHED);
  }

  @Override
  protected void learn(long first) {
    seconds = ALL.get(JAVA_INT_UNALIGNED, first);
  }

  @Override
  protected boolean looksLikeHeader(long at) {
    if (ALL.get(JAVA_INT_UNALIGNED, at) - seconds >>> 1 != 0) {
      return false;
    }
    int caplen = ALL.get(JAVA_INT_UNALIGNED, at + PcapRecordLayout.CAPLEN_OFFSET);
    int wireLength = ALL.get(JAVA_INT_UNALIGNED, at + PcapRecordLayout.LENGTH_OFFSET);
    return caplen - 1 >= 0 && caplen <= wireLength && caplen < LONGEST_SEEN;
  }
}
