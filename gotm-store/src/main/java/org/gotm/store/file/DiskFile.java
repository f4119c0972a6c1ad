package org.gotm.store.file;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.gotm.core.chunk.Chunk;
import org.gotm.store.compress.Piece;

/**
 * A file that grows at its end, by large aligned writes that bypass the page cache where the file
 * system can do that (O_DIRECT), by ordinary ones where it cannot.
 *
 * <p>A large piece that lies right is written from where it lies. Other bytes are copied into
 * staging memory, and written when that is full. What does not fill a block at the end goes through
 * the page cache on {@link #flush}, and once more as part of its block later; so the file's length
 * is always exact.
 *
 * <p>A failing write does not throw from {@link #append}: it shows in {@link #failure}, and nothing
 * more is taken until {@link #cutTo} has mended the file. One thread at a time.
 */
final class DiskFile implements AutoCloseable {
  /** Staging memory that keeps a disk busy while the copies into it stay in the CPU's cache. */
  static final int STAGING_LENGTH = 2 << 20;

  /** Shorter pieces are gathered in staging memory. */
  private static final int SHORTEST_IN_PLACE = 256 << 10;

  /** What {@link #DiskFile} needs its staging memory aligned to, and a block of the file. */
  static final int STAGING_ALIGNMENT = Chunk.ALIGNMENT;

  private final FileChannel buffered;
  private final MemorySegment staging;
  private final ByteBuffer view;
  private FileChannel direct;
  private FileLock lock;
  private Object identity;
  private int block = 1;
  private boolean directWorks;
  private long base;
  private int filled;
  private int onDisk;
  private IOException failure;

  /**
   * Makes a new file.
   *
   * @param staging memory of {@link #STAGING_LENGTH}, used by this file alone until it is closed
   * @throws IOException if it cannot be made, exists already or is another's at once
   */
  DiskFile(Path path, MemorySegment staging) throws IOException {
    this.staging = staging;
    this.view = staging.asByteBuffer();
    buffered =
        FileChannel.open(
            path,
            StandardOpenOption.CREATE_NEW,
            StandardOpenOption.READ,
            StandardOpenOption.WRITE,
            LinkOption.NOFOLLOW_LINKS);
    try {
      openDirect(path);
      takeLock();
      identity = OwnFiles.identity(path);
    } catch (IOException e) {
      close();
      throw e;
    }
  }

  private void takeLock() throws IOException {
    lock = OwnFiles.lock(buffered);
    if (lock == null) {
      throw new IOException("another process has locked it");
    }
  }

  private void openDirect(Path path) {
    try {
      long blockSize = Files.getFileStore(path).getBlockSize();
      if (DirectOption.DIRECT != null
          && blockSize <= STAGING_ALIGNMENT
          && STAGING_ALIGNMENT % blockSize == 0) {
        direct =
            FileChannel.open(
                path, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS, DirectOption.DIRECT);
        block = STAGING_ALIGNMENT;
      }
    } catch (IOException | UnsupportedOperationException e) {
      direct = null; // this file system cannot do it, which costs speed and nothing else
    }
  }

  /** Copies {@code length} bytes to the end. */
  void append(MemorySegment from, long at, int length) {
    int left = length;
    while (left > 0 && failure == null) {
      int n = Math.min(left, STAGING_LENGTH - filled);
      MemorySegment.copy(from, at + length - left, staging, filled, n);
      filled += n;
      left -= n;
      if (filled == STAGING_LENGTH) {
        write(false);
      }
    }
  }

  /** Appends a piece, whose memory may be used again after that. */
  void append(Piece piece) {
    if (direct != null) {
      piece.align(length());
    }
    if (!isInPlace(piece) || !appendInPlace(piece)) {
      append(piece.memory(), piece.begin(), piece.length());
    }
  }

  private boolean isInPlace(Piece piece) {
    return direct != null
        && failure == null
        && !piece.isCompressed()
        && piece.length() >= SHORTEST_IN_PLACE
        && piece.begin() == length() % block
        && piece.memory().address() % block == 0;
  }

  /**
   * Puts the end of the file, which does not fill a block, before the piece's records and writes
   * whole blocks from there.
   *
   * @return false if that fails, and nothing has changed
   */
  private boolean appendInPlace(Piece piece) {
    try {
      writeBlocks(filled - filled % block);
      if (direct == null) {
        return false;
      }
      MemorySegment memory = piece.memory();
      int end = piece.begin() + piece.length();
      MemorySegment.copy(staging, 0, memory, 0, filled);
      int length = end - end % block;
      ByteBuffer bytes = piece.plainBuffer().position(0);
      for (int done = 0; done < length; done += writeDirect(bytes, done, length)) {
        // on to the rest
      }
      base += length;
      filled = end - length;
      onDisk = 0;
      MemorySegment.copy(memory, length, staging, 0, filled);
      return true;
    } catch (IOException e) {
      return false; // by way of staging memory it shows whether that lasts
    }
  }

  /** Writes everything, so that other processes see it. */
  void flush() {
    if (failure == null && onDisk < filled) {
      write(true);
    }
  }

  private void write(boolean all) {
    try {
      writeBlocks(filled - filled % block);
      if (all && onDisk < filled) {
        writeFully(buffered, filled);
      }
    } catch (IOException e) {
      failure = e;
    }
  }

  /** Writes the first {@code length} bytes and moves what is left to the front. */
  private void writeBlocks(int length) throws IOException {
    if (length == 0) {
      return;
    }
    if (direct == null) {
      writeFully(buffered, length);
    } else {
      writeDirect(length);
    }
    MemorySegment.copy(staging, length, staging, 0, filled - length);
    base += length;
    filled -= length;
    onDisk = Math.max(0, onDisk - length);
  }

  private void writeDirect(int length) throws IOException {
    try {
      for (int done = 0; done < length; onDisk = Math.max(onDisk, done)) {
        done += writeDirect(view, done, length);
      }
    } catch (IOException e) {
      if (directWorks) {
        throw e;
      }
      closeDirect(); // opened, but cannot be written to
      lock.release(); // by closing one channel the process has lost the lock that it has by both
      takeLock();
      writeFully(buffered, length);
    }
  }

  /** Writes whole blocks from {@code bytes}, whose first is at {@link #base}; answers how many. */
  private int writeDirect(ByteBuffer bytes, int from, int to) throws IOException {
    bytes.limit(to).position(from);
    int written = direct.write(bytes, base + from) / block * block;
    if (written == 0) {
      throw new IOException("not even one block could be written");
    }
    directWorks = true;
    return written;
  }

  /** Writes what is not on disk yet of the first {@code end} bytes. */
  private void writeFully(FileChannel channel, int end) throws IOException {
    while (onDisk < end) {
      view.limit(end).position(onDisk);
      onDisk += channel.write(view, base + onDisk);
    }
  }

  /**
   * True if the file does not have this name any more; false, too, if that cannot be told, or what
   * is in the way of the folder is no folder, as the folder may come back.
   */
  boolean isGoneFrom(Path path) {
    try {
      if (identity != null && identity.equals(OwnFiles.identity(path))) {
        return false;
      }
    } catch (IOException e) {
      return false; // writing will show whether something is wrong
    }
    Path folder = path.toAbsolutePath().getParent();
    return !Files.exists(folder) || Files.isDirectory(folder);
  }

  /** Bytes of the file, those in staging memory included. */
  long length() {
    return base + filled;
  }

  /** Bytes that are in the file, as far as other processes see it. */
  long diskEnd() {
    return base + onDisk;
  }

  /** What went wrong since the file was made or cut, or null. */
  IOException failure() {
    return failure;
  }

  /**
   * Shortens the file and forgets what is in staging memory, so that it goes on from {@code end},
   * which must not be beyond {@link #diskEnd}.
   */
  void cutTo(long end) throws IOException {
    buffered.truncate(end);
    base = end - end % block;
    filled = 0;
    onDisk = 0;
    int rest = (int) (end - base);
    view.limit(rest).position(0);
    while (view.hasRemaining()) {
      if (buffered.read(view, base + view.position()) < 0) {
        throw new IOException("the file is shorter than what was written to it");
      }
    }
    filled = rest;
    onDisk = rest;
    failure = null;
  }

  /** Waits until the disk has everything that {@link #flush} wrote. */
  void force() throws IOException {
    buffered.force(true);
  }

  private void closeDirect() throws IOException {
    if (direct != null) {
      FileChannel channel = direct;
      direct = null;
      block = 1;
      channel.close();
    }
  }

  /** Closes the file as it is, without writing what is in staging memory. */
  @Override
  public void close() throws IOException {
    try {
      closeDirect();
    } finally {
      buffered.close();
    }
  }
}
