package org.gotm.ffm;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;
import org.gotm.ffm.linux.Libc;
import org.gotm.ffm.linux.generated.linux_h;
import org.gotm.ffm.linux.generated.sockaddr_ll;

/** Sends frames out of an interface exactly as they are, through a packet socket. */
public final class FrameSender implements AutoCloseable {
  private static final int LONGEST = 1 << 17;

  private final Arena arena = Arena.ofShared();
  private final Libc libc = new Libc(arena);
  private final MemorySegment buffer = arena.allocate(LONGEST);
  private final int fd;

  /** A sender on an interface of this process's namespace. */
  public FrameSender(String interfaceName) {
    fd = libc.socket(linux_h.AF_PACKET(), linux_h.SOCK_RAW(), 0);
    MemorySegment address = sockaddr_ll.allocate(arena);
    sockaddr_ll.sll_family(address, (short) linux_h.AF_PACKET());
    sockaddr_ll.sll_ifindex(address, libc.interfaceIndex(interfaceName));
    int bound = libc.bind(fd, address);
    if (fd < 0 || bound < 0) {
      throw new AssertionError("cannot send on %s: %d %d".formatted(interfaceName, fd, bound));
    }
  }

  /** Sends a frame; answers its length, or -errno if the driver does not take it. */
  public long trySend(byte[] frame) {
    MemorySegment.copy(frame, 0, buffer, JAVA_BYTE, 0, frame.length);
    return libc.write(fd, buffer.asSlice(0, frame.length));
  }

  /** Sends frames that the driver has to take. */
  public void send(List<byte[]> frames) {
    for (byte[] frame : frames) {
      long sent = trySend(frame);
      if (sent != frame.length) {
        throw new AssertionError("frame of %d bytes: %d".formatted(frame.length, sent));
      }
    }
  }

  /** Sends frames that the driver has to take. */
  public void send(byte[]... frames) {
    send(List.of(frames));
  }

  @Override
  public void close() {
    libc.close(fd);
    arena.close();
  }
}
