package org.gotm.ffm.pcap;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.gotm.core.source.PacketSourceException;
import org.gotm.ffm.libc.Libc;
import org.gotm.ffm.linux.generated.ifreq;
import org.gotm.ffm.linux.generated.linux_h;

/**
 * Knows whether an interface is up, down or gone. It goes by the index, so one that was renamed is
 * still the same, and one that was removed and made again is not. One thread. Source: netdevice(7).
 */
final class InterfaceWatch implements AutoCloseable {
  /** What can be the matter with an interface. */
  enum State {
    /** It works. */
    UP,
    /** It was taken down and can come back. */
    DOWN,
    /** It does not exist any more. */
    GONE
  }

  private static final int AF_UNIX = 1;
  private static final int SOCK_DGRAM = 2;
  private static final int SIOCGIFNAME = 0x8910;
  private static final long VALUE = ifreq.ifr_ifru$offset();

  private final Arena arena = Arena.ofShared();
  private final Libc libc = new Libc(arena);
  private final MemorySegment request = arena.allocate(ifreq.layout());
  private final String name;
  private final int socket;
  private int index;

  InterfaceWatch(String name) {
    this.name = name;
    socket = libc.socket(AF_UNIX, SOCK_DGRAM | linux_h.SOCK_CLOEXEC(), 0);
    if (socket < 0) {
      arena.close();
      throw new PacketSourceException(
          "interface=%s: no socket: %s; raise the limit of open files (ulimit -n)"
              .formatted(name, Libc.message(socket)));
    }
    follow();
  }

  /** From now on the interface is the one that has the name now. */
  void follow() {
    index = libc.interfaceIndex(name);
  }

  /** The state of the followed interface; what is no network interface ("any") is always up. */
  State state() {
    if (index < 0) {
      return State.UP;
    }
    request.fill((byte) 0);
    request.set(JAVA_INT, VALUE, index);
    if (libc.ioctl(socket, SIOCGIFNAME, request) < 0) {
      return State.GONE;
    }
    int flags = flags();
    return flags < 0 ? State.GONE : (flags & linux_h.IFF_UP()) != 0 ? State.UP : State.DOWN;
  }

  /** True if there is an interface of the name, and it is up. */
  boolean isThere() {
    return (flagsByName() & linux_h.IFF_UP()) != 0;
  }

  /** True if the interface only reaches this machine. */
  boolean isLoopback() {
    return (flagsByName() & linux_h.IFF_LOOPBACK()) != 0;
  }

  private int flagsByName() {
    request.fill((byte) 0);
    if (name.length() >= linux_h.IFNAMSIZ()) {
      return 0;
    }
    request.setString(0, name);
    return Math.max(flags(), 0);
  }

  private int flags() {
    int result = libc.ioctl(socket, linux_h.SIOCGIFFLAGS(), request);
    return result < 0 ? result : request.get(JAVA_SHORT, VALUE) & 0xffff;
  }

  @Override
  public void close() {
    libc.close(socket);
    arena.close();
  }
}
