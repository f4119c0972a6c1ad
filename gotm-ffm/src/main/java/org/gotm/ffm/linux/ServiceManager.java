package org.gotm.ffm.linux;

import static org.gotm.ffm.linux.generated.linux_h.AF_UNIX;
import static org.gotm.ffm.linux.generated.linux_h.SOCK_CLOEXEC;
import static org.gotm.ffm.linux.generated.linux_h.SOCK_DGRAM;
import static org.gotm.ffm.linux.generated.linux_h.SOL_SOCKET;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import org.gotm.core.source.PacketSourceException;

/**
 * Tells systemd how far the service is, as sd_notify(3) does, so that a unit of {@code Type=notify}
 * works. Without a service manager nothing happens. One that does not listen is waited for no
 * longer than a second. Any thread.
 */
public final class ServiceManager {
  private static final int PATH_OFFSET = 2;
  private static final int MAX_PATH = 107;

  /** See socket(7). */
  private static final int SO_SNDTIMEO = 21;

  private static final long TIMEOUT_SECONDS = 1;

  private final String socketPath;

  /**
   * The service manager of this process.
   *
   * @param socketPath value of the environment variable NOTIFY_SOCKET, or null; a leading @ means
   *     the abstract namespace
   */
  public ServiceManager(String socketPath) {
    this.socketPath = socketPath;
  }

  /**
   * Sends a state such as {@code READY=1}.
   *
   * @throws PacketSourceException if there is a service manager that cannot be told
   */
  public void tell(String state) {
    if (socketPath == null || socketPath.isEmpty()) {
      return;
    }
    try (Arena arena = Arena.ofConfined()) {
      Libc libc = new Libc(arena);
      int fd = libc.socket(AF_UNIX(), SOCK_DGRAM() | SOCK_CLOEXEC(), 0);
      if (fd < 0) {
        throw failed(fd);
      }
      MemorySegment timeout = arena.allocateFrom(ValueLayout.JAVA_LONG, TIMEOUT_SECONDS, 0);
      libc.setsockopt(fd, SOL_SOCKET(), SO_SNDTIMEO, timeout);
      long result = libc.connect(fd, address(arena));
      if (result >= 0) {
        byte[] bytes = state.getBytes(StandardCharsets.UTF_8);
        result = libc.write(fd, arena.allocateFrom(ValueLayout.JAVA_BYTE, bytes));
      }
      libc.close(fd);
      if (result < 0) {
        throw failed((int) result);
      }
    }
  }

  private MemorySegment address(Arena arena) {
    byte[] path = socketPath.getBytes(StandardCharsets.UTF_8);
    int length = Math.min(path.length, MAX_PATH);
    MemorySegment address = arena.allocate(PATH_OFFSET + length, Short.BYTES);
    address.set(ValueLayout.JAVA_SHORT, 0, (short) AF_UNIX());
    MemorySegment.copy(path, 0, address, ValueLayout.JAVA_BYTE, PATH_OFFSET, length);
    if (path[0] == '@') {
      address.set(ValueLayout.JAVA_BYTE, PATH_OFFSET, (byte) 0);
    }
    return address;
  }

  private PacketSourceException failed(int error) {
    return new PacketSourceException(
        "NOTIFY_SOCKET=%s: %s".formatted(socketPath, Libc.message(error)));
  }
}
