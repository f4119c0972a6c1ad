package org.gotm.store.compress;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.HexFormat;
import java.util.List;
import org.gotm.store.api.Compression;

/**
 * What a complete file ends with, so that readers can begin in its middle, or see that nothing is
 * missing. It is told of every piece of the file. One thread at a time.
 */
public sealed interface Trailer permits Trailer.Nothing, Trailer.EmptyMember, SeekTable {

  /** Adds the next piece of the file, with its length there and unpacked. */
  default void add(long length, long plainLength) {}

  /** Forgets the pieces that end behind {@code end}, as the file was shortened. */
  default void cutTo(long end) {}

  /** Bytes of the trailer if so many pieces more are added. */
  long lengthWith(int more);

  /** The trailer, in parts that follow each other; they are valid until a piece is added. */
  List<MemorySegment> parts();

  /**
   * A trailer for a file of which nothing is written yet.
   *
   * @param arena for memory, of which more is taken as the file grows
   */
  static Trailer of(Compression compression, Arena arena) {
    return switch (compression) {
      case Compression.None _ -> new Nothing();
      case Compression.Gzip _ -> new EmptyMember();
      case Compression.Zstd _ -> new SeekTable(arena);
    };
  }

  /** For files that may end anywhere. */
  record Nothing() implements Trailer {
    @Override
    public long lengthWith(int more) {
      return 0;
    }

    @Override
    public List<MemorySegment> parts() {
      return List.of();
    }
  }

  /** The last member of a BGZF file. Source: the SAM/BAM specification, section 4.1.2. */
  record EmptyMember() implements Trailer {
    private static final MemorySegment MEMBER =
        MemorySegment.ofArray(
                HexFormat.of().parseHex("1f8b08040000000000ff0600424302001b0003000000000000000000"))
            .asReadOnly();

    @Override
    public long lengthWith(int more) {
      return MEMBER.byteSize();
    }

    @Override
    public List<MemorySegment> parts() {
      return List.of(MEMBER);
    }
  }
}
