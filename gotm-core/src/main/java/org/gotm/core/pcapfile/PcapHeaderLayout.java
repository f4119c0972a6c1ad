package org.gotm.core.pcapfile;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * The header of a pcap file, in the byte order of this machine.
 *
 * <pre>
 *   0       4       6       8        16        20         24
 *   +-------+-------+-------+--------+---------+----------+
 *   | magic | major | minor | 0    0 | snaplen | linktype |
 *   +-------+-------+-------+--------+---------+----------+
 * </pre>
 *
 * <p>The low 16 bits of the last word are the link type; bits 26 and 28 to 31 tell the length of
 * the frame check sequence. Source: draft-ietf-opsawg-pcap.
 */
public final class PcapHeaderLayout {
  /** Bytes before the first record. */
  public static final int LENGTH = 24;

  /** Microseconds. */
  public static final int MAGIC_MICROS = 0xa1b2c3d4;

  /** Nanoseconds. */
  public static final int MAGIC_NANOS = 0xa1b23c4d;

  /** Microseconds, and record headers of 24 bytes (Kuznetzov's modification). */
  public static final int MAGIC_MODIFIED = 0xa1b2cd34;

  /** First word of a pcapng file, the same in both byte orders. */
  public static final int MAGIC_PCAPNG = 0x0a0d0d0a;

  /** Offset of the magic, u32. */
  public static final int MAGIC_OFFSET = 0;

  /** Offset of the major version, u16, always 2. */
  public static final int MAJOR_OFFSET = 4;

  /** Offset of the minor version, u16, usually 4. */
  public static final int MINOR_OFFSET = 6;

  /** Offset of the snapshot length, u32. */
  public static final int SNAPLEN_OFFSET = 16;

  /** Offset of the link type, u32. */
  public static final int LINKTYPE_OFFSET = 20;

  /** Snapshot length in the header of the files we write: what tcpdump writes for "all". */
  public static final int MAX_SNAPLEN = 262144;

  private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED;
  private static final ValueLayout.OfShort SHORT = ValueLayout.JAVA_SHORT_UNALIGNED;

  private PcapHeaderLayout() {}

  /** Writes a whole header at {@code at}. */
  public static void write(
      MemorySegment to, long at, TimestampPrecision precision, int snaplen, int linkType) {
    to.asSlice(at, LENGTH).fill((byte) 0);
    to.set(INT, at + MAGIC_OFFSET, precision.magic());
    to.set(SHORT, at + MAJOR_OFFSET, (short) 2);
    to.set(SHORT, at + MINOR_OFFSET, (short) 4);
    to.set(INT, at + SNAPLEN_OFFSET, snaplen);
    to.set(INT, at + LINKTYPE_OFFSET, linkType);
  }
}
