package org.gotm.fleet.lake;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.gotm.app.daemon.StartException;
import org.gotm.core.failure.Reason;

/**
 * The right to write a sensor's part of a lake: one process has it at a time, and the kernel takes
 * it back when that ends in whatever way.
 */
final class LakeLock implements AutoCloseable {
  private final FileChannel channel;

  private LakeLock(FileChannel channel) {
    this.channel = channel;
  }

  /**
   * Takes it, and makes the folders that are missing.
   *
   * @throws StartException if another process has it, or the folder cannot be written to
   */
  static LakeLock take(Lake lake) {
    try {
      Files.createDirectories(lake.workFolder());
      return take(lake, lake.workFolder().resolve("lock"));
    } catch (IOException e) {
      throw new StartException(
          "lake=%s: cannot be written to: %s".formatted(lake.folder(), Reason.of(e)), e);
    }
  }

  private static LakeLock take(Lake lake, Path file) throws IOException {
    FileChannel channel =
        FileChannel.open(
            file, StandardOpenOption.CREATE, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS);
    if (!isLocked(channel)) {
      channel.close();
      throw new StartException(
          "lake=%s: another gotm converts for sensor=%s: wait until it has ended"
              .formatted(lake.folder(), lake.sensor()));
    }
    return new LakeLock(channel);
  }

  private static boolean isLocked(FileChannel channel) throws IOException {
    try {
      FileLock lock = channel.tryLock();
      return lock != null;
    } catch (OverlappingFileLockException e) {
      return false;
    }
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
