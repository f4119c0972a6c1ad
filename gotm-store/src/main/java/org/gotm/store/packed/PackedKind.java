package org.gotm.store.packed;

/** What a file is packed with, as its first bytes tell; names may lie. */
public enum PackedKind {
  /** Not packed, or by something else. */
  NONE,
  /** Gzip, RFC 1952. */
  GZIP,
  /** Zstandard, RFC 8878. */
  ZSTD,
  /** LZ4 frames. */
  LZ4,
  /** It begins with a frame that readers skip, which tells nothing: zstd and lz4 both have them. */
  SKIPPABLE;

  /** Bytes that {@link #of} is to see. */
  public static final int MAGIC_LENGTH = Integer.BYTES;

  private static final int GZIP_MAGIC = 0x1f8b;
  private static final int ZSTD_MAGIC = 0x28b52ffd;
  private static final int LZ4_MAGIC = 0x04224d18;
  private static final int SKIPPABLE_MAGIC = 0x502a4d18;

  /** The last digit of the first byte is free. */
  private static final int SKIPPABLE_MASK = 0xf0ffffff;

  /**
   * Tells the kind.
   *
   * @param magic the first four bytes, the first one highest, with zeros for those that are missing
   */
  public static PackedKind of(int magic) {
    return switch (magic) {
      case ZSTD_MAGIC -> ZSTD;
      case LZ4_MAGIC -> LZ4;
      default ->
          magic >>> 16 == GZIP_MAGIC
              ? GZIP
              : (magic & SKIPPABLE_MASK) == SKIPPABLE_MAGIC ? SKIPPABLE : NONE;
    };
  }
}
