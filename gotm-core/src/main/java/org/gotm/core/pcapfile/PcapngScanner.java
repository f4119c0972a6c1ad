package org.gotm.core.pcapfile;

import static org.gotm.core.pcapfile.PcapngBlockLayout.CAPLEN_OFFSET;
import static org.gotm.core.pcapfile.PcapngBlockLayout.DATA_OFFSET;
import static org.gotm.core.pcapfile.PcapngBlockLayout.ENHANCED_PACKET;
import static org.gotm.core.pcapfile.PcapngBlockLayout.INTERFACE;
import static org.gotm.core.pcapfile.PcapngBlockLayout.LEAST_LENGTH;
import static org.gotm.core.pcapfile.PcapngBlockLayout.LENGTH_OFFSET;
import static org.gotm.core.pcapfile.PcapngBlockLayout.MAX_LENGTH;
import static org.gotm.core.pcapfile.PcapngBlockLayout.OBSOLETE_PACKET;
import static org.gotm.core.pcapfile.PcapngBlockLayout.PACKET_INTERFACE_OFFSET;
import static org.gotm.core.pcapfile.PcapngBlockLayout.SECTION;
import static org.gotm.core.pcapfile.PcapngBlockLayout.SIMPLE_PACKET;
import static org.gotm.core.pcapfile.PcapngBlockLayout.TIME_LOWER_OFFSET;
import static org.gotm.core.pcapfile.PcapngBlockLayout.TIME_UPPER_OFFSET;
import static org.gotm.core.pcapfile.PcapngBlockLayout.TRAILER_LENGTH;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * Reads through the bytes of a pcapng file, piece by piece, to find where its last whole block
 * ends. Bounded memory, whatever the bytes are. One thread.
 */
public final class PcapngScanner {
  /** In the place of a time that there is none of. */
  public static final long NO_TIME = Long.MIN_VALUE;

  /** Blocks up to this length are looked at as a whole. */
  private static final int SHORT_LENGTH = 4096;

  /** What describes a section or an interface is no longer. */
  private static final int LONGEST_DESCRIPTION = 1 << 20;

  private final PcapngSection section = new PcapngSection();
  private byte[] block = new byte[SHORT_LENGTH];
  private MemorySegment memory = MemorySegment.ofArray(block);
  private int at;
  private int needed = LEAST_LENGTH;
  private long length;
  private long toSkip;
  private Phase phase = Phase.HEAD;
  private boolean isPacket;
  private long timestampNanos;
  private String damage;
  private long offset;
  private long wholeEnd;
  private long records;
  private long firstTimestampNanos = NO_TIME;
  private long lastTimestampNanos = NO_TIME;

  /** What of a block comes next. */
  private enum Phase {
    HEAD,
    BODY,
    REST,
    TRAILER
  }

  /** A scanner at the begin of a file. */
  public PcapngScanner() {}

  /** True if a file that begins with this byte is none but a pcapng file. */
  public static boolean isPcapng(byte first) {
    return first == (byte) SECTION; // the same in both byte orders
  }

  /** Reads on; stops at damage. */
  public void scan(ByteBuffer bytes) {
    while (bytes.hasRemaining() && damage == null) {
      if (phase == Phase.REST) {
        skip(bytes);
      } else {
        fill(bytes);
      }
    }
  }

  private void skip(ByteBuffer bytes) {
    int n = (int) Math.min(toSkip, bytes.remaining());
    bytes.position(bytes.position() + n);
    offset += n;
    toSkip -= n;
    if (toSkip == 0) {
      phase = Phase.TRAILER;
    }
  }

  private void fill(ByteBuffer bytes) {
    int n = Math.min(needed - at, bytes.remaining());
    bytes.get(block, at, n);
    offset += n;
    at += n;
    if (at == needed) {
      switch (phase) {
        case HEAD -> beginBlock();
        case BODY -> endBody();
        default -> endBlock(0);
      }
    }
  }

  private void beginBlock() {
    int type = memory.get(ValueLayout.JAVA_INT_UNALIGNED, 0);
    if (!section.takeOrder(memory, 0)) {
      damage = section.hasBegun() ? "a section header without byte order magic" : "not pcapng";
      return;
    }
    long claimed = section.unsigned(memory, LENGTH_OFFSET);
    int longest = isDescription(type) ? LONGEST_DESCRIPTION : MAX_LENGTH;
    if (claimed < LEAST_LENGTH || claimed > longest || claimed % Integer.BYTES != 0) {
      damage = "no block at offset " + (offset - LEAST_LENGTH);
      return;
    }
    length = claimed;
    phase = Phase.BODY;
    needed = isDescription(type) || claimed <= SHORT_LENGTH ? (int) claimed : DATA_OFFSET;
    if (needed > block.length) {
      block = Arrays.copyOf(block, needed);
      memory = MemorySegment.ofArray(block);
    }
    if (needed == at) {
      endBody();
    }
  }

  /** All of a short block is at hand, or what tells of the packet of a long one. */
  private void endBody() {
    judge();
    if (damage == null && needed == length) {
      endBlock(length - TRAILER_LENGTH);
    } else if (damage == null) {
      toSkip = length - needed - TRAILER_LENGTH;
      phase = Phase.REST;
      at = 0;
      needed = TRAILER_LENGTH;
    }
  }

  private boolean isDescription(int type) {
    return section.order(type) == SECTION || section.order(type) == INTERFACE;
  }

  private void judge() {
    isPacket = false;
    damage =
        switch (section.order(memory.get(ValueLayout.JAVA_INT_UNALIGNED, 0))) {
          case SECTION -> section.begin(memory, 0, length);
          case INTERFACE -> section.addInterface(memory, 0, length);
          case ENHANCED_PACKET -> judgePacket(section.unsigned(memory, PACKET_INTERFACE_OFFSET));
          case OBSOLETE_PACKET ->
              judgePacket(section.unsignedShort(memory, PACKET_INTERFACE_OFFSET));
          case SIMPLE_PACKET -> judgeSimplePacket();
          default -> null;
        };
  }

  private String judgePacket(long number) {
    PcapngInterface from = section.packetInterface(number);
    if (from == null || length < DATA_OFFSET + TRAILER_LENGTH) {
      return "a packet of interface %d, which is not described".formatted(number);
    }
    long caplen = section.unsigned(memory, CAPLEN_OFFSET);
    if (caplen > length - DATA_OFFSET - TRAILER_LENGTH || caplen > PcapFileSource.MAX_CAPLEN) {
      return "captured length %d cannot be right".formatted(caplen);
    }
    long units =
        section.unsigned(memory, TIME_UPPER_OFFSET) << Integer.SIZE
            | section.unsigned(memory, TIME_LOWER_OFFSET);
    timestampNanos = from.timestampNanos(units);
    isPacket = true;
    return null;
  }

  private String judgeSimplePacket() {
    timestampNanos = 0;
    isPacket = true;
    return section.packetInterface(0) == null
        ? "a simple packet before an interface is described"
        : null;
  }

  private void endBlock(long trailerAt) {
    long trailer = section.unsigned(memory, trailerAt);
    if (trailer != length) {
      damage = "block length %d, but %d at its end".formatted(length, trailer);
      return;
    }
    wholeEnd = offset;
    if (isPacket) {
      records++;
      lastTimestampNanos = timestampNanos;
      firstTimestampNanos = firstTimestampNanos == NO_TIME ? timestampNanos : firstTimestampNanos;
    }
    at = 0;
    needed = LEAST_LENGTH;
    phase = Phase.HEAD;
  }

  /** Bytes that were read. */
  public long offset() {
    return offset;
  }

  /** Where the last whole block ends, or 0. */
  public long wholeEnd() {
    return wholeEnd;
  }

  /** Whole packet blocks. */
  public long records() {
    return records;
  }

  /** Time of the first whole packet, nanoseconds since 1970; {@link #NO_TIME} if none. */
  public long firstTimestampNanos() {
    return firstTimestampNanos;
  }

  /** Time of the last whole packet, nanoseconds since 1970; {@link #NO_TIME} if none. */
  public long lastTimestampNanos() {
    return lastTimestampNanos;
  }

  /** What is wrong with the bytes, other than that they end within a block, or null. */
  public String damage() {
    return damage;
  }

  /** False when the first bytes are not those of a pcapng file. */
  public boolean isPcapng() {
    return wholeEnd > 0 || damage == null;
  }
}
