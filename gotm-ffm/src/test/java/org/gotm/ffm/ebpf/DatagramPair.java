package org.gotm.ffm.ebpf;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import org.gotm.ffm.bpf.SocketFilter;
import org.gotm.ffm.linux.Errno;
import org.gotm.ffm.linux.Libc;
import org.gotm.ffm.linux.PacketSocket;
import org.gotm.ffm.linux.generated.linux_h;

/**
 * Two sockets of AF_UNIX for datagrams: a filter of the one that receives drops and cuts them as it
 * would packets, without a network. It sees a datagram from its first byte on.
 */
final class DatagramPair implements AutoCloseable {
  /** A datagram that was not received. */
  static final int DROPPED = -1;

  private static final int LONGEST = 1 << 17;
  private static final int SOCK_NONBLOCK = 0x800;
  private static final MethodHandle SOCKETPAIR =
      Linker.nativeLinker()
          .downcallHandle(
              Linker.nativeLinker().defaultLookup().findOrThrow("socketpair"),
              FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, ADDRESS));

  private final Arena arena = Arena.ofConfined();
  private final Libc libc = new Libc(arena);
  private final MemorySegment buffer = arena.allocate(LONGEST);
  private final int sender;
  private final PacketSocket receiver;

  DatagramPair() {
    MemorySegment fds = arena.allocate(JAVA_INT, 2);
    try {
      int type = linux_h.SOCK_DGRAM() | linux_h.SOCK_CLOEXEC() | SOCK_NONBLOCK;
      int answer = (int) SOCKETPAIR.invokeExact(linux_h.AF_UNIX(), type, 0, fds);
      if (answer != 0) {
        throw new AssertionError("socketpair: " + answer);
      }
    } catch (Throwable e) {
      throw new AssertionError(e);
    }
    sender = fds.getAtIndex(JAVA_INT, 0);
    receiver = PacketSocket.borrowed("datagrams", fds.getAtIndex(JAVA_INT, 1));
  }

  /** The socket to attach a filter to. */
  PacketSocket receiver() {
    return receiver;
  }

  /** Attaches a filter translated. */
  void attachTranslated(SocketFilter filter) throws UnsupportedFilterException {
    TranslatedFilter.attach(filter, receiver);
  }

  /** Sends a datagram; answers how much of it is received, or {@link #DROPPED}. */
  int pass(byte[] datagram) {
    MemorySegment.copy(datagram, 0, buffer, JAVA_BYTE, 0, datagram.length);
    long sent = libc.write(sender, buffer.asSlice(0, datagram.length));
    if (sent != datagram.length) {
      throw new AssertionError("datagram of %d bytes: %d".formatted(datagram.length, sent));
    }
    long received = libc.read(receiver.fd(), buffer);
    if (received < 0 && received != -Errno.EAGAIN) {
      throw new AssertionError("read: " + received);
    }
    return received < 0 ? DROPPED : (int) received;
  }

  @Override
  public void close() {
    libc.close(sender);
    libc.close(receiver.fd());
    receiver.close();
    arena.close();
  }
}
