package org.gotm.store.file;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;
import org.gotm.core.pcapfile.InterfaceDescription;
import org.gotm.core.pcapfile.RecordFormat;
import org.gotm.store.api.Compression;
import org.gotm.store.compress.ChunkCompressor;
import org.gotm.store.compress.Trailer;

/**
 * What the files of a series hold besides packets: their first bytes, descriptions of interfaces
 * that come later, their last bytes; each a compressed piece of its own if files are compressed.
 * Any thread.
 */
public final class FileHeader {
  /** Bytes that are left free at the end of a file of limited size, for each interface. */
  private static final int END_LENGTH_AN_INTERFACE = 4096;

  private final RecordFormat format;
  private final InterfaceTable table;
  private final Compression compression;
  private final List<InterfaceDescription> only;

  /**
   * A piece of a file.
   *
   * @param bytes of the file
   * @param plainLength what they unpack to
   */
  record Part(MemorySegment bytes, long plainLength) {}

  /**
   * The first piece of a file.
   *
   * @param interfaces how many are described there
   */
  record Start(Part part, int interfaces) {}

  /**
   * Those of one series.
   *
   * @param linkType LINKTYPE_ value of the records, if the format does not tell interfaces apart
   */
  public FileHeader(
      RecordFormat format, int linkType, InterfaceTable table, Compression compression) {
    this.format = format;
    this.table = table;
    this.compression = compression;
    this.only = List.of(new InterfaceDescription("", linkType));
  }

  /** What a new file begins with. */
  Start start() {
    List<InterfaceDescription> described = format.hasInterfaces() ? table.interfaces() : only;
    return new Start(packed(format.fileHeader(described, Arena.ofAuto())), described.size());
  }

  /** Bytes of a new file without a packet, as long as no interface is added. */
  long startLength() {
    return start().part().bytes().byteSize();
  }

  /** True if there are more interfaces than so many. */
  boolean hasMoreThan(int described) {
    return format.hasInterfaces() && table.interfaces().size() > described;
  }

  /** What describes the interfaces from number {@code from} to before {@code to}. */
  Part more(int from, int to) {
    return packed(format.moreInterfaces(table.interfaces().subList(from, to), Arena.ofAuto()));
  }

  /** How many interfaces there are. */
  int interfaces() {
    return table.interfaces().size();
  }

  /**
   * What a file ends with, or null for nothing.
   *
   * @param described interfaces of the file
   */
  Part end(FileInterval interval, int described) {
    return format.hasInterfaces()
        ? packed(
            format.statistics(
                IntervalStatistics.of(interval, described, table.members()), Arena.ofAuto()))
        : null;
  }

  /** Bytes to leave free for the end of a file whose size is limited. */
  long endLength() {
    return format.hasInterfaces() ? (long) END_LENGTH_AN_INTERFACE * interfaces() : 0;
  }

  /** What a file ends with behind all that, if it is complete. */
  Trailer trailer(Arena arena) {
    return Trailer.of(compression, arena);
  }

  private Part packed(MemorySegment plain) {
    try (ChunkCompressor compressor = ChunkCompressor.of(compression)) {
      return new Part(compressor == null ? plain : compress(plain, compressor), plain.byteSize());
    }
  }

  private static MemorySegment compress(MemorySegment plain, ChunkCompressor compressor) {
    MemorySegment piece = Arena.ofAuto().allocate(ChunkCompressor.bound((int) plain.byteSize()));
    int length = compressor.compress(plain.asByteBuffer(), piece.asByteBuffer());
    return piece.asSlice(0, length);
  }
}
