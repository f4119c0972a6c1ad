package org.gotm.ffm.linux;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;
import static org.gotm.ffm.linux.generated.linux_h.AF_UNIX;
import static org.gotm.ffm.linux.generated.linux_h.IFNAMSIZ;
import static org.gotm.ffm.linux.generated.linux_h.SIOCETHTOOL;
import static org.gotm.ffm.linux.generated.linux_h.SIOCGIFFLAGS;
import static org.gotm.ffm.linux.generated.linux_h.SIOCGIFHWADDR;
import static org.gotm.ffm.linux.generated.linux_h.SIOCGIFINDEX;
import static org.gotm.ffm.linux.generated.linux_h.SIOCGIFMTU;
import static org.gotm.ffm.linux.generated.linux_h.SIOCGIFNAME;
import static org.gotm.ffm.linux.generated.linux_h.SOCK_CLOEXEC;
import static org.gotm.ffm.linux.generated.linux_h.SOCK_DGRAM;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.gotm.core.source.PacketSourceException;
import org.gotm.ffm.linux.generated.ifreq;

/**
 * Asks the kernel about network interfaces: see netdevice(7). Needs no rights. One thread.
 *
 * <p>An interface is known by its own name and by alternative ones, of which long ones are looked
 * up first.
 *
 * <p>Numbers answer {@code -errno} when the kernel refuses, {@code -ENODEV} if there is no such
 * interface.
 */
final class InterfaceQuery implements AutoCloseable {
  private static final Path LIST = Path.of("/proc/net/dev");
  private static final int UNSIGNED_SHORT = 0xffff;

  private static final long ANSWER = ifreq.ifr_ifru$offset();

  private final Arena arena = Arena.ofShared();
  private final Libc libc = new Libc(arena);
  private final MemorySegment request = ifreq.allocate(arena);
  private final int fd;

  /** Opens a socket to ask through. */
  InterfaceQuery() {
    fd = libc.socket(AF_UNIX(), SOCK_DGRAM() | SOCK_CLOEXEC(), 0);
    if (fd < 0) {
      arena.close();
      throw new PacketSourceException(
          "cannot ask for network interfaces: %s; raise the limit of open files (ulimit -n)"
              .formatted(Libc.message(fd)));
    }
  }

  /** The names of all interfaces of this network namespace. */
  static List<String> names() {
    try (Stream<String> lines = Files.lines(LIST)) {
      return lines
          .filter(line -> line.indexOf(':') > 0)
          .map(line -> line.substring(0, line.indexOf(':')).strip())
          .toList();
    } catch (IOException e) {
      throw new PacketSourceException(
          "cannot list network interfaces: %s cannot be read".formatted(LIST), e);
    }
  }

  /** The index under which an interface is known now. */
  int index(String name) {
    if (isLong(name)) {
      return AlternativeName.index(libc, name);
    }
    int result = ask(SIOCGIFINDEX(), name);
    return result < 0 ? result : request.get(JAVA_INT, ANSWER);
  }

  /** The own name of an interface, which may be asked for by another; null if there is none. */
  String ownName(String name) {
    int index = index(name);
    return index < 0 ? null : name(index);
  }

  /** The name that an interface has now, or null if it is gone. */
  String name(int index) {
    request.fill((byte) 0);
    request.set(JAVA_INT, ANSWER, index);
    return libc.ioctl(fd, SIOCGIFNAME(), request) < 0 ? null : request.getString(0);
  }

  /** IFF_ flags, 16 bits. */
  int flags(String name) {
    int result = ask(SIOCGIFFLAGS(), name);
    return result < 0 ? result : request.get(JAVA_SHORT, ANSWER) & UNSIGNED_SHORT;
  }

  /** ARPHRD_ type of the interface's link. */
  int hardwareType(String name) {
    int result = ask(SIOCGIFHWADDR(), name);
    return result < 0 ? result : request.get(JAVA_SHORT, ANSWER) & UNSIGNED_SHORT;
  }

  /** The largest network packet it sends, in bytes. */
  int mtu(String name) {
    int result = ask(SIOCGIFMTU(), name);
    return result < 0 ? result : request.get(JAVA_INT, ANSWER);
  }

  /** Carries out an ethtool command, whose record it fills in. */
  int ethtool(String name, MemorySegment command) {
    if (!prepare(name)) {
      return -Errno.ENODEV;
    }
    request.set(ADDRESS, ANSWER, command);
    return libc.ioctl(fd, SIOCETHTOOL(), request);
  }

  private int ask(int what, String name) {
    return prepare(name) ? libc.ioctl(fd, what, request) : -Errno.ENODEV;
  }

  /** Names the interface in the request; false if there is none. */
  private boolean prepare(String name) {
    String known = isLong(name) ? ownName(name) : name;
    if (known == null) {
      return false;
    }
    request.fill((byte) 0);
    request.setString(0, known);
    return true;
  }

  private static boolean isLong(String name) {
    return name.getBytes(StandardCharsets.UTF_8).length >= IFNAMSIZ();
  }

  @Override
  public void close() {
    libc.close(fd);
    arena.close();
  }
}
