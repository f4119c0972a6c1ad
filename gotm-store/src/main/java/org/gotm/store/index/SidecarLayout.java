package org.gotm.store.index;

import java.nio.ByteOrder;

/**
 * A sidecar, little-endian.
 *
 * <pre>
 *   +---------+---------+-----+-----------+---------+
 *   | block 0 | block 1 | ... | directory | trailer |
 *   +---------+---------+-----+-----------+---------+
 *
 *   block      CRC32C of the rest u32 | entries u16 | bits of a difference u8 | 0 u8 | first term u64
 *              | entries | 0 ...
 *              4096 bytes, but the last of a group is as long as its entries; an entry is the
 *              difference to the term before, but for the first, how many granules of the group have
 *              it, and their numbers as differences, all of them in few bits (Entries, Bits)
 *   directory  version u32 | flags u32 | length of the capture u64
 *              | first and last time i64 | packets u64
 *              | granules u32 | groups u32
 *              then for each granule  offset u64 | length u64 | first and last time i64 | packets u64
 *              then for each group    granules u32 | kept bits of coarse terms u32 | offset u64
 *                                     | length u32 | blocks u32 | first term of each block u64 ...
 *   trailer    offset of the directory u64 | length u64 | CRC32C of the directory u32 | 0 u32 | magic
 * </pre>
 *
 * <p>Flags: 1, packets are outside of the granules, too. A sidecar that grows with its capture may
 * have older directories and trailers between its groups.
 *
 * <p>A granule is a stretch of the capture file that can be left out when it is read. Times are
 * nanoseconds since 1970; offsets and lengths those of the file as it is on disk, compressed or
 * not.
 */
final class SidecarLayout {
  static final String SUFFIX = ".gix";
  static final ByteOrder ORDER = ByteOrder.LITTLE_ENDIAN;
  static final long MAGIC = 0x3130_5849_4d54_4f47L; // GOTMIX01
  static final int VERSION = 2;
  static final int HAS_HOLES = 1;
  static final int BLOCK_LENGTH = 4096;
  static final int BLOCK_HEAD = 16;
  static final int DIRECTORY_HEAD = 48;
  static final int GRANULE_LENGTH = 40;
  static final int GROUP_LENGTH = 24;
  static final int TRAILER_LENGTH = 32;

  /** Granules of a group: their numbers take 10 bits. */
  static final int GROUP_BITS = 10;

  static final int MOST_GRANULES = 1 << GROUP_BITS;

  private SidecarLayout() {}
}
