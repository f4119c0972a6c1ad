package org.gotm.store.file;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Map;

/**
 * Tells gotm's files from what others have put into an output folder that they may write to: only a
 * regular file of the same user, with one name, is ever locked, repaired or moved. A link is never
 * followed. Any thread.
 */
public final class OwnFiles {
  private final Object user;

  private OwnFiles(Object user) {
    this.user = user;
  }

  /**
   * The files of the user that files in this folder belong to when we make them.
   *
   * @throws IOException if no file can be made there
   */
  static OwnFiles in(Path folder) throws IOException {
    Path probe = Files.createTempFile(folder, ".gotm", ".probe");
    try {
      return new OwnFiles(attributes(probe).get("uid"));
    } finally {
      Files.deleteIfExists(probe);
    }
  }

  private static Map<String, Object> attributes(Path path) throws IOException {
    return Files.readAttributes(
        path, "unix:uid,nlink,isRegularFile,isSymbolicLink", LinkOption.NOFOLLOW_LINKS);
  }

  /** Why a file is not to be touched, in words that follow its name, or null if it may be. */
  public String strangeness(Path path) throws IOException {
    Map<String, Object> found = attributes(path);
    if (found.get("isSymbolicLink").equals(true)) {
      return "is a symbolic link";
    }
    if (!found.get("isRegularFile").equals(true)) {
      return "is not a file";
    }
    if (!found.get("uid").equals(user)) {
      return "belongs to another user";
    }
    return found.get("nlink").equals(1) ? null : "has another name elsewhere (a hard link)";
  }

  /** What tells a file from all others, or null if there is none of that name. */
  public static Object identity(Path path) throws IOException {
    try {
      return Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS)
          .fileKey();
    } catch (NoSuchFileException e) {
      return null;
    }
  }

  /**
   * Takes the lock that a file's writer or mender holds until it closes the file or ends.
   *
   * @return null if another has it
   */
  public static FileLock lock(FileChannel channel) throws IOException {
    return lock(channel, false);
  }

  /** True for a file of ours that another process writes or mends. */
  public static boolean isInUse(Path path) throws IOException {
    try (FileChannel channel =
            FileChannel.open(path, StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS);
        FileLock lock = lock(channel, true)) {
      return lock == null;
    }
  }

  /** A shared lock is refused only because of a writer, not because of any reader's lock. */
  private static FileLock lock(FileChannel channel, boolean shared) throws IOException {
    try {
      return channel.tryLock(0, Long.MAX_VALUE, shared);
    } catch (OverlappingFileLockException e) {
      return null; // this very process has it
    }
  }
}
