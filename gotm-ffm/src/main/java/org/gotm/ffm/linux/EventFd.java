package org.gotm.ffm.linux;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.gotm.core.source.PacketSourceException;

/**
 * A descriptor that lets any thread end another thread's poll(2). It stays readable from the signal
 * to {@link #clear}, so a signal between two polls is not lost.
 *
 * <p>Thread rule: any thread signals, also while it is closed; one thread polls, clears and closes.
 */
public final class EventFd implements AutoCloseable {
  private static final short POLLIN = 1;

  private final Arena arena = Arena.ofShared();
  private final Libc libc = new Libc(arena);
  private final Libc waiting = new Libc(arena);
  private final MemorySegment wait = arena.allocate(Libc.POLLFD);
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
    wait.set(JAVA_INT, 0, fd);
    wait.set(JAVA_SHORT, Integer.BYTES, POLLIN);
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

  /** Waits for a signal, which is cleared, but not longer than the given time. */
  public void await(int timeoutMillis) {
    if (waiting.poll(wait, 1, timeoutMillis) == 1) {
      clear();
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
