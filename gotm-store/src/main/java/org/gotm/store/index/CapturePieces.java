package org.gotm.store.index;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import org.gotm.store.api.Compression;
import org.gotm.store.compress.DamagedPieceException;
import org.gotm.store.compress.FileScanner;
import org.gotm.store.compress.PieceReader;

/** A capture file in pieces of whole records. Bounded memory. One thread. */
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

  /** Gzip members or zstd frames: as many as it takes to the end of a record. */
  final class Packed implements CapturePieces {
    private final PieceReader reader;
    private final FileScanner records = new FileScanner();
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
      boolean hasMore = true;
      while (hasMore && !isWhole()) {
        hasMore = readPiece();
      }
      if (content.position() > 0 && !isWhole()) {
        throw new UnfitException("cut off within a record");
      }
      end = content.position() > 0 ? reader.position() : end;
      return content.flip().hasRemaining();
    }

    private boolean isWhole() {
      return content.position() > 0 && records.wholeEnd() == records.offset();
    }

    private boolean readPiece() throws IOException {
      try {
        if (!reader.next()) {
          records.end();
          return false;
        }
        for (ByteBuffer part; (part = reader.read()) != null; ) {
          append(part);
        }
        return true;
      } catch (DamagedPieceException e) {
        throw new UnfitException(e.getMessage());
      }
    }

    private void append(ByteBuffer part) throws UnfitException {
      records.scan(part.duplicate());
      if (records.damage() != null) {
        throw new UnfitException(records.damage());
      }
      if (content.remaining() < part.remaining()) {
        int length = content.position() + part.remaining();
        if (length > LONGEST) {
          throw new UnfitException(
              "no piece ends with a record for %d MiB".formatted(LONGEST >> 20));
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
