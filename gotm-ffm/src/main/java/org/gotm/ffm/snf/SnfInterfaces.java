package org.gotm.ffm.snf;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.gotm.core.source.PacketSourceException;
import org.gotm.ffm.snf.generated.snf_h;
import org.gotm.ffm.snf.generated.snf_ifaddrs;

/** The interfaces that SNF can capture from. Any thread. */
public final class SnfInterfaces {
  private static final HexFormat MAC = HexFormat.ofDelimiter(":");

  private SnfInterfaces() {}

  /**
   * All interfaces of SNF, also those that are down. There may be none.
   *
   * @throws PacketSourceException if libsnf is not there or does not work here; the message says
   *     why
   */
  public static List<SnfInterface> list() {
    return list(SnfLibrary.load());
  }

  /**
   * True if SNF captures from what a user calls {@code name}; false too where there is no working
   * libsnf, for which {@link #list} gives the reason.
   */
  public static boolean owns(String name) {
    List<SnfInterface> interfaces;
    try {
      interfaces = list();
    } catch (PacketSourceException e) {
      return false; // no SNF here; who asks for it by name is told why
    }
    return SnfPort.isMeantBy(name, interfaces);
  }

  static List<SnfInterface> list(SnfLibrary library) {
    SnfLibrary.LOCK.lock();
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment out = arena.allocate(ADDRESS);
      int code = snf_h.snf_getifaddrs(out);
      if (code != 0) {
        throw new PacketSourceException(
            "cannot list the interfaces of SNF: snf_getifaddrs of %s failed: %s; is the driver loaded (/opt/snf/sbin/myri_start_stop start)?"
                .formatted(library.file(), SnfLibrary.message(code)));
      }
      MemorySegment head = out.get(ADDRESS, 0);
      try {
        return copy(head, library.has("snf_get_link_state"));
      } finally {
        if (head.address() != 0) {
          snf_h.snf_freeifaddrs(head);
        }
      }
    } finally {
      SnfLibrary.LOCK.unlock();
    }
  }

  /** Copies the list; its entries end before the link's state in libraries that cannot tell it. */
  private static List<SnfInterface> copy(MemorySegment head, boolean hasLink) {
    long size = hasLink ? snf_ifaddrs.sizeof() : snf_ifaddrs.snf_ifa_link_state$offset();
    List<SnfInterface> interfaces = new ArrayList<>();
    MemorySegment next = head;
    while (next.address() != 0) {
      MemorySegment entry = next.reinterpret(size);
      interfaces.add(
          new SnfInterface(
              snf_ifaddrs.snf_ifa_name(entry).reinterpret(Long.MAX_VALUE).getString(0),
              snf_ifaddrs.snf_ifa_portnum(entry),
              snf_ifaddrs.snf_ifa_maxrings(entry),
              mac(entry),
              hasLink ? link(entry) : SnfInterface.Link.UNKNOWN,
              hasLink ? snf_ifaddrs.snf_ifa_link_speed(entry) : 0));
      next = snf_ifaddrs.snf_ifa_next(entry);
    }
    return List.copyOf(interfaces);
  }

  private static SnfInterface.Link link(MemorySegment entry) {
    return snf_ifaddrs.snf_ifa_link_state(entry) == snf_h.SNF_LINK_UP()
        ? SnfInterface.Link.UP
        : SnfInterface.Link.DOWN;
  }

  private static String mac(MemorySegment entry) {
    return MAC.formatHex(snf_ifaddrs.snf_ifa_macaddr(entry).toArray(JAVA_BYTE));
  }
}
