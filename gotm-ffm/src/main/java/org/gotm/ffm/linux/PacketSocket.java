package org.gotm.ffm.linux;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static org.gotm.ffm.linux.generated.linux_h.AF_PACKET;
import static org.gotm.ffm.linux.generated.linux_h.ETH_P_ALL;
import static org.gotm.ffm.linux.generated.linux_h.MAP_SHARED;
import static org.gotm.ffm.linux.generated.linux_h.PACKET_ADD_MEMBERSHIP;
import static org.gotm.ffm.linux.generated.linux_h.PACKET_IGNORE_OUTGOING;
import static org.gotm.ffm.linux.generated.linux_h.PACKET_MR_PROMISC;
import static org.gotm.ffm.linux.generated.linux_h.PROT_READ;
import static org.gotm.ffm.linux.generated.linux_h.PROT_WRITE;
import static org.gotm.ffm.linux.generated.linux_h.SOCK_CLOEXEC;
import static org.gotm.ffm.linux.generated.linux_h.SOL_PACKET;
import static org.gotm.ffm.linux.generated.linux_h.SOL_SOCKET;
import static org.gotm.ffm.linux.generated.linux_h.SO_ATTACH_FILTER;
import static org.gotm.ffm.linux.generated.linux_h.SO_DETACH_FILTER;
import static org.gotm.ffm.linux.generated.linux_h.SO_ERROR;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.gotm.core.source.PacketSourceException;
import org.gotm.ffm.linux.generated.packet_mreq;
import org.gotm.ffm.linux.generated.sockaddr_ll;

/**
 * A packet socket: see packet(7). One that is opened here receives nothing until it is bound, so
 * that neither foreign nor unfiltered packets are in its ring. One thread, but {@link #isBound}
 * from any.
 *
 * <p>What the kernel refuses is a {@link PacketSourceException} that says what was wanted, why not
 * and what to do.
 */
public final class PacketSocket implements AutoCloseable {
  /** Source: asm-generic/socket.h. */
  private static final int SO_ATTACH_BPF = 50;

  private final Arena arena = Arena.ofShared();
  private final Libc libc = new Libc(arena);
  private final String interfaceName;
  private final int fd;
  private final boolean isBorrowed;

  /**
   * Opens a socket that is not bound yet.
   *
   * @param interfaceName what to call it in messages
   * @throws PacketSourceException above all if the process lacks CAP_NET_RAW
   */
  public PacketSocket(String interfaceName, CaptureMode mode) {
    this.interfaceName = interfaceName;
    isBorrowed = false;
    fd = libc.socket(AF_PACKET(), mode.socketType() | SOCK_CLOEXEC(), 0);
    if (fd < 0) {
      arena.close();
      throw refused("open a packet socket", fd);
    }
  }

  private PacketSocket(String interfaceName, int fd) {
    this.interfaceName = interfaceName;
    this.fd = fd;
    isBorrowed = true;
  }

  /**
   * A socket that somebody else has opened, such as libpcap, and closes.
   *
   * @param fd its descriptor; one that is no packet socket refuses everything
   */
  public static PacketSocket borrowed(String interfaceName, int fd) {
    return new PacketSocket(interfaceName, fd);
  }

  /** The descriptor, to poll. */
  public int fd() {
    return fd;
  }

  /**
   * Sets an option of SOL_PACKET.
   *
   * @param purpose what it is for, to be read after "cannot"
   */
  public void set(int option, int value, String purpose) {
    check(libc.setsockopt(fd, SOL_PACKET(), option, value), purpose);
  }

  /** Sets an option of SOL_PACKET to a record. */
  public void set(int option, MemorySegment value, String purpose) {
    check(libc.setsockopt(fd, SOL_PACKET(), option, value), purpose);
  }

  /** The value of an option of SOL_PACKET that is an int. */
  public int get(int option, String purpose) {
    try (Arena call = Arena.ofConfined()) {
      MemorySegment value = call.allocate(Integer.BYTES, Integer.BYTES);
      get(option, value, purpose);
      return value.get(JAVA_INT, 0);
    }
  }

  /** Fills in the value of an option of SOL_PACKET that is a record. */
  public void get(int option, MemorySegment value, String purpose) {
    check(libc.getsockopt(fd, SOL_PACKET(), option, value), purpose);
  }

  /**
   * Lets through only what a filter keeps, from now on.
   *
   * @param program a {@code struct sock_fprog}
   */
  public void attachFilter(MemorySegment program) {
    check(libc.setsockopt(fd, SOL_SOCKET(), SO_ATTACH_FILTER(), program), "attach the filter");
  }

  /**
   * Lets through only what a program of eBPF keeps, from now on, instead of the filter that was
   * attached before.
   *
   * @param program the descriptor of one for sockets; the socket keeps the program itself
   */
  public void attachProgram(int program) {
    check(libc.setsockopt(fd, SOL_SOCKET(), SO_ATTACH_BPF, program), "attach the filter");
  }

  /** Lets everything through from now on. */
  public void detachFilter() {
    int answer = libc.setsockopt(fd, SOL_SOCKET(), SO_DETACH_FILTER(), 0);
    check(answer == -Errno.ENOENT ? 0 : answer, "remove the filter");
  }

  /** Does without copies of what this machine sends. Older kernels cannot: nothing changes. */
  public void ignoreOutgoing() {
    libc.setsockopt(fd, SOL_PACKET(), PACKET_IGNORE_OUTGOING(), 1);
  }

  /** Receives what is for other stations too, until the socket is closed. */
  public void setPromiscuous(int interfaceIndex) {
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
  public void bind(int interfaceIndex) {
    try (Arena call = Arena.ofConfined()) {
      MemorySegment address = sockaddr_ll.allocate(call);
      sockaddr_ll.sll_family(address, (short) AF_PACKET());
      sockaddr_ll.sll_protocol(address, Short.reverseBytes((short) ETH_P_ALL()));
      sockaddr_ll.sll_ifindex(address, interfaceIndex);
      check(libc.bind(fd, address), "bind the packet socket");
    }
  }

  /**
   * False once the interface that it was bound to was removed, or moved to another network
   * namespace: the socket will never receive anything again, not even if the interface comes back
   * with the same index. True for what is no packet socket. Any thread.
   */
  public boolean isBound() {
    try (Arena call = Arena.ofConfined()) {
      MemorySegment address = sockaddr_ll.allocate(call);
      int answer = new Libc(call).getsockname(fd, address);
      return answer < 0
          || sockaddr_ll.sll_family(address) != AF_PACKET()
          || sockaddr_ll.sll_ifindex(address) >= 0;
    }
  }

  /** The error that waits on the socket, such as ENETDOWN, or 0; it is gone afterwards. */
  public int takeError() {
    try (Arena call = Arena.ofConfined()) {
      MemorySegment value = call.allocate(Integer.BYTES, Integer.BYTES);
      check(libc.getsockopt(fd, SOL_SOCKET(), SO_ERROR(), value), "read its error");
      return value.get(JAVA_INT, 0);
    }
  }

  /** Maps its ring; {@link #unmap} gives it back. */
  public MemorySegment map(long length, String purpose) {
    long address = libc.mmap(length, PROT_READ() | PROT_WRITE(), MAP_SHARED(), fd, 0);
    check((int) Math.min(address, 0), purpose);
    return MemorySegment.ofAddress(address).reinterpret(length);
  }

  /** Unmaps its ring, which nothing may touch afterwards. */
  public void unmap(MemorySegment ring) {
    libc.munmap(ring);
  }

  private void check(int answer, String purpose) {
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
      case Errno.EPERM, Errno.EACCES -> "; " + CaptureRights.REMEDY;
      case Errno.ENOMEM, Errno.ENOBUFS ->
          "; use a smaller -buffersize or -blocksize, or raise net.core.optmem_max for a long"
              + " -filter";
      case Errno.EINVAL, Errno.EOPNOTSUPP -> "; this kernel cannot, use -capture pcap";
      default -> "";
    };
  }

  @Override
  public void close() {
    if (!isBorrowed) {
      libc.close(fd);
    }
    arena.close();
  }
}
