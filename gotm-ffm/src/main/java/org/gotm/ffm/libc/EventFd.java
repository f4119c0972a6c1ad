package org.gotm.ffm.libc;

import java.lang.foreign.Arena;
import org.gotm.core.capture.PacketSourceException;

/**
 * A descriptor that lets any thread end another thread's poll(2). It stays readable from the signal
 * to {@link #clear}, so a signal between two polls is not lost.
 *
 * <p>Thread rule: any thread signals, also while it is closed; one thread polls, clears and closes.
 */
public final class EventFd implements AutoCloseable {
  private final Arena arena = Arena.ofShared();
  private final Libc libc = new Libc(arena);
  private final int fd;
  private boolean closed;

  /** Opens it, not signalled. */
  public EventFd() {
    fd = libc.eventfd();
    if (fd < 0) {
      arena.close();
      throw new PacketSourceException(
          "no eventfd: %s; raise the limit of open files (ulimit -n)".formatted(Libc.message(fd)));
    }
  }

  /** The descriptor to poll for POLLIN. */
  public int fd() {
    return fd;
  }

  /** Makes the descriptor readable; harmless when it is closed. Any thread. */
  public synchronized void signal() {
    if (!closed) {
      libc.eventfdWrite(fd);
    }
  }

  /** Makes the descriptor unreadable again. */
  public synchronized void clear() {
    libc.eventfdRead(fd);
  }

  @Override
  public synchronized void close() {
    if (!closed) {
      closed = true;
      libc.close(fd);
      arena.close();
    }
  }
}
