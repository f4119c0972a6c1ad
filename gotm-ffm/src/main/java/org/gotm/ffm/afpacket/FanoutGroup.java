package org.gotm.ffm.afpacket;

import static org.gotm.ffm.afpacket.generated.afpacket_h.PACKET_FANOUT;
import static org.gotm.ffm.afpacket.generated.afpacket_h.PACKET_FANOUT_FLAG_UNIQUEID;
import static org.gotm.ffm.afpacket.generated.afpacket_h.PACKET_FANOUT_HASH;

/**
 * Sockets that share the packets of one interface. Any thread.
 *
 * <p>The kernel ties a group to an interface by index; when the interface was made anew, the first
 * socket to join starts a new group and the others follow it.
 */
final class FanoutGroup {
  private static final int MODE_SHIFT = 16;
  private static final int ID_MASK = 0xffff;

  private int interfaceIndex = -1;
  private int id;

  /** Lets a bound socket join. */
  synchronized void join(PacketSocket socket, int index) {
    int mode = PACKET_FANOUT_HASH();
    String purpose = "share the interface among -workers";
    if (index != interfaceIndex) {
      socket.set(PACKET_FANOUT(), (mode | PACKET_FANOUT_FLAG_UNIQUEID()) << MODE_SHIFT, purpose);
      id = socket.get(PACKET_FANOUT(), purpose) & ID_MASK;
      interfaceIndex = index;
    } else {
      socket.set(PACKET_FANOUT(), mode << MODE_SHIFT | id, purpose);
    }
  }
}
