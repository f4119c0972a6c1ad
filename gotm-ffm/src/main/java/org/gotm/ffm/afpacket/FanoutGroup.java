package org.gotm.ffm.afpacket;

import static org.gotm.ffm.linux.generated.linux_h.PACKET_FANOUT;
import static org.gotm.ffm.linux.generated.linux_h.PACKET_FANOUT_CBPF;
import static org.gotm.ffm.linux.generated.linux_h.PACKET_FANOUT_DATA;
import static org.gotm.ffm.linux.generated.linux_h.PACKET_FANOUT_FLAG_UNIQUEID;

import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;
import org.gotm.ffm.bpf.FlowFanout;
import org.gotm.ffm.linux.CaptureMode;
import org.gotm.ffm.linux.PacketSocket;

/**
 * Sockets that share the packets of one interface, spread by {@link FlowFanout}. Any thread.
 *
 * <p>The kernel ties a group to the interface that its first socket was bound to. When that is
 * gone, the first socket to join starts a new group, and the others follow it one by one; who is
 * bound no more, whatever its index was, does not count.
 */
final class FanoutGroup {
  private static final String PURPOSE = "share the interface among workers";
  private static final int MODE_SHIFT = 16;
  private static final int ID_MASK = 0xffff;

  private final List<PacketSocket> members = new ArrayList<>();
  private int id;

  /** Lets a bound socket join, which must {@link #leave} before it is closed. */
  synchronized void join(PacketSocket socket, CaptureMode mode) {
    if (members.stream().anyMatch(PacketSocket::isBound)) {
      socket.set(PACKET_FANOUT(), PACKET_FANOUT_CBPF() << MODE_SHIFT | id, PURPOSE);
    } else {
      start(socket, mode);
    }
    members.add(socket);
  }

  private void start(PacketSocket socket, CaptureMode mode) {
    int unique = PACKET_FANOUT_CBPF() | PACKET_FANOUT_FLAG_UNIQUEID();
    socket.set(PACKET_FANOUT(), unique << MODE_SHIFT, PURPOSE);
    try (Arena call = Arena.ofConfined()) {
      socket.set(PACKET_FANOUT_DATA(), FlowFanout.program(mode).allocate(call), PURPOSE);
    }
    id = socket.get(PACKET_FANOUT(), PURPOSE) & ID_MASK;
  }

  /** Forgets a socket, which may not have joined. */
  synchronized void leave(PacketSocket socket) {
    members.remove(socket);
  }
}
