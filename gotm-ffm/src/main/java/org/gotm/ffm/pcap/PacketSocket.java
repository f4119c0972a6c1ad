package org.gotm.ffm.pcap;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.gotm.ffm.libc.Libc;
import org.gotm.ffm.linux.generated.linux_h;
import org.gotm.ffm.linux.generated.sock_filter;
import org.gotm.ffm.linux.generated.sock_fprog;

/** What libpcap does not do with its own packet socket. One thread. Source: packet(7). */
final class PacketSocket {
  private static final int FILTER_REJECT = linux_h.BPF_RET() | linux_h.BPF_K();

  private final Libc libc;
  private final int fd;

  PacketSocket(Libc libc, int fd) {
    this.libc = libc;
    this.fd = fd;
  }

  /** Does without copies of what this machine sends. Older kernels cannot: nothing changes. */
  void ignoreOutgoing() {
    libc.setsockopt(fd, linux_h.SOL_PACKET(), linux_h.PACKET_IGNORE_OUTGOING(), 1);
  }

  /**
   * Takes no more packets; those in the ring stay there, unlike with a new filter by libpcap.
   *
   * @return false if the descriptor is no socket that can be filtered
   */
  boolean rejectAll() {
    try (Arena call = Arena.ofConfined()) {
      MemorySegment instruction = call.allocate(sock_filter.layout());
      sock_filter.code(instruction, (short) FILTER_REJECT);
      MemorySegment program = call.allocate(sock_fprog.layout());
      sock_fprog.len(program, (short) 1);
      sock_fprog.filter(program, instruction);
      return libc.setsockopt(fd, linux_h.SOL_SOCKET(), linux_h.SO_ATTACH_FILTER(), program) >= 0;
    }
  }
}
