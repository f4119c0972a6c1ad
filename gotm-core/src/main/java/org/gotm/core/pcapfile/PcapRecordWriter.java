package org.gotm.core.pcapfile;

import java.lang.foreign.MemorySegment;
import org.gotm.core.source.PacketBatch;

/** Records of classic pcap: a header in front of the packet. Hot path. */
final class PcapRecordWriter extends RecordWriter {
  private final int nanosPerUnit;

  PcapRecordWriter(int snaplen, int nanosPerUnit) {
    super(snaplen, PcapRecordLayout.HEADER_LENGTH);
    this.nanosPerUnit = nanosPerUnit;
  }

  @Override
  public int recordLength(int caplen) {
    return PcapRecordLayout.HEADER_LENGTH + caplen;
  }

  @Override
  public int finish(
      MemorySegment to,
      long at,
      long timestampNanos,
      int caplen,
      int wireLength,
      PacketBatch batch,
      int index) {
    PcapRecordLayout.write(to, at, timestampNanos, nanosPerUnit, caplen, wireLength);
    return PcapRecordLayout.HEADER_LENGTH + caplen;
  }
}
