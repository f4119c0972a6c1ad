package org.gotm.ffm.afpacket;

import static org.gotm.ffm.linux.generated.linux_h.POLLERR;
import static org.gotm.ffm.linux.generated.linux_h.POLLIN;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.gotm.core.source.PacketSourceException;
import org.gotm.ffm.linux.Errno;
import org.gotm.ffm.linux.EventFd;
import org.gotm.ffm.linux.Libc;
import org.gotm.ffm.linux.generated.pollfd;

/**
 * What a source waits for: its socket, and a wake-up from another thread. One thread, but {@link
 * #wakeup} from any.
 */
final class PollSet implements AutoCloseable {
  private final Arena arena = Arena.ofShared();
  private final Libc libc = new Libc(arena);
  private final MemorySegment both = arena.allocate(2 * pollfd.sizeof(), Long.BYTES);
  private final MemorySegment socket = both.asSlice(0, pollfd.sizeof());
  private final MemorySegment wakeup = both.asSlice(pollfd.sizeof());
  private final EventFd event;

  /** Without a socket yet. */
  PollSet() {
    try {
      event = new EventFd();
    } catch (PacketSourceException e) {
      arena.close();
      throw e;
    }
    pollfd.fd(wakeup, event.fd());
    pollfd.events(wakeup, (short) POLLIN());
  }

  /** From now on waits for this socket. */
  void setSocket(int fd) {
    pollfd.fd(socket, fd);
    pollfd.events(socket, (short) (POLLIN() | POLLERR()));
  }

  /** Waits for a wake-up alone; true if it came in time. */
  boolean sleep(int millis) {
    if (poll(wakeup, 1, millis) == 0) {
      return false;
    }
    event.clear();
    return true;
  }

  /** Waits for the socket or a wake-up; true if an error waits on the socket. */
  boolean await(int millis) {
    if (poll(both, 2, millis) == 0) {
      return false;
    }
    if (pollfd.revents(wakeup) != 0) {
      event.clear();
    }
    return (pollfd.revents(socket) & ~POLLIN()) != 0;
  }

  private int poll(MemorySegment fds, int count, int millis) {
    int ready = libc.poll(fds, count, millis);
    if (ready < 0 && ready != -Errno.EINTR) {
      throw new PacketSourceException("cannot wait for packets: " + Libc.message(ready));
    }
    return Math.max(ready, 0);
  }

  /** Ends a wait, or the next one; harmless when closed. Any thread. */
  void wakeup() {
    event.signal();
  }

  @Override
  public void close() {
    event.close();
    arena.close();
  }
}
