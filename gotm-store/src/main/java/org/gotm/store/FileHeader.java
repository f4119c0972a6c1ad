package org.gotm.store;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;
import org.gotm.core.pcapfile.PcapHeaderLayout;

/** The first bytes of every file of a series. */
final class FileHeader {
  private FileHeader() {}

  /**
   * The pcap file header, as a compressed piece of its own if files are compressed.
   *
   * @param linkType LINKTYPE_ value of the records
   */
  static MemorySegment of(OutputOptions options, int linkType, SegmentAllocator allocator) {
    OutputOptions.Format format = options.format();
    MemorySegment header = allocator.allocate(PcapHeaderLayout.LENGTH, Long.BYTES);
    PcapHeaderLayout.write(header, 0, format.precision(), format.snaplen(), linkType);
    try (ChunkCompressor compressor = ChunkCompressor.of(options.compression())) {
      return compressor == null ? header : compress(header, compressor, allocator);
    } catch (IOException e) {
      throw new IllegalStateException("24 bytes could not be compressed", e);
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
