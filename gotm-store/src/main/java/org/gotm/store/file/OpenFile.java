package org.gotm.store.file;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.Arrays;
import org.gotm.store.compress.Piece;
import org.gotm.store.compress.PieceTotals;
import org.gotm.store.compress.Trailer;
import org.gotm.store.index.FileIndex;
import org.gotm.store.index.LiveIndex;

/**
 * One file that is written, with its account: takes pieces, and books their packets when the file
 * has them.
 *
 * <p>No error stops it. Packets that cannot be written are booked as lost and the file is cut back
 * to its last whole piece; if that fails too the file is {@linkplain #isBroken broken}. It belongs
 * to the output thread, and to the closer's from its hand-over on.
 */
final class OpenFile implements AutoCloseable {
  /** Interfaces, packets and statistics may come before the trailer. */
  private static final int MORE_PIECES = 3;

  private final DiskFile disk;
  private final FileHeader header;
  private final FileErrors errors;
  private final FileCounters counters;
  private final FileAccount account = new FileAccount();
  private final Runnable freeStaging;
  private final FileIndex index;
  private final Arena arena = Arena.ofShared();
  private final Trailer trailer;
  private long[] interfaceEnds = {};
  private long countedEnd;
  private boolean broken;
  private boolean complete;

  /**
   * Makes the file; there must be none.
   *
   * @param header what it holds besides packets
   * @param index of all files, or null for none
   * @param staging see {@link DiskFile}
   * @param freeStaging run once, when the staging memory is not needed any more
   */
  OpenFile(
      Path path,
      FileHeader header,
      LiveIndex index,
      MemorySegment staging,
      FileErrors errors,
      FileCounters counters,
      Runnable freeStaging)
      throws IOException {
    this.header = header;
    this.errors = errors;
    this.counters = counters;
    this.freeStaging = freeStaging;
    trailer = header.trailer(arena);
    disk = new DiskFile(path, staging);
    this.index = index == null ? null : index.open(path);
    appendHeader();
  }

  private void appendHeader() {
    FileHeader.Start start = header.start();
    appendOther(start.part());
    interfaceEnds = new long[start.interfaces()];
    Arrays.fill(interfaceEnds, disk.length());
  }

  private void appendOther(FileHeader.Part part) {
    MemorySegment bytes = part.bytes();
    trailer.add(bytes.byteSize(), part.plainLength());
    disk.append(bytes, 0, (int) bytes.byteSize());
    account.addHeader(disk.length());
  }

  /** Describes the interfaces that have been added, in front of their first packet. */
  private void describeInterfaces() {
    int from = interfaceEnds.length;
    int to = header.interfaces();
    appendOther(header.more(from, to));
    interfaceEnds = Arrays.copyOf(interfaceEnds, to);
    Arrays.fill(interfaceEnds, from, to, disk.length());
  }

  /** Appends what a complete file ends with, in front of {@link #complete}. */
  void end(FileInterval interval) {
    if (broken) {
      return;
    }
    FileHeader.Part end = header.end(interval, interfaceEnds.length);
    if (end != null) {
      appendOther(end);
    }
    for (MemorySegment part : trailer.parts()) {
      disk.append(part, 0, (int) part.byteSize());
    }
    account.addHeader(disk.length()); // all of the trailer or nothing stays
  }

  /** Appends a piece, whose memory may be used again after that. */
  void append(Piece piece, long nowNanos) {
    if (header.hasMoreThan(interfaceEnds.length)) {
      describeInterfaces();
    }
    long begin = disk.length();
    account.add(begin + piece.length(), piece.totals()); // it is booked even if this fails
    trailer.add(piece.length(), piece.totals().plainLength());
    disk.append(piece);
    if (index != null) {
      index.add(piece.takeTerms(), begin, piece.length());
    }
    settle(nowNanos);
  }

  /** Writes everything, so that other processes see it. */
  void flush(long nowNanos) {
    disk.flush();
    settle(nowNanos);
  }

  /** Writes everything and frees the staging memory; nothing may be appended any more. */
  void complete(long nowNanos) {
    flush(nowNanos);
    lose();
    release();
  }

  private void release() {
    if (!complete) {
      complete = true;
      freeStaging.run();
    }
  }

  private void settle(long nowNanos) {
    long diskEnd = disk.diskEnd();
    if (diskEnd > countedEnd) {
      counters.bytesWritten.add(diskEnd - countedEnd);
      countedEnd = diskEnd;
      if (disk.failure() == null) {
        errors.succeeded(ErrorState.Cause.WRITE, nowNanos);
        errors.succeeded(ErrorState.Cause.VANISHED, nowNanos);
      }
    }
    account.settle(diskEnd);
    if (disk.failure() != null) {
      recover(nowNanos);
    }
  }

  private void recover(long nowNanos) {
    errors.lost(account.lose());
    errors.failed(ErrorState.Cause.WRITE, "write", disk.failure(), nowNanos);
    cut(nowNanos);
    broken |= !secure(); // a file system that has aborted refuses writes and forgets what it took
  }

  private void cut(long nowNanos) {
    if (index != null) {
      index.giveUp("it was cut short when it could not be written");
    }
    try {
      disk.cutTo(account.settledEnd());
      trailer.cutTo(account.settledEnd());
      if (account.settledEnd() == 0) {
        appendHeader();
      } else {
        forgetInterfacesBehind(account.settledEnd());
      }
    } catch (IOException e) {
      broken = true;
      errors.failed(ErrorState.Cause.WRITE, "shorten", e, nowNanos);
    }
  }

  private void forgetInterfacesBehind(long end) {
    int described = interfaceEnds.length;
    while (described > 0 && interfaceEnds[described - 1] > end) {
      described--;
    }
    interfaceEnds = Arrays.copyOf(interfaceEnds, described);
  }

  /**
   * True when the file could not be cut back to what its account says, or the disk does not keep
   * it: nothing may follow.
   */
  boolean isBroken() {
    return broken;
  }

  /**
   * Books everything as lost and says so, if the file does not have its name any more: somebody has
   * removed or moved it, or its folder, and nobody will look for what is written.
   *
   * @return true if so; the file is to be closed
   */
  boolean hasVanished(Path path, long nowNanos) {
    if (!disk.isGoneFrom(path)) {
      return false;
    }
    lose();
    retract();
    errors.failed(
        ErrorState.Cause.VANISHED,
        "find",
        new IOException("it was removed or moved away, or its folder was, while it was written"),
        nowNanos);
    return true;
  }

  /** Waits until the disk has what was written; false, and all booked as lost, if it does not. */
  boolean sync() {
    try {
      disk.force();
    } catch (IOException e) {
      retract();
      errors.failed(ErrorState.Cause.SYNC, "sync", e, System.nanoTime());
      return false;
    } catch (RuntimeException | Error e) {
      retract();
      throw e;
    }
    account.noteSynced();
    errors.succeeded(ErrorState.Cause.SYNC, System.nanoTime());
    return true;
  }

  /** Like {@link #sync}, but does not ask the disk again for what it has already. */
  boolean secure() {
    return !account.hasUnsynced() || sync();
  }

  private void retract() {
    errors.lost(account.retract());
  }

  /** Books as lost what is not written. */
  void lose() {
    errors.lost(account.lose());
  }

  /** Where the packets end that are booked as written. */
  long settledEnd() {
    return account.settledEnd();
  }

  /** Bytes of the file, those in memory included. */
  long length() {
    return disk.length();
  }

  /** Bytes to leave free for its end if its size is limited, and one more piece comes. */
  long endLength() {
    return header.endLength() + trailer.lengthWith(MORE_PIECES);
  }

  /** Bytes of the file that other processes see. */
  long diskEnd() {
    return disk.diskEnd();
  }

  /** Packets of the file, those in memory included. */
  long packets() {
    return account.packets();
  }

  /** What of the file is written. */
  PieceTotals written() {
    return account.written();
  }

  /** Tells the index the name that the file has now that it is finished. */
  void finishIndex(Path finished) {
    if (index != null) {
      index.finish(finished, diskEnd());
    }
  }

  /** There will be no sidecar; harmless behind {@link #finishIndex}. */
  void dropIndex() {
    if (index != null) {
      index.drop();
    }
  }

  /** Closes the file as it is; what is in memory only is lost. Harmless when called twice. */
  @Override
  public void close() throws IOException {
    lose();
    release();
    if (arena.scope().isAlive()) {
      arena.close();
    }
    disk.close();
  }
}
