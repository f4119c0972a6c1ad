package org.gotm.store.compress;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import org.gotm.store.api.Compression;

/**
 * Decompresses a file one gzip member or zstd frame at a time; a frame that readers skip is a piece
 * without content. Bounded memory. One thread.
 */
public sealed interface PieceReader extends AutoCloseable permits GzipPieces, ZstdPieces {

  /** Uncompressed bytes that one {@link #read} answers at most. */
  int BUFFER_LENGTH = 64 << 10;

  /**
   * Begins the next piece.
   *
   * @return false at the end of the file
   */
  boolean next() throws IOException;

  /**
   * The next bytes of the piece, or null when it has ended and checked out.
   *
   * @throws DamagedPieceException after all bytes before the damage were answered
   */
  ByteBuffer read() throws IOException;

  /** Where in the file the next piece begins, once a piece has ended. */
  long position();

  @Override
  void close();

  /** A reader for a part of a file, from the beginning of a piece. */
  static PieceReader of(Compression compression, FileChannel channel, long begin, long end) {
    ChannelInput input = new ChannelInput(channel, begin, end);
    return switch (compression) {
      case Compression.Gzip _ -> new GzipPieces(input);
      case Compression.Zstd _ -> new ZstdPieces(input);
      case Compression.None _ -> throw new IllegalArgumentException("not compressed");
    };
  }
}
