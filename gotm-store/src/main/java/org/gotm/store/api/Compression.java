package org.gotm.store.api;

/**
 * How files are compressed. Each chunk becomes gzip members or a zstd frame of its own, and readers
 * can begin in the middle of a file: gzip is BGZF, and a zstd file ends with a seek table.
 */
public sealed interface Compression {

  /** What comes after {@code .pcap} in a file's name: empty, {@code .gz} or {@code .zst}. */
  String extension();

  /** Files as they are. */
  static Compression none() {
    return new None();
  }

  /** Gzip at its usual level. */
  static Compression gzip() {
    return new Gzip(Gzip.DEFAULT_LEVEL);
  }

  /** Zstandard at its usual level. */
  static Compression zstd() {
    return new Zstd(Zstd.DEFAULT_LEVEL);
  }

  /** Files as they are. */
  record None() implements Compression {
    @Override
    public String extension() {
      return "";
    }
  }

  /**
   * Gzip, RFC 1952, as BGZF.
   *
   * @param level 1 (fast) to 9 (small)
   */
  record Gzip(int level) implements Compression {
    /** The level that gzip itself uses when none is given. */
    public static final int DEFAULT_LEVEL = 6;

    /** Checks the level. */
    public Gzip {
      check("gzip", level, 9);
    }

    @Override
    public String extension() {
      return ".gz";
    }
  }

  /**
   * Zstandard, RFC 8878.
   *
   * @param level 1 (fast) to 19 (small)
   */
  record Zstd(int level) implements Compression {
    /** The level that zstd itself uses when none is given. */
    public static final int DEFAULT_LEVEL = 3;

    /** Checks the level. */
    public Zstd {
      check("zstd", level, 19);
    }

    @Override
    public String extension() {
      return ".zst";
    }
  }

  private static void check(String name, int level, int highest) {
    if (level < 1 || level > highest) {
      throw new IllegalArgumentException(
          "compress=%s:%d: the level must be 1 to %d".formatted(name, level, highest));
    }
  }
}
