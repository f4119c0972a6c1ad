package org.gotm.store.repair;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import org.gotm.store.api.Compression;
import org.gotm.store.compress.DamagedPieceException;
import org.gotm.store.compress.FileScanner;
import org.gotm.store.compress.PieceReader;
import org.gotm.store.compress.Trailer;

/**
 * Reads through the gzip members or zstd frames of a leftover, whose records may lie across them.
 * One thread.
 */
final class PackedScan {
  private static final int BGZF_BEGIN = 0x1f8b_0804;
  private static final int BGZF_FIELD = 0x4243_0200;
  private static final int BGZF_FIELD_OFFSET = 12;

  private final Compression compression;
  private final FileChannel channel;
  private final long end;
  private final FileScanner scanner = new FileScanner();
  private final Trailer trailer;
  private long pieceBegin;
  private long piecePlainBegin;
  private long contentEnd;
  private long goodEnd;
  private long goodPlainEnd;
  private String damage;

  private PackedScan(Compression compression, FileChannel channel, long end, Arena arena) {
    this.compression = compression;
    this.channel = channel;
    this.end = end;
    this.trailer = Trailer.of(compression, arena);
  }

  /**
   * Examines a file.
   *
   * @param end of what is to be looked at
   * @param arena for the trailer that is found to be missing
   */
  static Leftover examine(Compression compression, FileChannel channel, long end, Arena arena)
      throws IOException {
    PackedScan scan = new PackedScan(compression, channel, end, arena);
    scan.read();
    return scan.result();
  }

  /** None for gzip of others, which is not made to look like BGZF by its end. */
  private Trailer trailer() throws IOException {
    ByteBuffer first = ByteBuffer.allocate(BGZF_FIELD_OFFSET + Integer.BYTES);
    channel.read(first, 0);
    boolean isForeign =
        compression instanceof Compression.Gzip
            && goodEnd > 0
            && (first.getInt(0) != BGZF_BEGIN || first.getInt(BGZF_FIELD_OFFSET) != BGZF_FIELD);
    return isForeign ? Trailer.of(Compression.none(), null) : trailer;
  }

  private void read() throws IOException {
    try (PieceReader pieces = PieceReader.of(compression, channel, 0, end)) {
      while (scanner.damage() == null && pieces.next()) {
        readPiece(pieces);
      }
      damage = scanner.damage();
    } catch (DamagedPieceException e) {
      damage = e.isCutOff() ? null : e.getMessage();
    }
    scanner.end();
    noteGood(contentEnd);
    trailer.cutTo(goodEnd);
  }

  private void readPiece(PieceReader pieces) throws IOException {
    try {
      for (ByteBuffer bytes; (bytes = pieces.read()) != null; ) {
        scanner.scan(bytes);
      }
    } finally {
      if (scanner.wholeEnd() > piecePlainBegin) { // what is whole of it can be saved
        goodEnd = pieceBegin;
        goodPlainEnd = piecePlainBegin;
      }
    }
    boolean hasContent = scanner.offset() > piecePlainBegin;
    trailer.add(pieces.position() - pieceBegin, scanner.offset() - piecePlainBegin);
    pieceBegin = pieces.position();
    piecePlainBegin = scanner.offset();
    if (hasContent) {
      contentEnd = pieceBegin;
      noteGood(contentEnd);
    }
  }

  /** If all pieces so far check out and a record ends with the last one, they can stay. */
  private void noteGood(long piecesEnd) {
    if (scanner.wholeEnd() == scanner.offset() && scanner.offset() == piecePlainBegin) {
      goodEnd = piecesEnd;
      goodPlainEnd = piecePlainBegin;
    }
  }

  private Leftover result() throws IOException {
    Trailer missing = trailer();
    boolean isComplete = damage == null && goodEnd == contentEnd && endsWith(missing);
    return new Leftover(
        compression,
        end,
        isComplete ? end : goodEnd,
        scanner.wholeEnd() - goodPlainEnd,
        isComplete ? Trailer.of(Compression.none(), null) : missing,
        scanner.records(),
        scanner.firstTimestampNanos(),
        scanner.lastTimestampNanos(),
        damage,
        scanner.isCapture(),
        scanner.extension());
  }

  /** True if the trailer stands behind the last piece with content, and nothing else does. */
  private boolean endsWith(Trailer wanted) throws IOException {
    if (contentEnd + wanted.lengthWith(0) != end) {
      return false;
    }
    long at = contentEnd;
    for (MemorySegment part : wanted.parts()) {
      ByteBuffer there = ByteBuffer.allocate((int) part.byteSize());
      while (there.hasRemaining() && channel.read(there, at + there.position()) >= 0) {
        // on to the rest
      }
      if (there.hasRemaining() || !there.flip().equals(part.asByteBuffer())) {
        return false;
      }
      at += part.byteSize();
    }
    return true;
  }
}
