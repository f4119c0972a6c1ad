package org.gotm.store.file;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.gotm.store.api.RecordingException;

/**
 * The right to write to an output folder: held by one process at a time, and given back by the
 * kernel when that process ends in whatever way. The file stays, as removing it would let two
 * processes hold locks on two files of the same name.
 */
public final class FolderLock implements AutoCloseable {
  private static final String NAME = ".gotm.lock";

  private final FileChannel channel;

  private FolderLock(FileChannel channel) {
    this.channel = channel;
  }

  /**
   * Makes the folder if it is missing and takes the lock.
   *
   * @throws RecordingException if the folder cannot be written to or another process has the lock
   */
  public static FolderLock take(Path folder) {
    try {
      Files.createDirectories(folder);
      FileChannel channel =
          FileChannel.open(
              folder.resolve(NAME),
              StandardOpenOption.CREATE,
              StandardOpenOption.READ,
              StandardOpenOption.WRITE);
      return lock(folder, channel);
    } catch (IOException e) {
      throw new RecordingException(
          "write=%s: cannot be written to: %s; choose another folder with -write or change its permissions"
              .formatted(folder, ErrorState.reason(e)),
          e);
    }
  }

  private static FolderLock lock(Path folder, FileChannel channel) throws IOException {
    try {
      if (isLocked(channel)) {
        String holder = read(channel);
        throw new RecordingException(
            "write=%s: another gotm (pid %s) writes to this folder; stop it or choose another folder with -write"
                .formatted(folder, holder));
      }
      write(channel, Long.toString(ProcessHandle.current().pid()));
      return new FolderLock(channel);
    } catch (IOException | RuntimeException e) {
      channel.close();
      throw e;
    }
  }

  private static boolean isLocked(FileChannel channel) throws IOException {
    try {
      FileLock lock = channel.tryLock();
      return lock == null;
    } catch (OverlappingFileLockException e) {
      return true; // this very process has it
    }
  }

  private static String read(FileChannel channel) throws IOException {
    ByteBuffer pid = ByteBuffer.allocate(20);
    channel.read(pid, 0);
    return StandardCharsets.US_ASCII.decode(pid.flip()).toString();
  }

  private static void write(FileChannel channel, String pid) throws IOException {
    channel.truncate(0);
    channel.write(StandardCharsets.US_ASCII.encode(pid), 0);
  }

  @Override
  public void close() {
    try {
      channel.close();
    } catch (IOException e) {
      throw new UncheckedIOException("the lock of the output folder cannot be given back", e);
    }
  }
}
