package org.gotm.store.compress;

import java.nio.ByteBuffer;
import org.gotm.store.api.Compression;

/** Makes independent gzip members, as many as a piece needs, or zstd frames. One thread. */
public sealed interface ChunkCompressor extends AutoCloseable
    permits GzipCompressor, ZstdCompressor {

  /**
   * Compresses all that remains in {@code from} into one piece.
   *
   * @param from a direct buffer; its position afterwards is undefined
   * @param to a direct buffer of at least {@link #bound} bytes, filled from 0
   * @return the length of the piece
   */
  int compress(ByteBuffer from, ByteBuffer to);

  @Override
  void close();

  /** The most bytes that {@code length} bytes can become. */
  static int bound(int length) {
    return length + length / 128 + 1024;
  }

  /** A new compressor, or null for none. */
  static ChunkCompressor of(Compression compression) {
    return switch (compression) {
      case Compression.None _ -> null;
      case Compression.Gzip(int level) -> new GzipCompressor(level);
      case Compression.Zstd(int level) -> new ZstdCompressor(level);
    };
  }
}
