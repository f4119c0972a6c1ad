package org.gotm.ffm.snf;

import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import org.gotm.core.source.PacketSourceException;
import org.gotm.ffm.linux.Errno;
import org.gotm.ffm.linux.Libc;
import org.gotm.ffm.linux.NativeLibrary;
import org.gotm.ffm.snf.generated.snf_h;

/**
 * libsnf, loaded and initialised, and what of it can be relied on. Having one is the proof that the
 * generated bindings may be used.
 *
 * <p>Functions answer 0 or a positive errno value; errno itself means nothing. Nothing is promised
 * about calls at the same time, so all but those on a ring are made under {@link #LOCK}.
 */
final class SnfLibrary {
  /** Held around every call that is not on one ring by the thread that polls it. */
  static final ReentrantLock LOCK = new ReentrantLock();

  private static final String PROPERTY = "gotm.snf.library";
  private static final List<String> CANDIDATES = List.of("/opt/snf/lib/libsnf.so", "libsnf.so");
  private static final int OLDEST_LEVEL = 3;

  private final Path file;
  private final int level;

  private SnfLibrary(Path file, int level) {
    this.file = file;
    this.level = level;
  }

  /**
   * Loads and initialises the library; harmless when done before.
   *
   * @throws PacketSourceException if there is none or it does not work here; the message says why
   */
  static SnfLibrary load() {
    LOCK.lock();
    try {
      String path = System.getProperty(PROPERTY);
      Path file =
          NativeLibrary.load(
              "libsnf",
              path == null ? CANDIDATES : List.of(path),
              "snf_init",
              "install Myricom SNF, or give the path by -D%s=".formatted(PROPERTY));
      return new SnfLibrary(file, initialise(file));
    } finally {
      LOCK.unlock();
    }
  }

  /** Agrees on the level of {@code snf.h}, else on the oldest one whose functions are the same. */
  private static int initialise(Path file) {
    int level = snf_h.SNF_VERSION_API();
    int code = snf_h.snf_init((short) level);
    if (code != 0) {
      level = OLDEST_LEVEL;
      code = snf_h.snf_init((short) level) == 0 ? 0 : code;
    }
    if (code != 0) {
      throw new PacketSourceException(
          "%s: snf_init failed: %s; is the driver loaded (/opt/snf/sbin/myri_start_stop start) and of the same version?"
              .formatted(file, message(code)));
    }
    return level;
  }

  /** The file that was loaded. */
  Path file() {
    return file;
  }

  /**
   * True if the library knows the function and was initialised at a level whose layouts are known,
   * which is to be asked before any function that {@code snf.h} marks as newer.
   */
  boolean has(String function) {
    return level == snf_h.SNF_VERSION_API() && NativeLibrary.symbol(function).isPresent();
  }

  /** True if the answer means that there is nothing now, and that asking again is right. */
  static boolean isNothing(int code) {
    return code == Errno.EAGAIN || code == Errno.EBUSY || code == Errno.EINTR;
  }

  /** The code and what the C library calls it. */
  static String message(int code) {
    return "%s (error %d)".formatted(Libc.message(code), Math.abs(code));
  }
}
