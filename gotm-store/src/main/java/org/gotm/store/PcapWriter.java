package org.gotm.store;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import org.gotm.core.chunk.Chunk;

/**
 * The current file of a series: opens it, appends pieces of records, and gives it its finished name
 * when it is complete.
 *
 * <p>No error stops it. Packets that cannot be written are booked as lost, the file is cut back to
 * the last whole piece, and the next piece is tried again, in a new file if need be.
 *
 * <p>Use: {@link #prepare}, {@link #append} once or more for one piece, {@link #commit}. One
 * thread.
 */
final class PcapWriter implements RecordTarget {
  /** After so much silence everything is shown to other processes. */
  private static final long QUIET_NANOS = 20_000_000;

  private static final long OPEN_AGAIN_NANOS = 100_000_000;

  private final OutputParts parts;
  private final MemorySegment header;
  private final MemorySegment staging;
  private final Path path;
  private final FileTrouble trouble;
  private final FileMover mover;
  private final Unsettled unsettled = new Unsettled();
  private DiskFile file;
  private long packets;
  private long latestNanos;
  private long countedEnd;
  private boolean pieceIsOpen;
  private boolean hasUnflushed;
  private long unflushedSinceNanos;
  private long committedAtNanos;
  private long openTriedNanos;

  /**
   * A writer without a file.
   *
   * @param series what tells this series' names from others', empty for the main one
   * @param header the file header, as a compressed piece of its own if files are compressed
   * @param staging see {@link DiskFile}
   */
  PcapWriter(
      OutputParts parts,
      String series,
      MemorySegment header,
      MemorySegment staging,
      Trouble trouble) {
    this.parts = parts;
    this.header = header;
    this.staging = staging;
    this.path = parts.names().current(series);
    this.trouble = new FileTrouble(trouble, parts, path);
    this.mover = new FileMover(parts, series, path, this.trouble);
  }

  /** Makes the current file; there must be none. */
  void open(long nowNanos) throws IOException {
    mover.makeRoom();
    file = new DiskFile(path, staging);
    parts.log().accept("Opening new pcap file " + path.getFileName());
    unsettled.begin();
    packets = 0;
    latestNanos = Long.MIN_VALUE;
    countedEnd = 0;
    appendHeader();
    touched(nowNanos);
  }

  private void appendHeader() {
    file.append(header, 0, (int) header.byteSize());
    unsettled.addHeader(file.length());
  }

  private void touched(long nowNanos) {
    if (!hasUnflushed) {
      hasUnflushed = true;
      unflushedSinceNanos = nowNanos;
    }
    committedAtNanos = nowNanos;
  }

  private void openAgain(long nowNanos) {
    if (trouble.isOn(Trouble.Cause.OPEN) && nowNanos - openTriedNanos < OPEN_AGAIN_NANOS) {
      return;
    }
    openTriedNanos = nowNanos;
    try {
      open(nowNanos);
      trouble.succeeded(Trouble.Cause.OPEN, nowNanos);
    } catch (IOException e) {
      trouble.failed(Trouble.Cause.OPEN, "open", e, nowNanos);
    }
  }

  /**
   * Gets ready for a piece: makes a new file if one is due before it.
   *
   * @param startsFile true if a new file is due in any case
   * @param length bytes of the piece
   */
  void prepare(boolean startsFile, long length, long nowNanos) {
    if (packets > 0 && (startsFile || length > room())) {
      rotate(nowNanos);
    }
    if (file == null) {
      openAgain(nowNanos);
    }
  }

  /** Bytes that may be appended before a new file is due by size. */
  long room() {
    long size = parts.options().rotation().sizeBytes();
    return size == 0 || file == null ? Long.MAX_VALUE : size - file.length();
  }

  /** True when the file has no packets. */
  boolean isEmpty() {
    return packets == 0;
  }

  @Override
  public void append(MemorySegment from, long at, int length) {
    if (file != null) {
      pieceIsOpen = true;
      file.append(from, at, length);
    }
  }

  /** Appends all records of a chunk, which may be given back after that. */
  void append(Chunk chunk) {
    if (file != null) {
      pieceIsOpen = true;
      file.append(chunk);
    }
  }

  /** Ends a piece: books its packets, now or when they are on disk. */
  void commit(Tally tally, long nowNanos) {
    if (file == null) {
      lose(tally);
      return;
    }
    pieceIsOpen = false;
    touched(nowNanos);
    packets += tally.total();
    latestNanos = Math.max(latestNanos, tally.latestNanos());
    unsettled.add(file.length(), tally);
    settle(nowNanos);
  }

  /** Books packets that cannot be written. */
  void lose(Tally tally) {
    trouble.lose(tally);
  }

  private void settle(long nowNanos) {
    long diskEnd = file.diskEnd();
    if (diskEnd > countedEnd) {
      parts.counters().bytesWritten.add(diskEnd - countedEnd);
      countedEnd = diskEnd;
      unflushedSinceNanos = nowNanos;
      if (file.failure() == null) {
        trouble.succeeded(Trouble.Cause.WRITE, nowNanos);
      }
    }
    unsettled.settle(diskEnd);
    if (file.failure() != null) {
      recover(nowNanos);
    }
  }

  private void recover(long nowNanos) {
    trouble.lost(unsettled.lose());
    packets = unsettled.settledPackets();
    hasUnflushed = false;
    trouble.failed(Trouble.Cause.WRITE, "write", file.failure(), nowNanos);
    try {
      file.cutTo(unsettled.settledEnd());
      countedEnd = file.diskEnd();
      if (countedEnd == 0) {
        appendHeader();
      }
    } catch (IOException e) {
      trouble.failed(Trouble.Cause.WRITE, "shorten", e, nowNanos);
      close(nowNanos);
    }
  }

  /** Nanoseconds until {@link #flushIfDue} has something to do if nothing more comes. */
  long flushDueIn(long nowNanos) {
    return hasUnflushed
        ? Math.min(
            unflushedSinceNanos + parts.options().flushNanos() - nowNanos,
            committedAtNanos + QUIET_NANOS - nowNanos)
        : Long.MAX_VALUE;
  }

  /**
   * Shows everything to other processes when it has waited long enough or nothing more comes; not
   * in the middle of a piece, which must not be cut in two if that fails.
   */
  void flushIfDue(long nowNanos) {
    if (!pieceIsOpen && flushDueIn(nowNanos) <= 0) {
      flush(nowNanos);
    }
  }

  private void flush(long nowNanos) {
    if (file != null) {
      hasUnflushed = false;
      file.flush();
      settle(nowNanos);
    }
  }

  /** Finishes the current file and opens the next. */
  void rotate(long nowNanos) {
    parts.log().accept("Rotating");
    if (file != null) {
      finish(nowNanos);
      parts.counters().rotations.increment();
    }
    parts.leftovers().retry();
    openAgain(nowNanos);
  }

  /** Brings the current file to disk and gives it its finished name. */
  void finish(long nowNanos) {
    flush(nowNanos);
    if (file == null) {
      return;
    }
    boolean hasHeader = file.diskEnd() > 0;
    try {
      file.force();
    } catch (IOException e) {
      trouble.failed(Trouble.Cause.WRITE, "sync", e, nowNanos);
    }
    close(nowNanos);
    if (hasHeader) {
      mover.finish(latestNanos, nowNanos);
    } else {
      mover.remove(nowNanos);
    }
  }

  private void close(long nowNanos) {
    unsettled.lose(); // a header at most
    try {
      file.close();
    } catch (IOException e) {
      trouble.failed(Trouble.Cause.WRITE, "close", e, nowNanos);
    }
    file = null;
    hasUnflushed = false;
  }

  /** Closes the file quickly; it stays as a leftover, or goes away if it has no packets. */
  void abandon(long nowNanos) {
    flush(nowNanos);
    if (file != null) {
      boolean empty = packets == 0;
      close(nowNanos);
      if (empty) {
        mover.remove(nowNanos);
      }
    }
  }
}
