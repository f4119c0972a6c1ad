package org.gotm.store.file;

import java.io.IOException;
import org.gotm.store.compress.Piece;

/**
 * Where the pieces of a series go: into a file after another, or into a stream. No error stops it:
 * the packets of each piece are booked, as written or as lost. One thread.
 */
public interface SeriesOutput {

  /** Makes ready for the first piece, without waiting for a reader. */
  void open(long nowNanos) throws IOException;

  /** Tries again to make ready, unless it is. */
  void openIfMissing(long nowNanos);

  /** Appends a piece; its packets are booked in any case, also if this fails. */
  void append(Piece piece, long nowNanos);

  /** Books the packets of a piece that cannot be written. */
  void lose(Piece piece);

  /** Where in the file the next piece will begin. */
  long length();

  /** Bytes that may be appended before a new file is due by size. */
  long room();

  /** Bytes that may be appended to a new file. */
  long roomOfNewFile();

  /** Nanoseconds until {@link #flushIfDue} has something to do if nothing more comes. */
  long flushDueIn(long nowNanos);

  /** Shows everything to other processes when it has waited long enough or nothing more comes. */
  void flushIfDue(long nowNanos);

  /** Shows everything to other processes. */
  void flush(long nowNanos);

  /** Ends the file and begins the next, where there are files. */
  void rotate(long nowNanos);

  /** Ends the file; no other follows. */
  void finish(long nowNanos);

  /** Ends quickly, without what a complete file has at its end. */
  void abandon(long nowNanos);

  /** Books as lost what is not written, as nobody will write it any more. */
  void lose();

  /** Waits until the disk has what is written, or books it as lost. */
  void secure();

  /** Why nothing will be written any more, or null. Any thread. */
  String failure();
}
