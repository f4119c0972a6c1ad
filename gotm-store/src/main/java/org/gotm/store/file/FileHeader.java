package org.gotm.store.file;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;
import org.gotm.core.pcapfile.RecordFormat;
import org.gotm.store.api.Compression;
import org.gotm.store.compress.ChunkCompressor;

/** The first bytes of every file of a series. */
public final class FileHeader {
  private FileHeader() {}

  /**
   * The file header of a format, as a compressed piece of its own if files are compressed.
   *
   * @param linkType LINKTYPE_ value of the records
   */
  public static MemorySegment of(
      RecordFormat format, int linkType, Compression compression, SegmentAllocator allocator) {
    MemorySegment header = format.fileHeader(linkType, allocator);
    try (ChunkCompressor compressor = ChunkCompressor.of(compression)) {
      return compressor == null ? header : compress(header, compressor, allocator);
    } catch (IOException e) {
      throw new IllegalStateException("a file header could not be compressed", e);
    }
  }

  private static MemorySegment compress(
      MemorySegment header, ChunkCompressor compressor, SegmentAllocator allocator)
      throws IOException {
    MemorySegment piece = allocator.allocate(ChunkCompressor.bound((int) header.byteSize()));
    int length = compressor.compress(header.asByteBuffer(), piece.asByteBuffer());
    return piece.asSlice(0, length);
  }
}
