package org.gotm.store.file;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import java.util.function.Consumer;
import org.gotm.store.api.RecordingException;

/**
 * The right to write to an output folder: held by one process at a time, and given back by the
 * kernel when that process ends in whatever way. The file stays, as removing it would let two
 * processes hold locks on two files of the same name.
 */
public final class FolderLock implements AutoCloseable {
  private static final String NAME = ".gotm.lock";
  private static final Set<OpenOption> OPTIONS =
      Set.of(
          StandardOpenOption.CREATE,
          StandardOpenOption.READ,
          StandardOpenOption.WRITE,
          LinkOption.NOFOLLOW_LINKS);

  /** Who cannot open it cannot lock it. */
  private static final FileAttribute<?> ONLY_OURS =
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));

  private final FileChannel channel;
  private final OwnFiles own;

  private FolderLock(FileChannel channel, OwnFiles own) {
    this.channel = channel;
    this.own = own;
  }

  /**
   * Makes the folder if it is missing and takes the lock. If what has the lock's name is not ours
   * it is left alone, and the folder is written to without a lock.
   *
   * @param log takes one line
   * @throws RecordingException if the folder cannot be written to or another process has the lock
   */
  public static FolderLock take(Path folder, Consumer<String> log) {
    try {
      Files.createDirectories(folder);
      OwnFiles own = OwnFiles.in(folder);
      return open(folder, own, log);
    } catch (IOException e) {
      throw new RecordingException(
          "write=%s: cannot be written to: %s; choose another folder with -write or change its permissions"
              .formatted(folder, ErrorState.reason(e)),
          e);
    }
  }

  private static FolderLock open(Path folder, OwnFiles own, Consumer<String> log)
      throws IOException {
    Path path = folder.resolve(NAME);
    String strangeness =
        Files.exists(path, LinkOption.NOFOLLOW_LINKS) ? own.strangeness(path) : null;
    if (strangeness != null) {
      log.accept(
          "write=%s: %s %s: it is left alone, and nothing keeps another gotm from this folder"
              .formatted(folder, NAME, strangeness));
      return new FolderLock(null, own);
    }
    return lock(folder, own, FileChannel.open(path, OPTIONS, ONLY_OURS));
  }

  private static FolderLock lock(Path folder, OwnFiles own, FileChannel channel)
      throws IOException {
    try {
      if (isLocked(channel)) {
        String holder = read(channel);
        throw new RecordingException(
            "write=%s: another gotm (pid %s) writes to this folder; stop it or choose another folder with -write"
                .formatted(folder, holder));
      }
      write(channel, Long.toString(ProcessHandle.current().pid()));
      return new FolderLock(channel, own);
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

  /** What tells our files from those of others. */
  public OwnFiles own() {
    return own;
  }

  @Override
  public void close() {
    try {
      if (channel != null) {
        channel.close();
      }
    } catch (IOException e) {
      throw new UncheckedIOException("the lock of the output folder cannot be given back", e);
    }
  }
}
