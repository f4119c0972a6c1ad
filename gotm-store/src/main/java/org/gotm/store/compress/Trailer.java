package org.gotm.store.compress;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;
import org.gotm.store.api.Compression;

/**
 * What a complete file ends with, so that readers can begin in its middle, or see that nothing is
 * missing. It is told of every piece of the file. One thread at a time.
 */
public sealed interface Trailer permits Trailer.Nothing, Trailer.EmptyMember, SeekTable {

  /** Adds the next piece of the file, with its length there and unpacked. */
  void add(long length, long plainLength);

  /** Forgets the pieces that end behind {@code end}, as the file was shortened. */
  void cutTo(long end);

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
    public void add(long length, long plainLength) {
      // all the same
    }

    @Override
    public void cutTo(long end) {
      // all the same
    }

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
                new byte[] {
                  0x1f,
                  (byte) 0x8b,
                  8,
                  4,
                  0,
                  0,
                  0,
                  0,
                  0,
                  (byte) 0xff,
                  6,
                  0,
                  'B',
                  'C',
                  2,
                  0,
                  27,
                  0,
                  3,
                  0,
                  0,
                  0,
                  0,
                  0,
                  0,
                  0,
                  0,
                  0
                })
            .asReadOnly();

    @Override
    public void add(long length, long plainLength) {
      // all the same
    }

    @Override
    public void cutTo(long end) {
      // all the same
    }

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
