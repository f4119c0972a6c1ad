package org.gotm.store.index;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import org.gotm.store.api.Compression;
import org.gotm.store.compress.DamagedPieceException;
import org.gotm.store.compress.PieceReader;

/**
 * A capture file in pieces: gzip members or zstd frames as they are, stretches of whole records of
 * a plain file. Bounded memory. One thread.
 */
sealed interface CapturePieces extends AutoCloseable permits CapturePieces.Packed, PlainPieces {

  /** Content beyond which a piece is too long for an index of pieces. */
  int LONGEST = 32 << 20;

  /**
   * Reads the next piece.
   *
   * @return false at the end of the file
   * @throws UnfitException if the file is not made of such pieces
   */
  boolean next() throws IOException;

  /** Where in the file the piece begins. */
  long offset();

  /** Where in the file it ends. */
  long end();

  /** What is in it, unpacked, until the next one is read. */
  ByteBuffer content();

  @Override
  void close();

  /** The file is not of the kind that gotm writes, or damaged. */
  final class UnfitException extends IOException {
    private static final long serialVersionUID = 1;

    UnfitException(String reason) {
      super(reason);
    }
  }

  /** Pieces as they were compressed. */
  final class Packed implements CapturePieces {
    private final PieceReader reader;
    private ByteBuffer content = ByteBuffer.allocate(1 << 20);
    private long offset;
    private long end;

    Packed(Compression compression, FileChannel channel, long length) {
      reader = PieceReader.of(compression, channel, 0, length);
    }

    @Override
    public boolean next() throws IOException {
      offset = end;
      content.clear();
      try {
        if (!reader.next()) {
          content.flip();
          return false;
        }
        for (ByteBuffer part; (part = reader.read()) != null; ) {
          append(part);
        }
      } catch (DamagedPieceException e) {
        throw new UnfitException(e.getMessage());
      }
      end = reader.position();
      content.flip();
      return true;
    }

    private void append(ByteBuffer part) throws UnfitException {
      if (content.remaining() < part.remaining()) {
        int length = content.position() + part.remaining();
        if (length > LONGEST) {
          throw new UnfitException("a piece is longer than %d MiB".formatted(LONGEST >> 20));
        }
        ByteBuffer larger = ByteBuffer.allocate(Math.max(2 * content.capacity(), length));
        content = larger.put(content.flip());
      }
      content.put(part);
    }

    @Override
    public long offset() {
      return offset;
    }

    @Override
    public long end() {
      return end;
    }

    @Override
    public ByteBuffer content() {
      return content;
    }

    @Override
    public void close() {
      reader.close();
    }
  }
}
