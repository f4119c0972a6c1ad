package org.gotm.store.file;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.function.Consumer;
import java.util.function.ObjLongConsumer;
import org.gotm.core.capture.Counter;
import org.gotm.store.compress.Piece;
import org.gotm.store.index.LiveIndex;

/**
 * The current file of a series: opens it, appends pieces, and hands it to the closer when it is
 * complete, under a name aside, so that the next one can begin.
 *
 * <p>No error stops it: what cannot be written is booked as lost, and the next piece is tried
 * again, in a new file if need be. One thread.
 */
public final class CurrentFile implements SeriesOutput {
  /** After so much silence everything is shown to other processes. */
  private static final long QUIET_NANOS = 20_000_000;

  private static final long OPEN_AGAIN_NANOS = 100_000_000;

  private final Options options;
  private final Parts parts;
  private final Path path;
  private final BlockingQueue<MemorySegment> stagings = new ArrayBlockingQueue<>(2);
  private OpenFile file;
  private boolean hasUnflushed;
  private long unflushedSinceNanos;
  private long appendedAtNanos;
  private long openTriedNanos;
  private long inTheWayEnd = Long.MAX_VALUE;

  /**
   * What the files of a series have in common.
   *
   * @param series what tells their names from those of other series, empty for the main one
   * @param header what they hold besides packets
   * @param sizeBytes bytes on disk that a file does not exceed; 0 for no limit
   * @param flushNanos how long written records may wait for others to see them
   */
  public record Options(String series, FileHeader header, long sizeBytes, long flushNanos) {}

  /**
   * What the current files of all series share, and what this one reports to.
   *
   * @param lock of all series of the names
   * @param interval the account of the workers
   * @param index of all files, or null for none
   * @param putAside takes a file that was in the way, and is to be cut to a length and repaired
   * @param log takes one line
   */
  public record Parts(
      FileNames names,
      SeriesLock lock,
      Closer closer,
      FileCounters counters,
      FileErrors errors,
      IntervalLedger interval,
      LiveIndex index,
      ObjLongConsumer<Path> putAside,
      Consumer<String> log) {}

  /**
   * No file yet.
   *
   * @param memory gives staging memory, which outlives this and its closer
   */
  public CurrentFile(Options options, Parts parts, Arena memory) {
    this.options = options;
    this.parts = parts;
    this.path = parts.names().current(options.series());
    for (int i = 0; i < 2; i++) { // one file is written while the one before is closed
      stagings.add(memory.allocate(DiskFile.STAGING_LENGTH, DiskFile.STAGING_ALIGNMENT));
    }
  }

  /** Makes the current file; there must be none. */
  @Override
  public void open(long nowNanos) throws IOException {
    makeRoom();
    MemorySegment staging = takeStaging();
    try {
      file =
          new OpenFile(
              path,
              options.header(),
              parts.index(),
              staging,
              parts.errors(),
              parts.counters(),
              () -> stagings.add(staging));
    } catch (IOException e) {
      stagings.add(staging);
      throw e;
    }
    parts.log().accept("Opening new pcap file " + path.getFileName());
    touched(nowNanos);
  }

  /** Puts aside what has the current file's name because it could not be moved. */
  private void makeRoom() throws IOException {
    parts.lock().follow();
    if (Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
      if (Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS) && OwnFiles.isInUse(path)) {
        throw new IOException("another process writes it");
      }
      putAside();
    }
  }

  /** Memory that no file uses; waits for the closer if it still has both. */
  private MemorySegment takeStaging() throws IOException {
    try {
      return stagings.take();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
  }

  private void touched(long nowNanos) {
    if (!hasUnflushed) {
      hasUnflushed = true;
      unflushedSinceNanos = nowNanos;
    }
    appendedAtNanos = nowNanos;
  }

  private void openAgain(long nowNanos) {
    FileErrors errors = parts.errors();
    if (errors.isOn(ErrorState.Cause.OPEN) && nowNanos - openTriedNanos < OPEN_AGAIN_NANOS) {
      return;
    }
    openTriedNanos = nowNanos;
    try {
      Files.createDirectories(parts.names().folder());
      open(nowNanos);
      errors.succeeded(ErrorState.Cause.OPEN, nowNanos);
    } catch (IOException e) {
      errors.failed(ErrorState.Cause.OPEN, "open", e, nowNanos);
    }
  }

  /** Makes the current file if there is none. */
  @Override
  public void openIfMissing(long nowNanos) {
    if (file == null) {
      openAgain(nowNanos);
    }
  }

  /**
   * Appends a piece, after making a new file if one is due before it. Its packets are booked here
   * or by the file in any case, also if this fails.
   */
  @Override
  public void append(Piece piece, long nowNanos) {
    boolean ready = false;
    try {
      ready = makeReadyFor(piece, nowNanos);
    } finally {
      if (!ready) {
        lose(piece);
      }
    }
    if (ready) {
      appendToFile(piece, nowNanos);
    }
  }

  private boolean makeReadyFor(Piece piece, long nowNanos) {
    if (!isEmpty() && (piece.startsFile() || piece.length() > room())) {
      rotate(nowNanos);
    }
    openIfMissing(nowNanos);
    return file != null;
  }

  private void appendToFile(Piece piece, long nowNanos) {
    long diskEnd = file.diskEnd();
    touched(nowNanos);
    file.append(piece, nowNanos);
    if (file.isBroken()) {
      leaveBroken(nowNanos);
    } else if (file.diskEnd() > diskEnd) {
      unflushedSinceNanos = nowNanos;
    }
  }

  /** Books the packets of a piece that cannot be written. */
  @Override
  public void lose(Piece piece) {
    piece.totals().book(Counter.LOST_WRITE_ERROR);
    parts.errors().lost(piece.totals().packets());
  }

  /** Where in the file the next piece will begin. */
  @Override
  public long length() {
    return file == null ? 0 : file.length();
  }

  /** Bytes that may be appended before a new file is due by size. */
  @Override
  public long room() {
    return file == null ? roomOfNewFile() : roomBetween(file.length(), file.endLength());
  }

  /** Bytes that may be appended to a new file. */
  @Override
  public long roomOfNewFile() {
    return roomBetween(options.header().startLength(), options.header().endLength());
  }

  private long roomBetween(long length, long endLength) {
    return options.sizeBytes() == 0 ? Long.MAX_VALUE : options.sizeBytes() - length - endLength;
  }

  private boolean isEmpty() {
    return file == null || file.packets() == 0;
  }

  /** Nanoseconds until {@link #flushIfDue} has something to do if nothing more comes. */
  @Override
  public long flushDueIn(long nowNanos) {
    return hasUnflushed
        ? Math.min(
            unflushedSinceNanos + options.flushNanos() - nowNanos,
            appendedAtNanos + QUIET_NANOS - nowNanos)
        : Long.MAX_VALUE;
  }

  /** Shows everything to other processes when it has waited long enough or nothing more comes. */
  @Override
  public void flushIfDue(long nowNanos) {
    if (flushDueIn(nowNanos) <= 0) {
      flush(nowNanos);
    }
  }

  @Override
  public void flush(long nowNanos) {
    hasUnflushed = false;
    if (file == null) {
      return;
    }
    file.flush(nowNanos);
    if (file.isBroken()) {
      leaveBroken(nowNanos);
    } else if (leaveIfVanished(nowNanos)) {
      openAgain(nowNanos);
    }
  }

  private boolean leaveIfVanished(long nowNanos) {
    boolean vanished = file != null && file.hasVanished(path, nowNanos);
    if (vanished) {
      leave(nowNanos);
    }
    return vanished;
  }

  /** Hands the current file to the closer and opens the next. */
  @Override
  public void rotate(long nowNanos) {
    parts.log().accept("Rotating");
    leaveIfVanished(nowNanos);
    if (file != null) {
      handOverAside(nowNanos);
      parts.counters().rotations.increment();
    }
    openAgain(nowNanos);
  }

  /**
   * Gives the file a name of its own for the closer. One that must keep its name is brought to disk
   * here, and left to whoever finds it in the way of the next.
   */
  private void handOverAside(long nowNanos) {
    try {
      parts.closer().accept(complete(parts.names().putAside(path), true, nowNanos));
    } catch (IOException e) {
      parts.errors().failed(ErrorState.Cause.MOVE, "move", e, nowNanos);
      Closer.bringToDisk(complete(path, false, nowNanos));
    }
  }

  /** Hands the current file to the closer; no other follows. */
  @Override
  public void finish(long nowNanos) {
    leaveIfVanished(nowNanos);
    if (file != null) {
      parts.closer().accept(complete(path, false, nowNanos));
    }
  }

  private Closer.Job complete(Path where, boolean isAside, long nowNanos) {
    OpenFile complete = file;
    complete.flush(nowNanos); // so that all of its packets are booked in its own interval
    file = null;
    hasUnflushed = false;
    return new Closer.Job(
        complete,
        where,
        path,
        isAside,
        options.series(),
        interval(complete),
        parts.closer().epochNanos(),
        parts.errors());
  }

  private FileInterval interval(OpenFile complete) {
    FileInterval interval = parts.interval().take(parts.closer().epochNanos());
    return parts.closer().isByPacketTime() && complete.written().packets() > 0
        ? interval.during(complete.written().firstNanos(), complete.written().lastNanos())
        : interval;
  }

  /** Closes the file quickly; it stays for the next start, or goes away if it has no packets. */
  @Override
  public void abandon(long nowNanos) {
    if (file != null) {
      file.flush(nowNanos);
      boolean empty = file.packets() == 0;
      file.secure();
      leave(nowNanos);
      if (empty) {
        remove(nowNanos);
      }
    }
  }

  private void leave(long nowNanos) {
    file.dropIndex();
    try {
      file.close();
    } catch (IOException e) {
      parts.errors().failed(ErrorState.Cause.WRITE, "close", e, nowNanos);
    }
    file = null;
    hasUnflushed = false;
  }

  /**
   * Closes a file that can be written and cut no more. What the disk does not keep of it is not
   * written, and what it has more than is booked will be cut off before it gets its finished name.
   */
  private void leaveBroken(long nowNanos) {
    if (leaveIfVanished(nowNanos)) {
      return;
    }
    long end = file.settledEnd();
    leave(nowNanos);
    if (end == 0) {
      remove(nowNanos);
      return;
    }
    inTheWayEnd = end;
    try {
      putAside();
    } catch (IOException e) {
      parts.errors().failed(ErrorState.Cause.MOVE, "move", e, nowNanos);
    }
  }

  private void putAside() throws IOException {
    parts.putAside().accept(parts.names().putAside(path), inTheWayEnd);
    inTheWayEnd = Long.MAX_VALUE;
  }

  private void remove(long nowNanos) {
    try {
      Files.delete(path);
    } catch (IOException e) {
      parts.errors().failed(ErrorState.Cause.MOVE, "remove", e, nowNanos);
    }
  }

  /** Books as lost what is not written, as nobody will write it any more. */
  @Override
  public void lose() {
    if (file != null) {
      file.lose();
    }
  }

  /** Waits until the disk has what is written, or books it as lost. */
  @Override
  public void secure() {
    if (file != null) {
      file.secure();
    }
  }

  @Override
  public String failure() {
    return null;
  }
}
