package org.gotm.ffm.linux;

import static org.gotm.ffm.linux.generated.linux_h.AF_UNIX;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** Listens where systemd would: a socket for what services tell it. One thread. */
public final class NotifySocket implements AutoCloseable {
  private static final int SOCK_DGRAM_CLOEXEC = 0x80002;
  private static final short POLLIN = 1;
  private static final int PATIENCE_MILLIS = 60_000;

  private final Arena arena = Arena.ofConfined();
  private final Libc libc = new Libc(arena);
  private final String name;
  private final int fd;

  private NotifySocket(String name) {
    this.name = name;
    fd = libc.socket(AF_UNIX(), SOCK_DGRAM_CLOEXEC, 0);
    byte[] path = name.replaceFirst("^@", "\0").getBytes(StandardCharsets.UTF_8);
    MemorySegment address = arena.allocate(2 + path.length, Short.BYTES);
    address.set(ValueLayout.JAVA_SHORT, 0, (short) AF_UNIX());
    MemorySegment.copy(path, 0, address, ValueLayout.JAVA_BYTE, 2, path.length);
    if (libc.bind(fd, address) < 0) {
      throw new AssertionError("cannot listen to " + name);
    }
  }

  /**
   * Listens in the abstract namespace, which is that of the network.
   *
   * @param name not used by others
   */
  public static NotifySocket named(String name) {
    return new NotifySocket("@" + name);
  }

  /** Listens at a path, which is short. */
  public static NotifySocket at(Path path) {
    return new NotifySocket(path.toString());
  }

  /** What NOTIFY_SOCKET is to say. */
  public String name() {
    return name;
  }

  /** The next that begins so; fails if it does not come. */
  public String await(String begin) {
    String state;
    do {
      state = poll(PATIENCE_MILLIS);
      if (state == null) {
        throw new AssertionError("nothing that begins with " + begin);
      }
    } while (!state.startsWith(begin));
    return state;
  }

  /** The next, or null if none comes in time. */
  public String poll(int timeoutMillis) {
    MemorySegment poll = arena.allocate(Libc.POLLFD);
    poll.set(ValueLayout.JAVA_INT, 0, fd);
    poll.set(ValueLayout.JAVA_SHORT, Integer.BYTES, POLLIN);
    if (libc.poll(poll, 1, timeoutMillis) != 1) {
      return null;
    }
    MemorySegment buffer = arena.allocate(4096);
    long length = libc.read(fd, buffer);
    return new String(
        buffer.asSlice(0, length).toArray(ValueLayout.JAVA_BYTE), StandardCharsets.UTF_8);
  }

  @Override
  public void close() {
    libc.close(fd);
    arena.close();
  }
}
