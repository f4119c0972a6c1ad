package org.gotm.store.compress;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.gotm.core.pcapfile.PcapFileSource;
import org.gotm.core.pcapfile.PcapHeaderLayout;
import org.gotm.core.pcapfile.PcapRecordLayout;
import org.gotm.store.api.FinishedFile;

/**
 * Reads through the bytes of a pcap file, piece by piece, to find where its last whole record ends.
 * Knows all the magics, since a leftover may be another program's. One thread.
 *
 * <p>A record of wire length 0 is believed only if a record with a length follows: an unwritten end
 * of a file is all zeros, and zeros would read as such records. One with a billion nanoseconds or
 * more, which readers accept, is believed only if a record without fault follows, or the file ends
 * with it.
 */
final class RecordScanner {
  private static final int MODIFIED_RECORD_HEADER_LENGTH = 24;
  private static final int LINK_TYPE_RESERVED = 0x03ff_0000;
  private static final long NANOS_A_SECOND = 1_000_000_000;

  private final ByteBuffer header = ByteBuffer.allocate(PcapHeaderLayout.LENGTH);
  private int recordHeaderLength = PcapRecordLayout.HEADER_LENGTH;
  private long fractionLimit;
  private boolean headerSeen;
  private String damage;
  private long offset;
  private long toSkip;
  private long wholeEnd;
  private long records;
  private long firstTimestampNanos = FinishedFile.NO_TIME;
  private long lastTimestampNanos;
  private long doubtfulRecords;
  private boolean doubtful;
  private boolean zero;
  private long timestampNanos;

  /** Reads on; stops at damage. */
  void scan(ByteBuffer bytes) {
    while (bytes.hasRemaining() && damage == null) {
      if (toSkip > 0) {
        skip(bytes);
      } else {
        fillHeader(bytes);
      }
    }
  }

  private void skip(ByteBuffer bytes) {
    int n = (int) Math.min(toSkip, bytes.remaining());
    bytes.position(bytes.position() + n);
    offset += n;
    toSkip -= n;
    if (toSkip == 0) {
      endRecord();
    }
  }

  private void fillHeader(ByteBuffer bytes) {
    header.limit(headerSeen ? recordHeaderLength : PcapHeaderLayout.LENGTH);
    int n = Math.min(header.remaining(), bytes.remaining());
    header.put(header.position(), bytes, bytes.position(), n).position(header.position() + n);
    bytes.position(bytes.position() + n);
    offset += n;
    if (!headerSeen && header.position() >= Integer.BYTES && !readMagic()) {
      damage = "not a pcap file";
    } else if (!header.hasRemaining()) {
      header.clear();
      endHeader();
    }
  }

  private void endHeader() {
    if (headerSeen) {
      beginRecord();
    } else {
      endFileHeader();
    }
  }

  /**
   * Refuses what libpcap refuses: other versions than 2.0 to 2.4, reserved bits of the link type.
   */
  private void endFileHeader() {
    int major = Short.toUnsignedInt(header.getShort(PcapHeaderLayout.MAJOR_OFFSET));
    int minor = Short.toUnsignedInt(header.getShort(PcapHeaderLayout.MINOR_OFFSET));
    int linkType = header.getInt(PcapHeaderLayout.LINKTYPE_OFFSET);
    if (major != 2 || minor > 4 || (linkType & LINK_TYPE_RESERVED) != 0) {
      damage = "a file header of version %d.%d and link type %#x".formatted(major, minor, linkType);
      return;
    }
    headerSeen = true;
    wholeEnd = offset;
  }

  private boolean readMagic() {
    return readMagic(ByteOrder.LITTLE_ENDIAN) || readMagic(ByteOrder.BIG_ENDIAN);
  }

  private boolean readMagic(ByteOrder order) {
    int magic = header.order(order).getInt(PcapHeaderLayout.MAGIC_OFFSET);
    fractionLimit = magic == PcapHeaderLayout.MAGIC_NANOS ? NANOS_A_SECOND : NANOS_A_SECOND / 1000;
    if (magic == PcapHeaderLayout.MAGIC_MODIFIED) {
      recordHeaderLength = MODIFIED_RECORD_HEADER_LENGTH;
    }
    return magic == PcapHeaderLayout.MAGIC_NANOS
        || magic == PcapHeaderLayout.MAGIC_MICROS
        || magic == PcapHeaderLayout.MAGIC_MODIFIED;
  }

  private void beginRecord() {
    long caplen = Integer.toUnsignedLong(header.getInt(PcapRecordLayout.CAPLEN_OFFSET));
    long fraction = Integer.toUnsignedLong(header.getInt(PcapRecordLayout.FRACTION_OFFSET));
    boolean nanos = fractionLimit == NANOS_A_SECOND;
    if (caplen > PcapFileSource.MAX_CAPLEN || !nanos && fraction >= fractionLimit) {
      damage = "no record at offset " + (offset - recordHeaderLength);
      return;
    }
    zero = header.getInt(PcapRecordLayout.LENGTH_OFFSET) == 0;
    doubtful = zero || fraction >= fractionLimit;
    timestampNanos =
        Integer.toUnsignedLong(header.getInt(PcapRecordLayout.SECONDS_OFFSET)) * NANOS_A_SECOND
            + fraction * (NANOS_A_SECOND / fractionLimit);
    toSkip = caplen;
    if (caplen == 0) {
      endRecord();
    }
  }

  private void endRecord() {
    doubtfulRecords++;
    if (!doubtful) {
      believe();
    }
  }

  private void believe() {
    records += doubtfulRecords;
    doubtfulRecords = 0;
    wholeEnd = offset;
    lastTimestampNanos = timestampNanos;
    if (firstTimestampNanos == FinishedFile.NO_TIME) {
      firstTimestampNanos = timestampNanos;
    }
  }

  /** Says that no more bytes follow. */
  void end() {
    boolean betweenRecords = headerSeen && toSkip == 0 && header.position() == 0;
    if (damage == null && betweenRecords && doubtfulRecords > 0 && !zero) {
      believe();
    }
  }

  /** Bytes that were read. */
  long offset() {
    return offset;
  }

  /** Where the last whole record ends, or the file header if there is none, or 0. */
  long wholeEnd() {
    return wholeEnd;
  }

  /** Whole records. */
  long records() {
    return records;
  }

  /** Time of the first whole record, as the last one's; {@link FinishedFile#NO_TIME} if none. */
  long firstTimestampNanos() {
    return firstTimestampNanos;
  }

  /** Time of the last whole record, nanoseconds since 1970. */
  long lastTimestampNanos() {
    return lastTimestampNanos;
  }

  /** What is wrong with the bytes, other than that they end within a record, or null. */
  String damage() {
    return damage;
  }

  /** False when the first bytes are not those of a pcap file. */
  boolean isPcap() {
    return headerSeen || damage == null;
  }
}
