package org.gotm.store.file;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import java.util.function.Consumer;
import java.util.zip.CRC32;
import org.gotm.core.failure.Reason;
import org.gotm.store.api.RecordingException;

/**
 * The right to write files of one name to an output folder: held by one process at a time, and
 * given back by the kernel when that process ends in whatever way. It is a lock of one byte of an
 * empty file, at a place that the name gives, so that several names share a folder. The file stays;
 * who removes it takes nothing from who has the lock, as each current file has a {@linkplain
 * OwnFiles#lock lock} of its own. Any thread.
 */
public final class SeriesLock implements AutoCloseable {
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

  /** The C library's words for EROFS; to a service most of the disk is so. */
  private static final String READ_ONLY = "Read-only file system";

  private final Path folder;
  private final String base;
  private final OwnFiles own;
  private final Consumer<String> log;
  private FileChannel channel;
  private Object identity;

  private SeriesLock(Path folder, String base, OwnFiles own, Consumer<String> log) {
    this.folder = folder;
    this.base = base;
    this.own = own;
    this.log = log;
  }

  /**
   * Makes the folder if it is missing and takes the lock. If what has the lock's name is not ours
   * it is left alone, and the current files' own locks have to do.
   *
   * @param base what the names of current files begin with
   * @param log takes one line
   * @throws RecordingException if the folder cannot be written to or another process has the lock
   */
  public static SeriesLock take(Path folder, String base, Consumer<String> log) {
    try {
      Files.createDirectories(folder);
      SeriesLock lock = new SeriesLock(folder, base, OwnFiles.in(folder), log);
      String other = lock.take();
      if (other != null) {
        throw refusal(folder, base, other);
      }
      return lock;
    } catch (IOException e) {
      throw new RecordingException(
          "write=%s: cannot be written to: %s; %s"
              .formatted(folder, Reason.of(e), remedy(folder, e)),
          e);
    }
  }

  private static String remedy(Path folder, IOException e) {
    if (e instanceof AccessDeniedException) {
      return "user %1$s may not; run: install -d -o %1$s -m 0750 %2$s, or choose another with -write"
          .formatted(System.getProperty("user.name"), folder);
    }
    return READ_ONLY.equals(Reason.of(e))
        ? "under systemd it takes ReadWritePaths=%s in a drop-in; else choose another with -write"
            .formatted(folder)
        : "choose another folder with -write or change its permissions";
  }

  /** What to tell the user when another process writes files of that name there. */
  static RecordingException refusal(Path folder, String base, String holder) {
    return new RecordingException(
        "write=%s: another gotm (pid %s) writes %s to this folder; stop it or choose another folder with -write"
            .formatted(folder, holder, base));
  }

  /** Takes the lock; answers who has it, or null if we do now. */
  private String take() throws IOException {
    Path path = folder.resolve(NAME);
    String strangeness =
        Files.exists(path, LinkOption.NOFOLLOW_LINKS) ? own.strangeness(path) : null;
    if (strangeness != null) {
      log.accept("write=%s: %s %s: it is left alone".formatted(folder, NAME, strangeness));
      identity = OwnFiles.identity(path);
      return null;
    }
    FileChannel opened = FileChannel.open(path, OPTIONS, ONLY_OURS);
    if (!isFree(opened)) {
      String holder = holder(path, place(base)); // before we close what may be the process's lock
      opened.close();
      return holder;
    }
    channel = opened;
    identity = OwnFiles.identity(path);
    return null;
  }

  private boolean isFree(FileChannel opened) throws IOException {
    try {
      FileLock lock = opened.tryLock(place(base), 1, false);
      return lock != null;
    } catch (OverlappingFileLockException e) {
      return false; // this very process has it
    }
  }

  private static long place(String base) {
    CRC32 crc = new CRC32();
    crc.update(base.getBytes(StandardCharsets.UTF_8));
    return crc.getValue();
  }

  /** The process that has locked a file from that byte on, as the kernel says. */
  static String holder(Path path, long place) {
    try {
      String inode = ":" + Files.getAttribute(path, "unix:ino", LinkOption.NOFOLLOW_LINKS);
      for (String line : Files.readAllLines(Path.of("/proc/locks"))) {
        String[] words = line.split("\\s+");
        if (words.length > 7 && words[5].endsWith(inode) && words[6].equals("" + place)) {
          return words[4];
        }
      }
      return "unknown";
    } catch (IOException e) {
      return "unknown";
    }
  }

  /**
   * Takes the lock of the folder that has the name now, if that is another one than before, or its
   * lock has gone.
   *
   * @throws IOException if another process has that
   */
  synchronized void follow() throws IOException {
    if (identity != null && identity.equals(OwnFiles.identity(folder.resolve(NAME)))) {
      return;
    }
    FileChannel before = channel;
    channel = null;
    if (take() != null) {
      channel = before;
      throw new IOException("another gotm writes files of that name to the folder");
    }
    if (before != null) {
      before.close();
    }
  }

  /** What tells our files from those of others. */
  public OwnFiles own() {
    return own;
  }

  @Override
  public synchronized void close() {
    try {
      if (channel != null) {
        channel.close();
      }
    } catch (IOException e) {
      throw new UncheckedIOException("the lock of the output folder cannot be given back", e);
    }
  }
}
