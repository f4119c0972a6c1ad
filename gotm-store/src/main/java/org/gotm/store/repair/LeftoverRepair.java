package org.gotm.store.repair;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import org.gotm.store.compress.ChunkCompressor;
import org.gotm.store.compress.PieceReader;
import org.gotm.store.compress.Trailer;
import org.gotm.store.file.FileNames;

/**
 * Makes a leftover file one that every reader opens, keeping each record that is whole. Whenever it
 * is interrupted, it can be done again.
 */
final class LeftoverRepair {
  /** What the name of a file has behind the leftover's that is being made to replace a leftover. */
  static final String SUFFIX = ".repair";

  private static final int PIECE_LENGTH = 1 << 20;

  private LeftoverRepair() {}

  /**
   * Cuts off what is not whole, puts whole records of a cut piece into pieces of their own, and
   * appends the trailer.
   *
   * @param path the leftover, replaced by another file of the same name if many records are
   *     salvaged
   * @param found what {@link Leftover#examine} says of it
   * @return why there is no trailer, without which the file is good all the same; null if there is
   */
  static IOException repair(Path path, FileChannel channel, Leftover found) throws IOException {
    if (found.salvageable() > PIECE_LENGTH) {
      return salvage(path, channel, found);
    }
    if (found.salvageable() > 0) {
      salvageInPlace(channel, found);
    } else {
      channel.truncate(found.goodEnd());
    }
    IOException unended = append(found.trailer(), channel);
    channel.force(true);
    return unended;
  }

  /**
   * The records of a torn piece of ours fit into memory, and go where it was: a disk that is nearly
   * full has no room for another file.
   */
  private static void salvageInPlace(FileChannel channel, Leftover found) throws IOException {
    long begin = found.goodEnd();
    long length = compressAgain(channel, found, piece -> write(piece, channel, begin));
    channel.truncate(begin + length);
  }

  private static IOException append(Trailer trailer, FileChannel to) throws IOException {
    long end = to.size();
    try {
      for (MemorySegment part : trailer.parts()) {
        write(part.asByteBuffer(), to, to.size());
      }
      return null;
    } catch (IOException e) {
      to.truncate(end);
      return e;
    }
  }

  private static void write(ByteBuffer piece, FileChannel to, long begin) throws IOException {
    for (long at = begin; piece.hasRemaining(); ) {
      at += to.write(piece, at);
    }
  }

  private static IOException salvage(Path path, FileChannel from, Leftover found)
      throws IOException {
    Path repaired = FileNames.beside(path, SUFFIX);
    try {
      try (FileChannel to =
          FileChannel.open(
              repaired,
              StandardOpenOption.CREATE_NEW,
              StandardOpenOption.WRITE,
              LinkOption.NOFOLLOW_LINKS)) {
        copy(from, 0, found.goodEnd(), to);
        compressAgain(from, found, piece -> write(piece, to, to.size()));
        IOException unended = append(found.trailer(), to);
        to.force(true);
        Files.move(repaired, path, StandardCopyOption.ATOMIC_MOVE);
        return unended;
      }
    } finally {
      Files.deleteIfExists(repaired);
    }
  }

  /** Copies a part of a file to the end of another. */
  static void copy(FileChannel from, long begin, long end, FileChannel to) throws IOException {
    to.position(to.size());
    for (long at = begin; at < end; ) {
      long n = from.transferTo(at, end - at, to);
      if (n <= 0) {
        throw new IOException("the file became shorter while it was copied");
      }
      at += n;
    }
  }

  /**
   * Compresses the whole records of a torn piece.
   *
   * @param to takes each new piece, when what is in it has been read
   * @return bytes of the new pieces
   */
  private static long compressAgain(FileChannel from, Leftover found, PieceWriter to)
      throws IOException {
    ByteBuffer plain = ByteBuffer.allocateDirect(PIECE_LENGTH);
    ByteBuffer piece = ByteBuffer.allocateDirect(ChunkCompressor.bound(PIECE_LENGTH));
    long left = found.salvageable();
    long length = 0;
    try (ChunkCompressor compressor = ChunkCompressor.of(found.compression());
        PieceReader pieces =
            PieceReader.of(found.compression(), from, found.goodEnd(), found.end())) {
      while (left > 0 && pieces.next()) {
        for (ByteBuffer bytes; left > 0 && (bytes = pieces.read()) != null; ) {
          bytes.limit((int) Math.min(bytes.limit(), bytes.position() + left));
          left -= bytes.remaining();
          if (plain.remaining() < bytes.remaining()) {
            length += compress(compressor, plain, piece, found.trailer(), to);
          }
          plain.put(bytes);
        }
      }
      return length + compress(compressor, plain, piece, found.trailer(), to);
    }
  }

  private static int compress(
      ChunkCompressor compressor,
      ByteBuffer plain,
      ByteBuffer piece,
      Trailer trailer,
      PieceWriter to)
      throws IOException {
    int plainLength = plain.flip().remaining();
    int length = compressor.compress(plain, piece);
    trailer.add(length, plainLength);
    to.write(piece.limit(length).position(0));
    plain.clear();
    piece.clear();
    return length;
  }

  /** Writes a compressed piece, all of it. */
  @FunctionalInterface
  private interface PieceWriter {
    void write(ByteBuffer piece) throws IOException;
  }
}
