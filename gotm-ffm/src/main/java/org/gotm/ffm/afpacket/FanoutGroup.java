package org.gotm.ffm.afpacket;

import static org.gotm.ffm.linux.generated.linux_h.PACKET_FANOUT;
import static org.gotm.ffm.linux.generated.linux_h.PACKET_FANOUT_CBPF;
import static org.gotm.ffm.linux.generated.linux_h.PACKET_FANOUT_DATA;
import static org.gotm.ffm.linux.generated.linux_h.PACKET_FANOUT_FLAG_UNIQUEID;

import java.lang.foreign.Arena;

/**
 * Sockets that share the packets of one interface, spread by {@link FlowFanout}. Any thread.
 *
 * <p>The kernel ties a group to an interface by index; when the interface was made anew, the first
 * socket to join starts a new group and the others follow it.
 */
final class FanoutGroup {
  private static final String PURPOSE = "share the interface among workers";
  private static final int MODE_SHIFT = 16;
  private static final int ID_MASK = 0xffff;

  private int interfaceIndex = -1;
  private int id;

  /** Lets a bound socket join. */
  synchronized void join(PacketSocket socket, int index, CaptureMode mode) {
    if (index == interfaceIndex) {
      socket.set(PACKET_FANOUT(), PACKET_FANOUT_CBPF() << MODE_SHIFT | id, PURPOSE);
      return;
    }
    int unique = PACKET_FANOUT_CBPF() | PACKET_FANOUT_FLAG_UNIQUEID();
    socket.set(PACKET_FANOUT(), unique << MODE_SHIFT, PURPOSE);
    try (Arena call = Arena.ofConfined()) {
      socket.set(PACKET_FANOUT_DATA(), FlowFanout.program(mode).allocate(call), PURPOSE);
    }
    id = socket.get(PACKET_FANOUT(), PURPOSE) & ID_MASK;
    interfaceIndex = index;
  }
}
