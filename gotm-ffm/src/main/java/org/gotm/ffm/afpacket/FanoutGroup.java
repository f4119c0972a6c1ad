package org.gotm.ffm.afpacket;

import static org.gotm.ffm.linux.generated.linux_h.PACKET_FANOUT;
import static org.gotm.ffm.linux.generated.linux_h.PACKET_FANOUT_CBPF;
import static org.gotm.ffm.linux.generated.linux_h.PACKET_FANOUT_DATA;
import static org.gotm.ffm.linux.generated.linux_h.PACKET_FANOUT_EBPF;
import static org.gotm.ffm.linux.generated.linux_h.PACKET_FANOUT_FLAG_UNIQUEID;

import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;
import org.gotm.core.packet.TunnelOptions;
import org.gotm.ffm.bpf.FlowFanout;
import org.gotm.ffm.ebpf.BpfException;
import org.gotm.ffm.ebpf.BpfProgram;
import org.gotm.ffm.fanout.FanoutProgram;
import org.gotm.ffm.linux.CaptureMode;
import org.gotm.ffm.linux.PacketSocket;

/**
 * Sockets that share the packets of one interface, spread by {@link FanoutProgram}, or by {@link
 * FlowFanout} where the kernel does not take that. Any thread.
 *
 * <p>The kernel ties a group to the interface that its first socket was bound to. When that is
 * gone, the first socket to join starts a new group, and the others follow it one by one; who is
 * bound no more, whatever its index was, does not count. The program is loaded once and kept until
 * the last socket has left, so that a new group takes no right to load one.
 */
final class FanoutGroup {
  private static final String PURPOSE = "share the interface among workers";
  private static final int MODE_SHIFT = 16;
  private static final int ID_MASK = 0xffff;

  private final TunnelOptions tunnels;
  private final List<PacketSocket> members = new ArrayList<>();
  private BpfProgram program;
  private int type;
  private int id;
  private String obstacle;

  /**
   * A group without a member.
   *
   * @param tunnels those that the decoder looks into
   */
  FanoutGroup(TunnelOptions tunnels) {
    this.tunnels = tunnels;
  }

  /** Why flows in tunnels are not spread one by one; null if they are. */
  synchronized String obstacle() {
    return obstacle;
  }

  /** Lets a bound socket join, which must {@link #leave} before it is closed. */
  synchronized void join(PacketSocket socket, CaptureMode mode) {
    if (members.stream().anyMatch(PacketSocket::isBound)) {
      socket.set(PACKET_FANOUT(), type << MODE_SHIFT | id, PURPOSE);
    } else {
      start(socket, mode);
    }
    members.add(socket);
  }

  private void start(PacketSocket socket, CaptureMode mode) {
    try {
      if (program == null) {
        program = FanoutProgram.load(mode, tunnels);
      }
      begin(socket, PACKET_FANOUT_EBPF());
      socket.set(PACKET_FANOUT_DATA(), program.fd(), PURPOSE);
      obstacle = null;
    } catch (BpfException e) {
      begin(socket, PACKET_FANOUT_CBPF());
      attachClassic(socket, mode);
      obstacle = e.getMessage();
    }
    id = socket.get(PACKET_FANOUT(), PURPOSE) & ID_MASK;
  }

  private void begin(PacketSocket socket, int newType) {
    type = newType;
    socket.set(PACKET_FANOUT(), (newType | PACKET_FANOUT_FLAG_UNIQUEID()) << MODE_SHIFT, PURPOSE);
  }

  private void attachClassic(PacketSocket socket, CaptureMode mode) {
    try (Arena call = Arena.ofConfined()) {
      socket.set(PACKET_FANOUT_DATA(), FlowFanout.program(mode, tunnels).allocate(call), PURPOSE);
    }
  }

  /** Forgets a socket, which may not have joined. */
  synchronized void leave(PacketSocket socket) {
    members.remove(socket);
    if (members.isEmpty() && program != null) {
      program.close();
      program = null;
    }
  }
}
