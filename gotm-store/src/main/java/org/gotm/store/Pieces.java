package org.gotm.store;

import java.lang.foreign.SegmentAllocator;
import java.util.concurrent.CancellationException;
import org.gotm.core.chunk.Chunk;
import org.gotm.core.chunk.ChunkPool;
import org.gotm.store.compress.CompressorPool;
import org.gotm.store.compress.Piece;
import org.gotm.store.compress.PieceRecords;
import org.gotm.store.file.ErrorState;
import org.gotm.store.file.FileErrors;
import org.gotm.store.file.SeriesOutput;
import org.gotm.store.order.Run;

/**
 * The pieces of a series on their way to its file, in the order in which they came: whole chunks,
 * or runs that were merged; straight, or several at a time through the compressors. The output
 * thread alone.
 */
final class Pieces {
  private final SeriesOutput file;
  private final CompressorPool compressors;
  private final FileErrors errors;
  private final Piece[] pieces;
  private final boolean isPlain;
  private int head;
  private int submitted;
  private Piece filling;

  /**
   * No piece under way.
   *
   * @param compressors null if records go into the file as they are, and into no index
   * @param isPlain true if compressors leave records as they are
   * @param records what they are like
   * @param count how many pieces may be under way
   * @param whenDone run by a compressor thread when a piece is done
   */
  Pieces(
      SeriesOutput file,
      CompressorPool compressors,
      boolean isPlain,
      PieceRecords records,
      int count,
      FileErrors errors,
      ChunkPool pool,
      Runnable whenDone,
      SegmentAllocator allocator) {
    this.file = file;
    this.compressors = compressors;
    this.errors = errors;
    this.isPlain = isPlain;
    pieces = new Piece[count];
    for (int i = 0; i < count; i++) {
      pieces[i] = new Piece(pool, whenDone, records, !isPlain, allocator);
    }
  }

  /** True when a piece can be begun, besides the one that is being filled. */
  boolean hasRoom() {
    return compressors == null || submitted + (filling == null ? 0 : 1) < pieces.length;
  }

  /** Takes a whole chunk, and gives it back to its pool when it is copied or compressed. */
  void take(Chunk chunk, long nowNanos) {
    push(nowNanos);
    Piece piece = free();
    piece.begin(chunk);
    send(piece, nowNanos);
  }

  /** Takes as much of a run as fits, and shortens the run to that. */
  void take(Run run, long nowNanos) {
    if (filling == null || run.startsFile() || !filling.append(run)) {
      push(nowNanos);
      begin(run);
      filling.append(run);
    }
  }

  private void begin(Run run) {
    long before = isPlain ? bytesUnderWay() : 0;
    long room = isPlain ? file.room() - before : Long.MAX_VALUE;
    boolean fits = run.firstLength() <= room && !run.startsFile();
    filling = free();
    filling.begin(run.startsFile(), file.length() + before, fits ? room : newFileRoom());
  }

  private long newFileRoom() {
    return isPlain ? file.roomOfNewFile() : Long.MAX_VALUE;
  }

  private long bytesUnderWay() {
    long bytes = 0;
    for (int i = 0; i < submitted; i++) {
      bytes += pieces[(head + i) % pieces.length].length();
    }
    return bytes;
  }

  private Piece free() {
    return pieces[(head + submitted) % pieces.length];
  }

  /** Sends on what waits for more records. */
  void push(long nowNanos) {
    if (filling != null) {
      Piece full = filling;
      filling = null;
      send(full, nowNanos);
    }
  }

  private void send(Piece piece, long nowNanos) {
    if (compressors == null) {
      try {
        file.append(piece, nowNanos);
      } finally {
        piece.release();
      }
    } else {
      submitted++;
      compressors.submit(piece);
    }
  }

  /**
   * Writes what is compressed.
   *
   * @return true if there was anything
   */
  boolean collect(long nowNanos) {
    boolean moved = false;
    while (submitted > 0 && pieces[head].isDone()) {
      write(takeFirst(), nowNanos);
      moved = true;
    }
    return moved;
  }

  private Piece takeFirst() {
    Piece first = pieces[head];
    head = (head + 1) % pieces.length;
    submitted--;
    return first;
  }

  private void write(Piece piece, long nowNanos) {
    Throwable failure = piece.failure();
    try {
      if (failure == null) {
        file.append(piece, nowNanos);
      } else {
        file.lose(piece);
      }
    } finally {
      piece.release();
    }
    if (failure == null) {
      errors.succeeded(ErrorState.Cause.COMPRESS, nowNanos);
    } else if (!(failure instanceof CancellationException)) {
      errors.report(
          ErrorState.Cause.COMPRESS,
          "a chunk could not be compressed and is lost: " + failure,
          nowNanos);
    }
  }

  /** True when no record is under way. */
  boolean isEmpty() {
    return submitted == 0 && filling == null;
  }

  /**
   * Books all that is under way as lost, as nobody will write it any more. Chunks that are still
   * compressed come back by themselves.
   */
  void drop() {
    if (filling != null) {
      file.lose(filling);
      filling = null;
    }
    while (submitted > 0) {
      Piece piece = takeFirst();
      file.lose(piece);
      piece.drop();
    }
  }
}
