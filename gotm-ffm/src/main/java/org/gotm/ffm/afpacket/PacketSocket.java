package org.gotm.ffm.afpacket;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static org.gotm.ffm.linux.generated.linux_h.AF_PACKET;
import static org.gotm.ffm.linux.generated.linux_h.ETH_P_ALL;
import static org.gotm.ffm.linux.generated.linux_h.PACKET_ADD_MEMBERSHIP;
import static org.gotm.ffm.linux.generated.linux_h.PACKET_MR_PROMISC;
import static org.gotm.ffm.linux.generated.linux_h.PACKET_STATISTICS;
import static org.gotm.ffm.linux.generated.linux_h.SOCK_CLOEXEC;
import static org.gotm.ffm.linux.generated.linux_h.SOL_PACKET;
import static org.gotm.ffm.linux.generated.linux_h.SOL_SOCKET;
import static org.gotm.ffm.linux.generated.linux_h.SO_ATTACH_FILTER;
import static org.gotm.ffm.linux.generated.linux_h.SO_DETACH_FILTER;
import static org.gotm.ffm.linux.generated.linux_h.SO_ERROR;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.gotm.core.source.PacketSourceException;
import org.gotm.ffm.libc.Errno;
import org.gotm.ffm.libc.Libc;
import org.gotm.ffm.linux.generated.packet_mreq;
import org.gotm.ffm.linux.generated.sockaddr_ll;
import org.gotm.ffm.linux.generated.tpacket_stats_v3;

/**
 * A packet socket: see packet(7). It receives nothing until it is bound, so that neither foreign
 * nor unfiltered packets are in the ring. One thread.
 */
final class PacketSocket implements AutoCloseable {
  private final Arena arena = Arena.ofShared();
  private final Libc libc = new Libc(arena);
  private final MemorySegment statistics = tpacket_stats_v3.allocate(arena);
  private final String interfaceName;
  private final int fd;

  /**
   * Opens a socket that is not bound yet.
   *
   * @param interfaceName what to call it in messages
   * @throws PacketSourceException above all if the process lacks CAP_NET_RAW
   */
  PacketSocket(String interfaceName, CaptureMode mode) {
    this.interfaceName = interfaceName;
    fd = libc.socket(AF_PACKET(), mode.socketType() | SOCK_CLOEXEC(), 0);
    if (fd < 0) {
      arena.close();
      throw refused("open a packet socket", fd);
    }
  }

  int fd() {
    return fd;
  }

  /** The system calls of this socket's thread. */
  Libc libc() {
    return libc;
  }

  /** Sets an option of SOL_PACKET. */
  void set(int option, int value, String purpose) {
    check(libc.setsockopt(fd, SOL_PACKET(), option, value), purpose);
  }

  /** Sets an option of SOL_PACKET. */
  void set(int option, MemorySegment value, String purpose) {
    check(libc.setsockopt(fd, SOL_PACKET(), option, value), purpose);
  }

  /** The value of an option of SOL_PACKET that is an int. */
  int get(int option, String purpose) {
    try (Arena call = Arena.ofConfined()) {
      MemorySegment value = call.allocate(Integer.BYTES, Integer.BYTES);
      check(libc.getsockopt(fd, SOL_PACKET(), option, value), purpose);
      return value.get(JAVA_INT, 0);
    }
  }

  /** Lets through only what the filter keeps, from now on; null for all. */
  void filter(SocketFilter filter) {
    if (filter == null) {
      int answer = libc.setsockopt(fd, SOL_SOCKET(), SO_DETACH_FILTER(), 0);
      check(answer == -Errno.ENOENT ? 0 : answer, "remove the filter");
      return;
    }
    try (Arena call = Arena.ofConfined()) {
      check(
          libc.setsockopt(fd, SOL_SOCKET(), SO_ATTACH_FILTER(), filter.allocate(call)),
          "attach the filter");
    }
  }

  /** Receives what is for other stations too, until the socket is closed. */
  void setPromiscuous(int interfaceIndex) {
    try (Arena call = Arena.ofConfined()) {
      MemorySegment membership = packet_mreq.allocate(call);
      packet_mreq.mr_ifindex(membership, interfaceIndex);
      packet_mreq.mr_type(membership, (short) PACKET_MR_PROMISC());
      set(PACKET_ADD_MEMBERSHIP(), membership, "make the interface promiscuous");
    }
  }

  /**
   * Starts receiving.
   *
   * @param interfaceIndex 0 for all interfaces
   */
  void bind(int interfaceIndex) {
    try (Arena call = Arena.ofConfined()) {
      MemorySegment address = sockaddr_ll.allocate(call);
      sockaddr_ll.sll_family(address, (short) AF_PACKET());
      sockaddr_ll.sll_protocol(address, Short.reverseBytes((short) ETH_P_ALL()));
      sockaddr_ll.sll_ifindex(address, interfaceIndex);
      check(libc.bind(fd, address), "bind the packet socket");
    }
  }

  /** The error that waits on the socket, such as ENETDOWN, or 0; it is gone afterwards. */
  int takeError() {
    try (Arena call = Arena.ofConfined()) {
      MemorySegment value = call.allocate(Integer.BYTES, Integer.BYTES);
      check(libc.getsockopt(fd, SOL_SOCKET(), SO_ERROR(), value), "read its error");
      return value.get(JAVA_INT, 0);
    }
  }

  /** Adds what the kernel counted since the last time. */
  void addStatistics(RingStatistics totals) {
    check(
        libc.getsockopt(fd, SOL_PACKET(), PACKET_STATISTICS(), statistics), "read its statistics");
    totals.add(
        tpacket_stats_v3.tp_packets(statistics),
        tpacket_stats_v3.tp_drops(statistics),
        tpacket_stats_v3.tp_freeze_q_cnt(statistics));
  }

  /** Fails if the answer of a system call is an error. */
  void check(int answer, String purpose) {
    if (answer < 0) {
      throw refused(purpose, answer);
    }
  }

  private PacketSourceException refused(String purpose, int error) {
    return new PacketSourceException(
        "interface=%s: cannot %s: %s%s"
            .formatted(interfaceName, purpose, Libc.message(error), remedy(-error)));
  }

  private static String remedy(int errno) {
    return switch (errno) {
      case Errno.EPERM, Errno.EACCES ->
          "; run as root, or once: setcap cap_net_raw+ep "
              + ProcessHandle.current().info().command().orElse("the java program");
      case Errno.ENOMEM, Errno.ENOBUFS ->
          "; use a smaller -buffersize or -blocksize, or raise net.core.optmem_max for a long"
              + " -filter";
      case Errno.EINVAL, Errno.EOPNOTSUPP -> "; this kernel cannot, use -capture pcap";
      default -> "";
    };
  }

  @Override
  public void close() {
    libc.close(fd);
    arena.close();
  }
}
